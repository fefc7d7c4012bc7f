import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { folderIn, homeFolder } from '../core/home.ts'

const NAME = 'mcp-url-migrate'

const home = (env: NodeJS.ProcessEnv): string | null => homeFolder(env, () => userInfo().homedir)

/** Where programs keep a person's data, by platform: what names the folder, and where it is in a home folder. */
const DATA: Partial<Record<NodeJS.Platform, { variable: string | null; inHome: string; ours: string }>> = {
  darwin: { variable: null, inHome: 'Library/Application Support', ours: NAME },
  win32: { variable: 'LOCALAPPDATA', inHome: 'AppData/Local', ours: join(NAME, 'Data') },
}

/** https://specifications.freedesktop.org/basedir-spec: a relative path there is to be ignored. */
const XDG = { variable: 'XDG_DATA_HOME', inHome: '.local/share', ours: NAME }

/**
 * Where the journal is when nobody says otherwise: the user's data folder for this tool. `null` where nobody knows a home
 * folder to look for it in.
 */
export function defaultJournalFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  const { variable, inHome, ours } = DATA[process.platform] ?? XDG
  const named = variable === null ? null : folderIn(env[variable])
  const own = home(env)
  const data = named ?? (own === null ? null : join(own, inHome))
  return data === null ? null : resolve(data, ours, 'journal')
}

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

/**
 * Why a journal in this folder may not be there when it is needed: it lies in a container's own file system, in root's
 * home because of sudo, or in that of the account as HOME is not set. Empty when all is well.
 */
export async function locationWarnings(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const path = resolve(folder)
  const type = await fileSystemType(path)
  const vanishes = type === 'overlay' || type === 'tmpfs' || type === 'aufs'
  const kind = type === 'tmpfs' ? 'in memory (tmpfs)' : "in a container's own file system"
  const own = home(env)
  const sudo = env['SUDO_USER'] && env['SUDO_USER'] !== 'root' && own !== null && path.startsWith(`${own}/`)
  const unset = folderIn(env['HOME']) === null && own !== null && path === defaultJournalFolder(env)
  return [
    ...(vanishes
      ? [
          `The journal folder ${path} is ${kind} and goes away with it; --journal DIR on a mounted volume keeps it.`,
        ]
      : []),
    ...(sudo
      ? [`Under sudo the journal is kept for root, in ${path}; without sudo it will not be found there.`]
      : []),
    ...(unset ? [`HOME names no folder, so the journal is kept in the home of this account: ${path}.`] : []),
  ]
}
