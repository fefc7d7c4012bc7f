import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isLoopbackName } from '../core/rule/address.ts'
import { sha256 } from '../core/canonical.ts'
import { codeOf, MigrateError } from '../core/errors.ts'
import { fileWords } from '../core/show/system-words.ts'
import { printable } from '../core/show/text.ts'
import { makeFolder } from './folder.ts'
import { type Life, lifeOf, ownIdentity, type ProcessIdentity, userName } from './process-identity.ts'

const entry = z.object({
  v: z.literal(1),
  /** Two words of one length: an entry turns from one to the other in place, and is never away. */
  state: z.enum(['waiting', 'holding']),
  pid: z.int(),
  start: z.string().nullable(),
  boot: z.string().nullable(),
  space: z.string().nullable(),
  user: z.string(),
  host: z.string(),
  /** ISO 8601, UTC. */
  since: z.string(),
  doing: z.string(),
})
type Entry = z.infer<typeof entry>

/** Who holds a lock, for people. `since` is ISO 8601 in UTC. */
export type LockHolder = Pick<Entry, 'pid' | 'user' | 'host' | 'since' | 'doing'>

/** A lock in hand. The end of the process releases it, too. */
export interface HeldLock {
  release(): void
}

const DRAFT = '.lock.draft'

/**
 * The machine's folder of locks, for all its users: a lock is about this machine, wherever the journal lives. Not
 * the folder for temporary files, which differs by user on macOS and by TMPDIR anywhere. MCP_URL_MIGRATE_LOCKS names
 * another one.
 */
export function defaultLockFolder(): string {
  const common = process.platform === 'win32' ? tmpdir() : '/tmp'
  return process.env['MCP_URL_MIGRATE_LOCKS'] || join(common, 'mcp-url-migrate-locks')
}

/** The names by which a machine calls itself are one gateway. */
function lockName(gatewayUrl: string): string {
  const url = new URL(gatewayUrl)
  if (isLoopbackName(url.hostname)) url.hostname = 'localhost'
  return sha256(url.href).slice(0, 16)
}

/** A contender's entry, as found. `entry` is `null` where it cannot be read for what it is. */
interface Found {
  name: string
  entry: Entry | null
  life: Life
}

async function readEntry(folder: string, name: string, self: ProcessIdentity): Promise<Found | null> {
  const text = await readFile(join(folder, name), 'utf8').catch((error: unknown) =>
    codeOf(error) === 'ENOENT' ? null : '',
  )
  if (text === null) return null
  const found = entry.safeParse(parsed(text)).data ?? null
  return { name, entry: found, life: await lifeOf(found ?? identityIn(name, self), self) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Whose entry it is where its text does not tell: the name holds the pid. */
function identityIn(name: string, self: ProcessIdentity): ProcessIdentity {
  const pid = Number(/\.(\d+)-[\da-f]+\.lock/.exec(name)?.[1] ?? 0)
  return { ...self, pid, start: null }
}

/**
 * The entries for a gateway: those of processes that live or cannot be looked for, and the names of what dead ones
 * left behind. A draft is no entry yet, but may be left behind like one.
 */
async function look(
  folder: string,
  lock: string,
  self: ProcessIdentity,
): Promise<{ living: Found[]; dead: string[] }> {
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`${lock}.`) && (name.endsWith('.lock') || name.endsWith(DRAFT)),
  )
  const read = await Promise.all(names.map((name) => readEntry(folder, name, self)))
  const found = read.filter((one) => one !== null)
  return {
    living: found.filter(({ name, life }) => life !== 'dead' && !name.endsWith(DRAFT)),
    dead: found.filter(({ life }) => life === 'dead').map(({ name }) => name),
  }
}

function held({ name, entry: by, life }: Found, folder: string): MigrateError {
  if (!by) {
    return new MigrateError(
      'lock-held',
      `The lock of this gateway cannot be read, and its process is still running: ${join(folder, name)}`,
      'If that process is not this program, delete the file.',
    )
  }
  return new MigrateError(
    'lock-held',
    printable(
      `Another run against this gateway is under way: ${by.user} on ${by.host} (process ${by.pid}), ${by.doing} since ${by.since}`,
    ),
    life === 'unseen'
      ? `Wait for it, or end it. It cannot be seen from here whether it still runs; when it is gone, delete ${join(folder, name)}`
      : 'Wait for it, or end it. The lock of a process that is gone is taken over automatically.',
  )
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is gone already.
  }
}

/** This process's own entry. */
class OwnEntry implements HeldLock {
  readonly name: string
  readonly #path: string
  readonly #draft: string
  readonly #entry: Omit<Entry, 'state'>
  readonly #atExit = (): void => this.release()

  constructor(folder: string, lock: string, content: Omit<Entry, 'state'>) {
    this.name = `${lock}.${content.pid}-${randomBytes(4).toString('hex')}.lock`
    this.#path = join(folder, this.name)
    this.#draft = this.#path.replace(/\.lock$/, DRAFT)
    this.#entry = content
  }

  #text(state: Entry['state']): string {
    return JSON.stringify({ ...this.#entry, state })
  }

  /** Puts the entry in place, as a whole: a reader never sees half of it. */
  async announce(): Promise<void> {
    process.once('exit', this.#atExit)
    await writeFile(this.#draft, this.#text('waiting'), { mode: 0o644, flag: 'wx' })
    await rename(this.#draft, this.#path)
  }

  /** Says that the lock is held, in place: a rename could hide the entry from somebody who looks in that moment. */
  async hold(): Promise<void> {
    await writeFile(this.#path, this.#text('holding'), { flag: 'r+' })
  }

  release(): void {
    process.removeListener('exit', this.#atExit)
    for (const path of [this.#path, this.#draft]) remove(path)
  }
}

/**
 * Waits until this contender may hold the lock. Each has an entry of its own, in place before it looks around first.
 * Whoever is not there in that look comes later, and finds this entry in its own first look: so of any two, at least
 * one finds the other, and the finder withdraws where the other holds the lock or has the smaller name, and waits for
 * it otherwise. Two can never hold at once.
 */
async function contend(folder: string, lock: string, own: OwnEntry, self: ProcessIdentity): Promise<void> {
  let rivals: ReadonlySet<string> | null = null
  for (;;) {
    const { living, dead } = await look(folder, lock, self)
    // Their names are theirs alone, so that nothing of a living process can be removed with them.
    for (const name of dead) await unlink(join(folder, name)).catch(() => {})
    rivals ??= new Set(living.map(({ name }) => name).filter((name) => name !== own.name))
    const present = living.filter(({ name }) => rivals?.has(name))
    const first = present.find(({ name, entry: by }) => by?.state !== 'waiting' || name < own.name)
    if (first) throw held(first, folder)
    if (present.length === 0) return
    await sleep(20)
  }
}

/**
 * Takes the lock of a gateway on this machine. A lock whose process is gone is taken over. Throws `lock-held`, with
 * who holds it and since when, or `lock-unavailable`.
 */
export async function acquireLock(
  gatewayUrl: string,
  doing: string,
  folder = defaultLockFolder(),
): Promise<HeldLock> {
  const lock = lockName(gatewayUrl)
  const self = await ownIdentity()
  const since = new Date().toISOString()
  const own = new OwnEntry(folder, lock, { v: 1, ...self, user: userName(), since, doing })
  try {
    // Like /tmp itself: everybody may add an entry, and remove their own.
    await makeFolder(folder, 0o1777)
    await own.announce()
    await contend(folder, lock, own, self)
    await own.hold()
    return own
  } catch (error) {
    own.release()
    if (error instanceof MigrateError) throw error
    throw new MigrateError(
      'lock-unavailable',
      `No lock can be taken in ${folder} (${fileWords(error, 'write')}), so another run at the same time would not be noticed`,
      'Give access to that folder, or name another one, the same for every run, with MCP_URL_MIGRATE_LOCKS.',
    )
  }
}

/** Who holds the lock of a gateway now, or `null`. Creates nothing and removes nothing. */
export async function lockHolder(
  gatewayUrl: string,
  folder = defaultLockFolder(),
): Promise<LockHolder | null> {
  const { living } = await look(folder, lockName(gatewayUrl), await ownIdentity()).catch(() => ({
    living: [],
  }))
  return living.find(({ entry: by }) => by?.state === 'holding')?.entry ?? null
}
