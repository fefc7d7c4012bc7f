import { constants, existsSync } from 'node:fs'
import { type FileHandle, lstat, mkdir, mkdtemp, open, opendir, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf } from '../../core/errors.ts'
import { nameOf, ownUid } from './process-identity.ts'

const BEGINNING = 'mcp-url-migrate-locks-'

/**
 * The user's number follows, and six letters more where somebody else had been there first. Whose a folder is, only its owner
 * tells: in a container the same user may have another number.
 */
const isName = (name: string): boolean => name.startsWith(BEGINNING)

/** A user's folder of locks, open: nobody else can put anything into it, and what becomes of its name does not matter. */
export interface LockFolder {
  path: string
  /** Whose it is. */
  uid: number
  /** Where something of this name is, for as long as the folder is open. */
  at(name: string): string
  close(): Promise<void>
}

interface OpenFolder extends LockFolder {
  handle: FileHandle
}

/**
 * What this process runs short of, or the disk. Anything else that goes wrong can be the doing of whoever put a thing there,
 * such as a lease on a file (`EAGAIN`), a socket, or a folder that is gone again: it must not keep others out.
 */
const isOwnTrouble = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE', 'ENOMEM', 'EIO'].includes(codeOf(error))

/** Opens what is no link; `null` where there is no such thing, or it is not for this user. Never waits for a pipe. */
export async function openUnlinked(path: string, flags = 0): Promise<FileHandle | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    return await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | flags)
  } catch (error) {
    if (isOwnTrouble(error)) throw error
    return null
  }
}

/** How much is looked at of what another user can put there: more than honest runs ever leave. */
interface Limit {
  /** Names read. */
  names: number
  /** Names among them that are of use. */
  kept: number
}

/** The names in a folder that are of use, in no order. Throws what the system says. */
export async function namesIn(
  path: string,
  isOfUse: (name: string) => boolean,
  limit: Limit = { names: Number.POSITIVE_INFINITY, kept: Number.POSITIVE_INFINITY },
): Promise<string[]> {
  const kept: string[] = []
  let names = 0
  // In parts: the place is for all, and somebody could have put millions there.
  for await (const { name } of await opendir(path, { bufferSize: 512 })) {
    names += 1
    if (isOfUse(name)) kept.push(name)
    if (names >= limit.names || kept.length >= limit.kept) break
  }
  return kept
}

/** How many folders of one other user are looked at. */
const MOST_FOLDERS = 8

/** How many are asked about at a time: somebody could have put a hundred thousand there. */
const AT_ONCE = 256

/** The names of the folders of locks in a place. Throws what the system says. */
async function foldersIn(place: string): Promise<string[]> {
  const names = await namesIn(place, isName)
  const kept: string[] = []
  const perUser = new Map<number, number>()
  for (let i = 0; i < names.length; i += AT_ONCE) {
    const some = names.slice(i, i + AT_ONCE)
    const stats = await Promise.all(some.map((name) => lstat(join(place, name)).catch(() => null)))
    for (const [nth, name] of some.entries()) {
      const found = stats[nth]
      if (!found?.isDirectory()) continue
      const count = (perUser.get(found.uid) ?? 0) + 1
      perUser.set(found.uid, count)
      if (found.uid === ownUid() || count <= MOST_FOLDERS) kept.push(name)
    }
  }
  return kept
}

/** Opens a folder of locks; `null` where it is no folder, or not for this user. */
async function openFolder(place: string, name: string): Promise<OpenFolder | null> {
  const path = join(place, name)
  const handle = await openUnlinked(path, constants.O_DIRECTORY)
  if (!handle) return null
  const { uid } = await handle.stat()
  // Node has no openat(2); outside of Linux the path has to do.
  const inHand = `/proc/self/fd/${handle.fd}`
  const root = existsSync(inHand) ? inHand : path
  return { path, uid, handle, at: (entry) => join(root, entry), close: () => handle.close() }
}

/**
 * Does something with each user's folder of locks in a place, one after the other. Throws what the system says, but not of
 * what is in another user's.
 */
export async function eachFolder(place: string, act: (folder: LockFolder) => Promise<void>): Promise<void> {
  for (const name of await foldersIn(place)) {
    const folder = await openFolder(place, name)
    if (!folder) continue
    try {
      await act(folder)
    } catch (error) {
      if (folder.uid === ownUid() || isOwnTrouble(error)) throw error
    } finally {
      await folder.close()
    }
  }
}

/** Opens a folder where it is this user's own. The umask, or somebody, may have left it closed to others, or open. */
async function openOwn(place: string, name: string): Promise<LockFolder | null> {
  const folder = await openFolder(place, name)
  if (!folder) return null
  try {
    if (folder.uid === ownUid()) {
      await folder.handle.chmod(0o755)
      return folder
    }
  } catch (error) {
    // In a container, all whom it does not know look like one user.
    if (codeOf(error) !== 'EPERM') throw error
  }
  await folder.close()
  return null
}

/**
 * This user's own folder of locks in a place, made where there is none. Whatever somebody else put where it should be is
 * passed by. Throws what the system says.
 */
export async function ownFolder(place: string): Promise<LockFolder> {
  const usual = BEGINNING + ownUid()
  await mkdir(join(place, usual), { mode: 0o755 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
  const found = await openOwn(place, usual)
  if (found) return found
  for (const name of await foldersIn(place)) {
    const folder = await openOwn(place, name)
    if (folder) return folder
  }
  const made = await openOwn(place, basename(await mkdtemp(join(place, `${usual}-`))))
  // Such as a file system that does not keep who owns what.
  if (!made) throw Object.assign(new Error('It is not of who made it'), { code: 'EINVAL' })
  return made
}

const upwards = (path: string): string[] =>
  path === dirname(path) ? [path] : [path, ...upwards(dirname(path))]

/** What lets somebody else take the folders in a place away, in words; `null` where nothing does. Root always can. */
export async function weakness(place: string): Promise<string | null> {
  // In a container that knows no root of the machine, what is root's looks like somebody's.
  const root = await lstat('/proc/sys').then(
    ({ uid }) => uid,
    () => 0,
  )
  for (const path of new Set([...upwards(resolve(place)), ...upwards(await realpath(place))])) {
    const { uid, mode } = await lstat(path)
    if (![0, root, ownUid()].includes(uid)) return `${path} belongs to ${await nameOf(uid)}`
    // With the sticky bit, everybody may add to it, and remove their own.
    const isOpen = (mode & 0o022) !== 0 && (mode & constants.S_IFMT) === constants.S_IFDIR
    if (isOpen && (mode & 0o1000) === 0) return `other users may rename what is in ${path}`
  }
  return null
}
