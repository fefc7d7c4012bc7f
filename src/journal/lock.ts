import { isAbsolute } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../core/canonical.ts'
import { codeOf, MigrateError } from '../core/errors.ts'
import { gatewayKey } from '../core/rule/gateway-key.ts'
import { fileWords } from '../core/show/system-words.ts'
import { namesLeadingHere } from '../machine/own-names.ts'
import { makeFolder } from './folder.ts'
import { attempt, unavailable, type Wish } from './lock/contend.ts'
import { readEntries } from './lock/entries.ts'
import { weakness } from './lock/folders.ts'
import { held, holderOf, isOthers, type LockHolder, userOf } from './lock/holder.ts'
import { OwnEntry } from './lock/own-entry.ts'
import { ownIdentity } from './lock/process-identity.ts'

/** A lock in hand. The end of the process releases it, too. */
export interface HeldLock {
  release(): void
}

/** How a lock is taken. */
export interface LockOptions {
  /** Where the users' folders of locks are. */
  place: string
  /** How long another user's run is waited for, in milliseconds. One of the same user never is. */
  patienceMs?: number
  /** Hears, in a sentence, what is waited for, and what the lock cannot keep out. */
  tell?: (text: string) => void
}

const PATIENCE_MS = 10_000

/**
 * Where the users' folders of locks are, for the whole machine: a lock is about this machine, wherever the journal lives.
 * Not the folder for temporary files, which differs by user on macOS and by TMPDIR anywhere. MCP_URL_MIGRATE_LOCKS names
 * another one. Throws `usage` where that is a relative path.
 */
export function lockPlace(env: NodeJS.ProcessEnv): string {
  const place = env['MCP_URL_MIGRATE_LOCKS'] || '/tmp'
  if (isAbsolute(place)) return place
  throw new MigrateError(
    'usage',
    `MCP_URL_MIGRATE_LOCKS is a relative path (${place}): runs started in different folders would not see each other's locks`,
    'Give an absolute path, the same for every run.',
  )
}

const lockName = (gatewayUrl: string): string =>
  sha256(gatewayKey(gatewayUrl, namesLeadingHere())).slice(0, 16)

async function granted(wish: Wish): Promise<HeldLock> {
  for (;;) {
    const came = await attempt(wish)
    if (came instanceof OwnEntry) return came
    if (!isOthers(came) || wish.isOver()) throw await held(came)
    await wish.tellOf(came)
    await sleep(200)
  }
}

/** What says, once, that another user's run is waited for. */
function teller({ patienceMs, tell }: Required<Omit<LockOptions, 'place'>>): Wish['tellOf'] {
  let hasTold = false
  return async (found) => {
    if (hasTold || !isOthers(found)) return
    hasTold = true
    const where = found.life === 'alive' ? ` (process ${found.pid})` : ''
    tell(
      `Waiting for another user's run against this gateway: ${await userOf(found.uid)}${where}, for ${patienceMs / 1000} s at most.`,
    )
  }
}

/**
 * Takes the lock of a gateway on this machine. A lock whose process is gone is taken over; another user's is waited for,
 * for a limited time. Throws `lock-held`, with who holds it and since when, or `lock-unavailable`.
 */
export async function acquireLock(
  gatewayUrl: string,
  doing: string,
  options: LockOptions,
): Promise<HeldLock> {
  const { place, patienceMs = PATIENCE_MS, tell = () => {} } = options
  // From when it is first told to wait.
  let end: number | null = null
  try {
    // Like /tmp itself: everybody may add a folder, and remove their own.
    await makeFolder(place, 0o1777)
    const weak = await weakness(place)
    if (weak)
      tell(
        `Others could take away the locks in ${place}, so that a run at the same time goes unnoticed: ${weak}. Name another place, the same for every run, with MCP_URL_MIGRATE_LOCKS.`,
      )
    const wish: Wish = {
      place,
      lock: lockName(gatewayUrl),
      self: await ownIdentity(),
      since: new Date().toISOString(),
      doing,
      isOver: () => {
        end ??= performance.now() + patienceMs
        return performance.now() >= end
      },
      tellOf: teller({ patienceMs, tell }),
    }
    return await granted(wish)
  } catch (error) {
    throw error instanceof MigrateError ? error : unavailable(place, fileWords(error, 'write'))
  }
}

/**
 * Who holds the lock of a gateway now, or `null`. Creates nothing and removes nothing. Throws `lock-unavailable` where
 * that cannot be seen.
 */
export async function lockHolder(gatewayUrl: string, place: string): Promise<LockHolder | null> {
  try {
    const self = await ownIdentity()
    const found = await readEntries(place, lockName(gatewayUrl), { self, clears: false })
    const holding = found.find(({ entry: by }) => by?.state === 'holding')
    return holding ? await holderOf(holding) : null
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new MigrateError(
      'lock-unavailable',
      `The locks in ${place} cannot be read (${fileWords(error, 'read')}), so a run at the same time would not be noticed`,
      'Give access to that folder.',
    )
  }
}
