import { MigrateError } from '../../core/errors.ts'
import { secretsInVariable } from '../../core/show/secret-fields.ts'
import type { Credentials } from '../../gateway/connect/connect.ts'
import type { ConnectionOptions } from '../options/groups.ts'
import { checkSecret, readSecret, sourceName } from './secret.ts'
import type { Choice, Terminal } from '../terminal/terminal.ts'

/** The variables that may hold an admin key, the first of them first. */
const KEY_VARIABLES = ['LITELLM_PROXY_API_KEY', 'LITELLM_MASTER_KEY']

/** The variable that may hold the password of --username. */
const PASSWORD_VARIABLE = 'UI_PASSWORD'

/** How often a secret is asked for at a prompt, before what is wrong with it ends the program. */
export const TRIES = 3

/** Credentials, and where they were typed how to ask for others; `null` where a file or the environment holds them. */
export interface Found {
  credentials: Credentials
  again: (() => Promise<Credentials>) | null
}

const PROXY_VARIABLE = /^(https?|all)_proxy$/i

/** What an environment holds of keys and passwords for this program, used or not, and for a proxy. */
export const keysIn = (env: NodeJS.ProcessEnv): (string | undefined)[] => [
  ...[...KEY_VARIABLES, PASSWORD_VARIABLE].map((name) => env[name]?.trim()),
  ...Object.entries(env).flatMap(([name, value = '']) =>
    PROXY_VARIABLE.test(name) ? secretsInVariable(name, value) : [],
  ),
]

const fromOption = (file: string, what: string, terminal: Terminal): Promise<string> =>
  readSecret(
    file,
    what,
    (text) => terminal.warn(text),
    `, redirect it to standard input (--${what}-file - <FILE), or make it yours alone`,
  )

const PASSWORD_SOURCES = `${PASSWORD_VARIABLE}, or name a file with --password-file`

/** A secret that somebody types, asked for again where it can be none. */
async function typed(what: 'key' | 'password', message: string, terminal: Terminal): Promise<string> {
  for (let left = TRIES; ; left -= 1) {
    const text = await terminal.askSecret(message)
    try {
      return checkSecret(text, what, 'the prompt')
    } catch (error) {
      if (!(error instanceof MigrateError) || left === 1) throw error
      terminal.warn([`${error.message}.`, error.hint].filter(Boolean).join(' '))
    }
  }
}

async function password(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<{ text: string; isTyped: boolean }> {
  if (options.passwordFile)
    return { text: await fromOption(options.passwordFile, 'password', terminal), isTyped: false }
  const given = env[PASSWORD_VARIABLE]
  if (given) return { text: given, isTyped: false }
  if (terminal.interactive) return { text: await typed('password', 'Password', terminal), isTyped: true }
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
): Promise<Found> {
  const named = await userName(options, env, terminal)
  const { text, isTyped } = await password(options, env, terminal)
  const again = async (): Promise<Credentials> => (await byPassword(options, env, terminal)).credentials
  return {
    credentials: { kind: 'password', ...named, password: text, session: null },
    again: isTyped ? again : null,
  }
}

const byKey = async (terminal: Terminal): Promise<Credentials> => ({
  kind: 'key',
  key: await typed('key', 'Admin key', terminal),
  source: 'key from the prompt',
})

function keyFromEnvironment(env: NodeJS.ProcessEnv): Credentials | null {
  const name = KEY_VARIABLES.find((each) => env[each])
  if (!name) return null
  return { kind: 'key', key: checkSecret(env[name] ?? '', 'key', name), source: `key from ${name}` }
}

async function asked(options: ConnectionOptions, env: NodeJS.ProcessEnv, terminal: Terminal): Promise<Found> {
  if (!terminal.interactive) {
    throw new MigrateError(
      'usage',
      'There is no admin key to sign in with',
      'Set LITELLM_PROXY_API_KEY, or name a file with --key-file; or sign in with --username and --password-file.',
    )
  }
  const ways: Choice<'key' | 'password'>[] = [
    { key: 'k', name: 'an admin key', words: ['key'], value: 'key' },
    {
      key: 'p',
      name: 'user name and password, as on the admin page',
      words: ['password'],
      value: 'password',
    },
  ]
  const way = await terminal.choose('Sign in to the gateway with', ways, 'key')
  if (way === 'password') return byPassword(options, env, terminal)
  return { credentials: await byKey(terminal), again: () => byKey(terminal) }
}

/**
 * The credentials to sign in with. An option beats the environment, the environment a prompt, a key a user name.
 * Throws `usage` where there are none and nobody can be asked.
 */
export async function findCredentials(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<Found> {
  if (options.keyFile) {
    const key = await fromOption(options.keyFile, 'key', terminal)
    const source = `key from ${sourceName(options.keyFile)}`
    return { credentials: { kind: 'key', key, source }, again: null }
  }
  if (options.username || options.passwordFile) return byPassword(options, env, terminal)
  const key = keyFromEnvironment(env)
  if (key) return { credentials: key, again: null }
  if (env['UI_USERNAME'] && (env[PASSWORD_VARIABLE] || terminal.interactive))
    return byPassword(options, env, terminal)
  return asked(options, env, terminal)
}
