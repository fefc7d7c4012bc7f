import { unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../core/canonical.ts'
import { codeOf, MigrateError } from '../core/errors.ts'
import { gatewayKey } from '../core/rule/gateway-key.ts'
import { fileWords } from '../core/show/system-words.ts'
import { printable } from '../core/show/text.ts'
import { namesLeadingHere } from '../machine/own-names.ts'
import { makeFolder } from './folder.ts'
import { type Entry, type Found, readEntries } from './lock-entries.ts'
import { OwnEntry } from './own-entry.ts'
import { ownIdentity, type ProcessIdentity, userName } from './process-identity.ts'

/** Who holds a lock, for people. `since` is ISO 8601 in UTC. */
export type LockHolder = Pick<Entry, 'pid' | 'user' | 'host' | 'since' | 'doing'>

/** A lock in hand. The end of the process releases it, too. */
export interface HeldLock {
  release(): void
}

/**
 * The machine's folder of locks, for all its users: a lock is about this machine, wherever the journal lives. Not
 * the folder for temporary files, which differs by user on macOS and by TMPDIR anywhere. MCP_URL_MIGRATE_LOCKS names
 * another one.
 */
export function defaultLockFolder(): string {
  const common = process.platform === 'win32' ? tmpdir() : '/tmp'
  return process.env['MCP_URL_MIGRATE_LOCKS'] || join(common, 'mcp-url-migrate-locks')
}

const lockName = (gatewayUrl: string): string =>
  sha256(gatewayKey(gatewayUrl, namesLeadingHere())).slice(0, 16)

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

/**
 * Waits until this contender may hold the lock. Each has an entry of its own, in place before it looks around first.
 * Whoever is not there in that look comes later, and finds this entry in its own first look: so of any two, at least
 * one finds the other, and the finder withdraws where the other holds the lock or has the smaller name, and waits for
 * it otherwise. Two can never hold at once.
 */
async function contend(folder: string, lock: string, own: OwnEntry, self: ProcessIdentity): Promise<void> {
  let rivals: ReadonlySet<string> | null = null
  for (;;) {
    const { living, dead } = await readEntries(folder, lock, self)
    // Their names are theirs alone, so that nothing of a living process can be removed with them. What another user
    // left cannot be removed in a folder for all, and is in nobody's way.
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

/**
 * Who holds the lock of a gateway now, or `null`. Creates nothing and removes nothing. Throws `lock-unavailable` where
 * that cannot be seen.
 */
export async function lockHolder(
  gatewayUrl: string,
  folder = defaultLockFolder(),
): Promise<LockHolder | null> {
  try {
    const { living } = await readEntries(folder, lockName(gatewayUrl), await ownIdentity())
    return living.find(({ entry: by }) => by?.state === 'holding')?.entry ?? null
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new MigrateError(
      'lock-unavailable',
      `The locks in ${folder} cannot be read (${fileWords(error, 'read')}), so a run at the same time would not be noticed`,
      'Give access to that folder.',
    )
  }
}
