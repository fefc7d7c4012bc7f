import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { MigrateError } from '../../core/errors.ts'
import { isReadable, type Owned } from '../../core/ownership.ts'
import { redactText } from '../../core/show/redact.ts'
import { shellQuoted } from '../../core/show/shell.ts'
import { fileUnreadable } from '../../files/text-file.ts'
import { thisUser } from '../../journal/trust/own-file.ts'
import { isStandardInput, readGiven, requireGuarded } from '../options/given-file.ts'
import type { Terminal } from '../terminal/terminal.ts'

const LIMIT = 64 * 1024

/** The name of a file, unless it looks as if somebody had put the secret itself there. */
function shownFile(file: string): string {
  const shown = redactText(file)
  return shown === file ? file : 'a file of that name (what follows the option looks like a key, not a file)'
}

/** What a person calls the place of a secret. */
export const sourceName = (file: string): string =>
  isStandardInput(file) ? 'standard input' : shownFile(file)

/** What is typed into a terminal is shown there, unless a prompt hides it. */
function requireNoTerminal(what: string): void {
  if (process.stdin.isTTY !== true) return
  throw new MigrateError(
    'usage',
    `Standard input is a terminal, where the ${what} would be seen as it is typed`,
    `It is asked for, hidden, without --${what}-file -.`,
  )
}

/** Tells the person something, on standard error. */
export type Warn = Terminal['warn']

/** A key that a header could not hold, such as one with a line break inside, is refused without being shown. */
export function checkSecret(secret: string, what: string, source: string): string {
  if (secret === '') throw new MigrateError('usage', `The ${what} from ${source} is empty`, null)
  if (what === 'key' && !/^[\u0021-\u007e]+$/.test(secret.trim())) {
    throw new MigrateError(
      'usage',
      `The key from ${source} holds characters that no key has`,
      'It should be one line, such as sk-….',
    )
  }
  return what === 'key' ? secret.trim() : secret
}

/**
 * What to say where other users can read a secret in a file; `null` where they cannot, where the file is somebody else's to
 * close, or where it cannot be closed, as in a container's read-only mount.
 */
async function exposure(file: string, owned: Owned | null, what: string): Promise<string | null> {
  if (owned === null || owned.uid !== thisUser().uid || !isReadable(owned)) return null
  const isClosable = await access(file, constants.W_OK).then(
    () => true,
    () => false,
  )
  return isClosable
    ? `! Other users can read the file of the ${what}. To close it:\n    chmod go= -- ${shellQuoted(file)}`
    : null
}

/**
 * The secret in a file, or on standard input (`-`). Warns of a file that other users can read. Throws `file-unreadable`, also
 * where somebody else may have written it, and `usage` for what is no secret, without showing anything of it. `otherwise`:
 * another way to give it.
 */
export async function readSecret(file: string, what: string, warn: Warn, otherwise = ''): Promise<string> {
  if (isStandardInput(file)) requireNoTerminal(what)
  const source = sourceName(file)
  const given = await readGiven(file)
  if ('why' in given) throw fileUnreadable(`The ${what} could not be read from ${source}: ${given.why}`)
  const { text, owned } = given
  requireGuarded(file, owned, `The ${what} is not taken from ${source}`, otherwise)
  const exposed = await exposure(file, owned, what)
  if (exposed !== null) warn(exposed)
  if (text.length > LIMIT) throw new MigrateError('usage', `What ${source} holds is not a ${what}`, null)
  return checkSecret(text.replace(/^\ufeff/, '').replace(/\r?\n$/, ''), what, source)
}
