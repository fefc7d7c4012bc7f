import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parsedJson } from '../../core/parsed-json.ts'
import { eachFolder, type LockFolder, namesIn, openUnlinked } from './folders.ts'
import { type Life, lifeOf, ownUid, type ProcessIdentity } from './process-identity.ts'

const entry = z.object({
  v: z.literal(1),
  /** Two words of one length: an entry turns from one to the other in place, and is never away. */
  state: z.enum(['waiting', 'holding']),
  pid: z.int(),
  start: z.string().nullable(),
  boot: z.string().nullable(),
  space: z.string().nullable(),
  host: z.string().max(255),
  /** UTC. */
  since: z.iso.datetime(),
  doing: z.string().max(100),
})

/** What a contender's file in its user's folder of locks holds. */
export type Entry = z.infer<typeof entry>

/** What the names of entries end in. */
export const ENTRY = '.lock'

/** What the names of entries end in that are not whole yet. */
export const DRAFT = '.lock.draft'

/** The lock, what makes the name its own and says who goes first, and the pid. */
const NAME = /^([\da-f]+)\.[\da-f]{8}-([1-9]\d{0,9})\.lock(?:\.draft)?$/

/** In bytes; no entry is half as long. */
const LONGEST = 4096

/** How many of another user's files are looked at: whoever has more means no good. */
const MOST = { names: 10_000, kept: 100 }

/** How often an entry is touched while its process lives, and how long one counts whose process cannot be looked for. */
export const FRESH_MS = { touched: 15_000, counts: 60_000 }

/** A contender's entry, as found. `entry` is `null` where it cannot be read for what it is. */
export interface Found {
  name: string
  path: string
  /** Whose it is: the folder, the file, and the process wherever that can be seen. */
  uid: number
  pid: number
  entry: Entry | null
  life: Exclude<Life, 'dead'>
}

/** Its text, and when it was touched; `null` where it is no file of that user's that could be an entry. */
async function readText(folder: LockFolder, name: string): Promise<{ text: string; touched: number } | null> {
  const handle = await openUnlinked(folder.at(name))
  if (!handle) return null
  try {
    const about = await handle.stat()
    if (!about.isFile() || about.uid !== folder.uid || about.size > LONGEST) return null
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST), 0, LONGEST, 0)
    return { text: buffer.toString('utf8', 0, bytesRead), touched: about.mtimeMs }
  } finally {
    await handle.close()
  }
}

const isFresh = (touched: number): boolean => Math.abs(Date.now() - touched) <= FRESH_MS.counts

async function readEntry(
  folder: LockFolder,
  name: string,
  self: ProcessIdentity,
): Promise<Found | 'dead' | null> {
  const read = await readText(folder, name)
  if (!read) return null
  const { uid } = folder
  const pid = Number(NAME.exec(name)?.[2])
  const said = entry.safeParse(parsedJson(read.text)).data
  const found = said?.pid === pid ? said : null
  const life = await lifeOf(found ?? { ...self, pid, start: null }, uid, self)
  if (life === 'dead') return life
  // Another user could have put it there and gone; a run would have touched it.
  if (life === 'unseen' && uid !== ownUid() && !isFresh(read.touched)) return null
  return { name, path: join(folder.path, name), uid, pid, entry: found, life }
}

/**
 * The entries for a lock in the folders of all users: those of processes that live, or may live where they cannot be
 * looked for. An entry counts only where its folder, its file and its process are of one user, so that nobody can speak
 * for somebody else. This user's come first. With `clears`, what dead processes of this user left behind is removed. Throws
 * what the system says where the place cannot be read.
 */
export async function readEntries(
  place: string,
  lock: string,
  { self, clears }: { self: ProcessIdentity; clears: boolean },
): Promise<Found[]> {
  const living: Found[] = []
  await eachFolder(place, async (folder) => {
    const isOwn = folder.uid === ownUid()
    const isOfLock = (name: string): boolean => NAME.exec(name)?.[1] === lock
    for (const name of await namesIn(folder.at('.'), isOfLock, isOwn ? undefined : MOST)) {
      const found = await readEntry(folder, name, self)
      // Its name is its own alone, so that nothing of a living process can be removed with it.
      if (found === 'dead' && clears && isOwn) await unlink(folder.at(name)).catch(() => {})
      // A draft is no entry yet, but may be left behind like one.
      if (found !== null && found !== 'dead' && name.endsWith(ENTRY)) living.push(found)
    }
  })
  return living.toSorted((a, b) => Number(b.uid === ownUid()) - Number(a.uid === ownUid()))
}
