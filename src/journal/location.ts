import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import envPaths from 'env-paths'

/** Where the journal is when nobody says otherwise: the user's data folder for this tool. */
export function defaultJournalFolder(): string {
  return resolve(envPaths('mcp-url-migrate', { suffix: '' }).data, 'journal')
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
 * Why a journal in this folder may not be there when it is needed: it lies in a container's own file system, or
 * in root's home because of sudo. Empty when all is well.
 */
export async function locationWarnings(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const path = resolve(folder)
  const type = await fileSystemType(path)
  const vanishes = type === 'overlay' || type === 'tmpfs' || type === 'aufs'
  const kind = type === 'tmpfs' ? 'in memory (tmpfs)' : "in a container's own file system"
  const sudo = env['SUDO_USER'] && env['SUDO_USER'] !== 'root' && path.startsWith(`${homedir()}/`)
  return [
    ...(vanishes
      ? [
          `The journal folder ${path} is ${kind} and goes away with it; --journal DIR on a mounted volume keeps it.`,
        ]
      : []),
    ...(sudo
      ? [`Under sudo the journal is kept for root, in ${path}; without sudo it will not be found there.`]
      : []),
  ]
}
