import { chmod, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../core/errors.ts'

async function makeOne(folder: string, mode: number): Promise<void> {
  await mkdir(folder, { mode })
  // What the umask took away is given back: a folder for all users has to be one for all of them.
  await chmod(folder, mode)
}

/**
 * Makes a folder, and those above it that are missing, with this mode; one that is there stays as it is. Not Node's
 * own recursion: it never ends where the kernel refuses, as in /proc. Throws what the system says.
 */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  try {
    await makeOne(folder, mode)
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder), mode)
    await makeOne(folder, mode)
  }
}
