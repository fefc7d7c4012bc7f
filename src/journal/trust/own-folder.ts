import { constants, type Stats } from 'node:fs'
import { access, type FileHandle, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf, MigrateError } from '../../core/errors.ts'
import { stranger, takeOver, whyNotOwn } from '../../core/ownership.ts'
import { mend } from '../../core/show/remedy.ts'
import { shellQuoted } from '../../core/show/shell.ts'
import { thisUser } from './own-file.ts'

const STICKY = 0o1000

const statsOf = (path: string): Promise<Stats | null> => stat(path).catch(() => null)

/** Does it hold runs alone, or nothing? Everything in another folder is not to be given away by a command of ours. */
async function isJournal(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).every((name) => /^\.writable-|\.jsonl$/.test(name))
  } catch {
    // It cannot be looked into. In a folder of one's own, it is what an earlier run as root has left.
    return (await statsOf(dirname(folder)))?.uid === thisUser().uid
  }
}

const ANOTHER = 'name a folder of your own with --journal DIR'

/** Root's, open to this user, and without a run so far: as a volume whose group they are in. */
async function isLent(folder: string, { uid }: Stats): Promise<boolean> {
  if (uid !== 0 || thisUser().uid === 0) return false
  try {
    await access(folder, constants.W_OK)
    return !(await readdir(folder)).some((name) => name.endsWith('.jsonl'))
  } catch {
    return false
  }
}

async function remedy(folder: string, found: Stats): Promise<string> {
  const inIt = `Name one in it: --journal ${shellQuoted(join(folder, 'journal'))}`
  if ((found.mode & STICKY) !== 0) return `That folder is for everybody. ${inIt}`
  if (await isLent(folder, found)) return `That folder is not yours alone. ${inIt}`
  // In a home that sudo kept: making it root's would take it from its owner.
  if (thisUser().uid === 0 && found.uid !== 0 && String(found.uid) === process.env['SUDO_UID'])
    return `It belongs to the user who called sudo: run this without sudo, or ${ANOTHER}.`
  if (await isJournal(folder))
    return mend(
      `If its runs are yours, make it yours alone (else ${ANOTHER}):`,
      takeOver(folder, found, thisUser(), true),
    )
  if (found.uid === thisUser().uid)
    return mend(
      `It holds more than runs: ${ANOTHER}, or close this one:`,
      takeOver(folder, found, thisUser()),
    )
  return `It holds more than runs: ${ANOTHER}.`
}

const unsafe = (message: string, hint: string): MigrateError =>
  new MigrateError('journal-unsafe', message, hint)

/** The first folder above one that can be looked at. */
async function visibleParent(folder: string): Promise<{ path: string; uid: number }> {
  const path = dirname(folder)
  const found = await statsOf(path)
  return found ? { path, uid: found.uid } : visibleParent(path)
}

/** A folder that cannot be reached, where root has made one above it in a folder of one's own, by `sudo`. */
async function lockedOut(folder: string): Promise<MigrateError | null> {
  const user = thisUser()
  const { path, uid } = await visibleParent(folder)
  if (uid === user.uid || (await statsOf(dirname(path)))?.uid !== user.uid) return null
  return unsafe(
    `The journal in ${folder} cannot be reached: ${path} belongs to ${stranger(uid)}`,
    mend('To make it yours again:', takeOver(path, { uid, mode: 0 }, user, true)),
  )
}

/**
 * Why what stands in a journal's folder may be somebody else's: it belongs to another user, or others may write there.
 * Links to a folder are followed. The error is `journal-unsafe`, with what mends it; `null` where all is well, where nothing
 * is there yet, and where the system says more by itself.
 */
export async function folderFault(folder: string): Promise<MigrateError | null> {
  try {
    const found = await stat(folder)
    const why = found.isDirectory() ? whyNotOwn(found, [thisUser().uid]) : null
    return why === null
      ? null
      : unsafe(`The journal in ${folder} is not trusted: ${why}`, await remedy(folder, found))
  } catch (error) {
    return codeOf(error) === 'EACCES' ? lockedOut(folder) : null
  }
}

/**
 * The first folder above a journal's that somebody else may exchange for another with all that it holds, and why; `null`
 * where there is none. One for everybody where each may move only what is theirs (sticky, as /tmp) is none.
 */
export async function looseParent(folder: string): Promise<{ path: string; why: string } | null> {
  const path = dirname(folder)
  if (path === folder) return null
  const found = await statsOf(path)
  const isShared = found !== null && (found.mode & STICKY) !== 0
  const why =
    found === null
      ? null
      : whyNotOwn({ uid: found.uid, mode: isShared ? 0 : found.mode }, [0, thisUser().uid])
  return why === null ? looseParent(path) : { path, why }
}

/**
 * Looks at what was just made for this user alone, a journal's folder and a file in it. Throws `journal-unsafe` where it is
 * for others, too, as on FAT and on Windows' drives in WSL: no run would be believed later, and no command mends that.
 */
export async function requireRightsKept(folder: string, made: FileHandle): Promise<void> {
  const trusted = [thisUser().uid]
  const found = [await stat(folder), await made.stat()]
  if (found.every((each) => whyNotOwn(each, trusted) === null)) return
  throw unsafe(
    `The file system of ${folder} does not keep who may write to a file, so a journal there would not be trusted`,
    'Name a folder on another file system with --journal DIR.',
  )
}
