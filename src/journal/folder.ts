import { constants, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../core/errors.ts'

async function makeOne(folder: string, mode: number): Promise<void> {
  await mkdir(folder, { mode })
  // What the umask took away is given back: a folder for all users has to be one for all of them. Not by its name: where
  // others may rename things, a link to something else could stand there by now.
  const made = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await made.chmod(mode)
  } finally {
    await made.close()
  }
}

/** What the system says of a file by this name is that it exists: of use to nobody who wants a folder. */
async function requireFolder(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' })
}

/**
 * Makes a folder, and those above it that are missing, with this mode; one that is there stays as it is. Not Node's
 * own recursion: it never ends where the kernel refuses, as in /proc. Throws what the system says.
 */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  try {
    await makeOne(folder, mode)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return requireFolder(folder)
    if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder), mode)
    await makeOne(folder, mode)
  }
}
