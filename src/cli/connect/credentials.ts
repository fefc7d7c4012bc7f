import { MigrateError } from '../../core/errors.ts'
import { redactText } from '../../core/show/redact.ts'
import type { Credentials } from '../../gateway/connect/connect.ts'
import { fileUnreadable } from '../../files/text-file.ts'
import type { ConnectionOptions } from '../options/groups.ts'
import { exposure, isStandardInput, readGiven, requireGuarded } from '../options/given-file.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The variables that may hold an admin key, the first of them first. */
const KEY_VARIABLES = ['LITELLM_PROXY_API_KEY', 'LITELLM_MASTER_KEY']

/** The variable that may hold the password of --username. */
const PASSWORD_VARIABLE = 'UI_PASSWORD'

/** What an environment holds of keys and passwords for this program, used or not. */
export const keysIn = (env: NodeJS.ProcessEnv): (string | undefined)[] =>
  [...KEY_VARIABLES, PASSWORD_VARIABLE].map((name) => env[name]?.trim())

const LIMIT = 64 * 1024

/** The name of a file, unless it looks as if somebody had put the secret itself there. */
function shownFile(file: string): string {
  const shown = redactText(file)
  return shown === file ? file : 'a file of that name (what follows the option looks like a key, not a file)'
}

const sourceName = (file: string): string => (isStandardInput(file) ? 'standard input' : shownFile(file))

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

const fromOption = (file: string, what: string, terminal: Terminal): Promise<string> =>
  readSecret(
    file,
    what,
    (text) => terminal.warn(text),
    `, redirect it to standard input (--${what}-file - <FILE), or make it yours alone`,
  )

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

const PASSWORD_SOURCES = `${PASSWORD_VARIABLE}, or name a file with --password-file`

async function password(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<string> {
  if (options.passwordFile) return fromOption(options.passwordFile, 'password', terminal)
  const given = env[PASSWORD_VARIABLE]
  if (given) return given
  if (terminal.interactive) return terminal.askSecret('Password')
  throw new MigrateError('usage', 'There is no password for --username', `Set ${PASSWORD_SOURCES}.`)
}

async function userName(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<{ username: string; source: string }> {
  if (options.username) return { username: options.username, source: 'user name from --username' }
  if (env['UI_USERNAME']) return { username: env['UI_USERNAME'], source: 'user name from UI_USERNAME' }
  if (terminal.interactive)
    return { username: await terminal.askText('User name', 'admin'), source: 'user name from the prompt' }
  throw new MigrateError(
    'usage',
    'There is no user name for --password-file',
    'Name it with --username or UI_USERNAME.',
  )
}

async function byPassword(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<Credentials> {
  const named = await userName(options, env, terminal)
  const secret = await password(options, env, terminal)
  return { kind: 'password', ...named, password: secret, session: null }
}

function keyFromEnvironment(env: NodeJS.ProcessEnv): Credentials | null {
  const name = KEY_VARIABLES.find((each) => env[each])
  if (!name) return null
  return { kind: 'key', key: checkSecret(env[name] ?? '', 'key', name), source: `key from ${name}` }
}

async function asked(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<Credentials> {
  if (!terminal.interactive) {
    throw new MigrateError(
      'usage',
      'There is no admin key to sign in with',
      'Set LITELLM_PROXY_API_KEY, or name a file with --key-file; or sign in with --username and --password-file.',
    )
  }
  const way = await terminal.choose('Sign in to the gateway with', [
    { name: 'an admin key', value: 'key' as const },
    { name: 'user name and password, as on the admin page', value: 'password' as const },
  ])
  if (way === 'password') return byPassword(options, env, terminal)
  return {
    kind: 'key',
    key: checkSecret(await terminal.askSecret('Admin key'), 'key', 'the prompt'),
    source: 'key from the prompt',
  }
}

/**
 * The credentials to sign in with. An option beats the environment, the environment a prompt, a key a user name.
 * Throws `usage` where there are none and nobody can be asked.
 */
export async function findCredentials(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<Credentials> {
  if (options.keyFile) {
    const key = await fromOption(options.keyFile, 'key', terminal)
    return { kind: 'key', key, source: `key from ${sourceName(options.keyFile)}` }
  }
  if (options.username || options.passwordFile) return byPassword(options, env, terminal)
  const key = keyFromEnvironment(env)
  if (key) return key
  if (env['UI_USERNAME'] && (env[PASSWORD_VARIABLE] || terminal.interactive))
    return byPassword(options, env, terminal)
  return asked(options, env, terminal)
}
