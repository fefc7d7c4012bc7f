import { hostname } from 'node:os'
import { MigrateError } from '../../core/errors.ts'
import { printable } from '../../core/show/text.ts'
import type { Found } from './entries.ts'
import { nameOf, ownUid } from './process-identity.ts'

/** Who holds a lock, for people, ready for a terminal. `since` is ISO 8601 in UTC. */
export interface LockHolder {
  /** As the system calls who owns the lock. */
  user: string
  /** Is it a run of the user who asks? */
  isOwn: boolean
  host: string
  pid: number
  since: string
  doing: string
}

/** What a user is called, ready for a terminal. */
export const userOf = async (uid: number): Promise<string> => printable(await nameOf(uid))

/** Is it an entry of another user's? */
export const isOthers = ({ uid }: Found): boolean => uid !== ownUid()

/**
 * Who has the lock, `null` where the entry cannot be read. Where the process is another user's, what it does and since
 * when is no more than its word.
 */
export async function holderOf(found: Found): Promise<LockHolder | null> {
  const { uid, pid, life, entry } = found
  if (!entry) return null
  const host = printable(life === 'alive' ? hostname() : entry.host)
  const { since, doing } = entry
  return { user: await userOf(uid), isOwn: !isOthers(found), host, pid, since, doing: printable(doing) }
}

const UNSEEN = 'It cannot be seen from here whether it still runs; '

/** What to do about a lock that somebody else has. */
async function wayOut(found: Found): Promise<string> {
  const { uid, pid, path, life, entry } = found
  if (isOthers(found)) {
    // A number from another numbering would be another process here.
    if (life === 'unseen')
      return `Wait for it, or have it ended where it runs. ${UNSEEN}once it is gone, its lock counts for another minute: ${path}`
    const those = uid === 0 ? 'root' : `${await userOf(uid)} or root`
    return `Wait for it, or ask ${those} to end process ${pid}. Its lock is ${path}`
  }
  if (!entry) return 'If that process is not this program, delete the file.'
  if (life === 'unseen') return `Wait for it, or end it. ${UNSEEN}when it is gone, delete ${path}`
  return 'Wait for it, or end it. The lock of a process that is gone is taken over automatically.'
}

/** The refusal because of an entry, with who has the lock and what to do about it. */
export async function held(found: Found): Promise<MigrateError> {
  const by = await holderOf(found)
  const who = isOthers(found)
    ? 'Another user holds the lock of this gateway'
    : 'Another run against this gateway is under way'
  const message = by
    ? `${who}: ${by.user} on ${by.host} (process ${by.pid}), ${by.doing} since ${by.since}`
    : `The lock of this gateway cannot be read, and its process is still running: ${found.path}`
  return new MigrateError('lock-held', message, await wayOut(found))
}
