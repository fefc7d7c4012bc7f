import { constants as buffers } from 'node:buffer'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
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
  const message = `${file} is not trusted: it is a symbolic link, not a file of this journal`
  const leadsToFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
  if (!leadsToFile)
    throw unsafe(message, 'No run can be where it leads. To remove it:', `rm -- ${shellQuoted(file)}`)
  throw unsafe(
    message,
    'If it leads to a run of yours, move that here:',
    `mv -- ${shellQuoted(await realpath(file))} ${shellQuoted(file)}`,
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

const fault = (code: string): Error => Object.assign(new Error(code), { code })

/** More than fits into one text could be written, and never be read again. */
function requireReadable(found: Stats): void {
  if (!found.isFile()) throw fault('ENODEV')
  if (found.size > buffers.MAX_STRING_LENGTH) throw fault('ERR_STRING_TOO_LONG')
}

/**
 * Looks at a run's file as it stands in the folder. Throws `journal-unsafe` where somebody else may have written it, or it is
 * a link, with what mends that; and what the system says, also where it is no regular file, or too large.
 */
export async function requireOwnFile(file: string): Promise<void> {
  const found = await lstat(file)
  if (found.isSymbolicLink()) await refuseLink(file)
  requireReadable(found)
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
    requireReadable(found)
    requireOwn(file, found)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}
