import { MigrateError } from '../../core/errors.ts'
import { secretsInVariable } from '../../core/show/secret-fields.ts'
import type { Credentials } from '../../gateway/connect/connect.ts'
import type { ConnectionOptions } from '../options/groups.ts'
import { checkSecret, readSecret, sourceName } from './secret.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The variables that may hold an admin key, the first of them first. */
const KEY_VARIABLES = ['LITELLM_PROXY_API_KEY', 'LITELLM_MASTER_KEY']

/** The variable that may hold the password of --username. */
const PASSWORD_VARIABLE = 'UI_PASSWORD'

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
