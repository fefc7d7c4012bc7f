import { setTimeout as sleep } from 'node:timers/promises'
import { MigrateError } from '../../core/errors.ts'
import { type Found, readEntries } from './entries.ts'
import { ownFolder } from './folders.ts'
import { OwnEntry } from './own-entry.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** The refusal of a place in which no lock can be taken. `why`: in words. */
export const unavailable = (place: string, why: string): MigrateError =>
  new MigrateError(
    'lock-unavailable',
    `No lock can be taken in ${place} (${why}), so another run at the same time would not be noticed`,
    'Give access to that folder, or name another one, the same for every run, with MCP_URL_MIGRATE_LOCKS.',
  )

const GONE = 'somebody took it away, or what is written there does not stay'

/** A wish for a lock, until it is granted or refused. */
export interface Wish {
  place: string
  /** The lock's name, which is that of its gateway. */
  lock: string
  self: ProcessIdentity
  since: string
  doing: string
  /** Has it waited long enough? */
  isOver: () => boolean
  /** Says, once, that it waits for somebody else's. */
  tellOf: (found: Found) => Promise<void>
}

/**
 * Waits until this contender may hold the lock, and returns `null`; or who has to go first. Each has an entry of its own,
 * in place before it looks around first. Whoever is not there in that look comes later, and finds this entry in its own
 * first look: so of any two, at least one finds the other, and the finder withdraws where the other holds the lock or has
 * the smaller name, and waits for it otherwise. Two can never hold at once.
 */
async function contend({ place, lock, self, isOver, tellOf }: Wish, own: OwnEntry): Promise<Found | null> {
  let rivals: ReadonlySet<string> | null = null
  for (;;) {
    const found = await readEntries(place, lock, { self, clears: true })
    // What does not count for this process does not count for any other.
    if (!found.some(({ path }) => path === own.path)) throw unavailable(place, GONE)
    rivals ??= new Set(found.map(({ path }) => path).filter((path) => path !== own.path))
    const present = found.filter(({ path }) => rivals?.has(path))
    const first = present.find(({ name, entry: by }) => by?.state !== 'waiting' || name < own.name)
    const last = first ?? present[0]
    if (first || !last) return first ?? null
    if (isOver()) return last
    await tellOf(last)
    await sleep(20)
  }
}

/** Tries once: the lock in hand, or who has it. Throws `lock-unavailable`, or what the system says. */
export async function attempt(wish: Wish): Promise<OwnEntry | Found> {
  const { self, since, doing, place, lock } = wish
  const own = new OwnEntry(await ownFolder(place), lock, { v: 1, ...self, since, doing })
  try {
    await own.announce()
    const first = await contend(wish, own)
    if (!first) await own.hold()
    else own.release()
    return first ?? own
  } catch (error) {
    own.release()
    throw error
  }
}
