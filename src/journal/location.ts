import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { folderIn } from '../core/home.ts'
import { isReadable } from '../core/ownership.ts'
import { mend } from '../core/show/remedy.ts'
import { shellQuoted } from '../core/show/shell.ts'
import { defaultJournalFolder, home } from './default-folder.ts'
import { EXTENSION } from './file-recorder.ts'
import { thisUser } from './trust/own-file.ts'
import { looseParent } from './trust/own-folder.ts'

/** How the name of a folder begins whose journal is meant to go away: a sandbox's. */
export const PASSING_FOLDER = 'mcp-url-migrate-sandbox-'

/** The type of the file system that a path is on, from Linux's mount table; `null` elsewhere. */
async function fileSystemType(path: string): Promise<string | null> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  const found = mounts
    .split('\n')
    .map((line) => ({ point: line.split(' ')[4] ?? '', type: line.split(' - ')[1]?.split(' ')[0] ?? '' }))
    .filter(
      ({ point }) =>
        point !== '' && (path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`)),
    )
    .toSorted((a, b) => a.point.length - b.point.length)
  return found.at(-1)?.type ?? null
}

/** Is there a run in this folder that other users can read? */
async function isReadByOthers(folder: string): Promise<boolean> {
  if (((await stat(folder)).mode & 0o011) === 0) return false
  const files = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION))
  const found = await Promise.all(files.map((name) => lstat(join(folder, name))))
  return found.some(isReadable)
}

/** What other users of this machine can see of a journal, or do to it as a whole. */
async function exposures(path: string): Promise<string[]> {
  const folder = await realpath(path).catch(() => path)
  const isRead = await isReadByOthers(folder).catch(() => false)
  const loose = await looseParent(folder)
  return [
    ...(isRead
      ? [
          mend(
            'Other users can read runs in the journal, which hold whole URLs. To close it:',
            `chmod -R go= -- ${shellQuoted(path)}`,
          ),
        ]
      : []),
    ...(loose
      ? [
          `${loose.path}, above the journal, is open to others (${loose.why}): they can move the journal away, or put an older one of yours in its place.`,
        ]
      : []),
  ]
}

/** What `sudo` means for a run after it. In a home that it kept, the user finds what root has written, and may not read it. */
async function withoutSudo(path: string, homeOfRun: string, user: string): Promise<string> {
  const isKept = await stat(homeOfRun).then(
    ({ uid }) => uid !== thisUser().uid,
    () => false,
  )
  return isKept
    ? mend(
        'before a run without sudo, give it back:',
        `sudo chown -R -- ${shellQuoted(user)} ${shellQuoted(path)}`,
      )
    : 'without sudo it will not be found there.'
}

/**
 * Why a journal in this folder may not be there when it is needed: it lies in a container's own file system, in root's
 * home because of sudo, or in that of the account as HOME is not set; and what others can do to it, or read there. Empty
 * when all is well.
 */
export async function locationWarnings(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const path = resolve(folder)
  const type = await fileSystemType(path)
  const isMeantToPass = basename(dirname(path)).startsWith(PASSING_FOLDER)
  const vanishes = !isMeantToPass && (type === 'overlay' || type === 'tmpfs' || type === 'aufs')
  const kind = type === 'tmpfs' ? 'in memory (tmpfs)' : "in a container's own file system"
  const own = home(env)
  const user = env['SUDO_USER'] ?? ''
  const sudo = user !== '' && user !== 'root' && own !== null && path.startsWith(`${own}/`)
  const unset = folderIn(env['HOME']) === null && own !== null && path === defaultJournalFolder(env)
  return [
    ...(vanishes
      ? [
          `The journal folder ${path} is ${kind} and goes away with it; --journal DIR on a mounted volume keeps it.`,
        ]
      : []),
    ...(sudo
      ? [`Under sudo the journal is kept for root, in ${path}; ${await withoutSudo(path, own, user)}`]
      : []),
    ...(unset ? [`HOME names no folder, so the journal is kept in the home of this account: ${path}.`] : []),
    ...(await exposures(path)),
  ]
}
