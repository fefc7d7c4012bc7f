import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { MigrateError } from '../../core/errors.ts'
import { type Owned, takeOver, type User, whyNotOwn } from '../../core/ownership.ts'
import { mend } from '../../core/show/remedy.ts'
import { shellQuoted } from '../../core/show/shell.ts'
import { ownUid, userName } from '../lock/process-identity.ts'

/** The user as whom this program reads and writes. */
export const thisUser = (): User => ({ uid: ownUid(), name: userName() })

const unsafe = (message: string, sentence: string, command: string): MigrateError =>
  new MigrateError('journal-unsafe', message, mend(sentence, command))

async function refuseLink(file: string): Promise<never> {
  const target = resolve(dirname(file), await readlink(file))
  throw unsafe(
    `${file} is not trusted: it is a symbolic link, not a file of this journal`,
    'If it leads to a run of yours, move that here:',
    `mv -- ${shellQuoted(target)} ${shellQuoted(file)}`,
  )
}

function requireOwn(file: string, found: Owned): void {
  const user = thisUser()
  const why = whyNotOwn(found, [user.uid])
  if (why === null) return
  throw unsafe(
    `${file} is not trusted: ${why}, and a revert writes what it holds`,
    'If what it holds is right:',
    takeOver(file, found, user),
  )
}

function requireRegular(found: Pick<Stats, 'isFile'>): void {
  if (!found.isFile()) throw Object.assign(new Error('no file'), { code: 'ENODEV' })
}

/**
 * Looks at a run's file as it stands in the folder. Throws `journal-unsafe` where somebody else may have written it, or it is
 * a link, with what mends that; and what the system says, also where it is no regular file.
 */
export async function requireOwnFile(file: string): Promise<void> {
  const found = await lstat(file)
  if (found.isSymbolicLink()) await refuseLink(file)
  requireRegular(found)
  requireOwn(file, found)
}

/**
 * Opens a run's file, `flags` as of `open`, and follows no link and waits for no pipe. What is opened is looked at again:
 * it may have been exchanged. Throws as `requireOwnFile` does. Whoever calls it closes it.
 */
export async function openOwnFile(file: string, flags: number): Promise<FileHandle> {
  await requireOwnFile(file)
  const handle = await open(file, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const found = await handle.stat()
    requireRegular(found)
    requireOwn(file, found)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}
