import { createHmac } from 'node:crypto'
import { addUser, callerOf, DEFAULT_USER, randomKey } from './accounts.ts'
import { type Answer, NOT_FOUND, proxyError } from '../answers.ts'
import type { SandboxRole } from '../options.ts'
import { bodyOf, fieldsOf, type Received } from '../request.ts'
import { atLeast } from '../version.ts'
import { timestamp, type World } from '../world.ts'

const DAY_SECONDS = 86_400

const NO_MASTER_KEY =
  'Master Key not set for Proxy. Please set Master Key to use Admin UI. Set `LITELLM_MASTER_KEY` in .env or set general_settings:master_key in config.yaml.  https://docs.litellm.ai/docs/proxy/virtual_keys. If set, use `--detailed_debug` to debug issue.'

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The admin page's token: HS256, signed with the master key (`encode_ui_session_jwt`). */
function tokenOf(world: World, { key, userId, role, email, mustChange }: Session): string {
  const rootPath = world.rootPath === '' ? world.release.rootPathClaim : world.rootPath
  const expires = Math.floor(Date.now() / 1000) + DAY_SECONDS
  const claims = {
    user_id: userId,
    key,
    user_email: email,
    user_role: role,
    login_method: 'username_password',
    premium_user: false,
    auth_header_name: world.keyHeader ?? 'Authorization',
    disabled_non_admin_personal_key_creation: false,
    server_root_path: rootPath,
    ...(world.release.passwordChange && { password_reset_required: mustChange }),
    ...(world.release.tokenExpires && { exp: expires }),
  }
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return `${signed}.${createHmac('sha256', world.accounts.masterKey).update(signed).digest('base64url')}`
}

/** Who has signed in, and the key of the session. */
interface Session {
  readonly key: string
  readonly userId: string
  readonly role: SandboxRole
  readonly email: string | null
  readonly mustChange: boolean
}

/** A session key of the admin page: a row in the team `litellm-dashboard`, good for a day. */
function sessionOf(world: World, who: Omit<Session, 'key'>): Session {
  const expires = timestamp(new Date(Date.now() + DAY_SECONDS * 1000))
  const allowedRoutes = who.mustChange ? ['/user/password/change', '/session/logout'] : []
  const key = randomKey()
  const made = callerOf(
    { key, userId: who.userId, role: who.role, allowedRoutes },
    'litellm-dashboard',
    expires,
  )
  addUser(world.accounts, who.userId, who.role)
  world.accounts.keys.set(key, { ...made, mustChangePassword: who.mustChange })
  return { key, ...who }
}

/** An address of e-mail as it is compared: 1.77.7 minds capital letters. */
function addressOf({ release }: World, text: unknown): string {
  return atLeast(release.version, '1.81.0') ? String(text).toLowerCase() : String(text)
}

/** Whose credentials these are: the admin page's own account, or a user with a password, by the address of e-mail. */
function whoseAre(world: World, username: unknown, password: unknown): Omit<Session, 'key'> | undefined {
  const { accounts } = world
  if (username === accounts.username && password === accounts.password)
    return { userId: DEFAULT_USER, role: 'proxy_admin', email: null, mustChange: false }
  const asked = addressOf(world, username)
  const found = [...accounts.passwords].find(
    ([, own]) => own.email !== null && addressOf(world, own.email) === asked,
  )
  const [id, own] = found ?? []
  if (id === undefined || !own || own.password === null || own.password !== password) return undefined
  const role = accounts.users.get(id)?.role ?? null
  return { userId: id, role, email: own.email, mustChange: own.mustChange }
}

function wrongPassword(world: World): Answer {
  const text = world.release.verboseErrors
    ? "Invalid credentials used to access UI.\nCheck 'UI_USERNAME', 'UI_PASSWORD' in .env file"
    : "Invalid credentials used to access UI. Check 'UI_USERNAME' and 'UI_PASSWORD', or the password set for your user"
  return proxyError(401, text, 'auth_error', 'invalid_credentials')
}

/** Why nobody may sign in by password. Source: `auth/login_utils.py` and `auth/login_throttle.py`, 1.106.2. */
function closed(world: World): Answer | undefined {
  const { passwordLogin } = world.accounts
  if (passwordLogin === 'disabled') {
    const setting = 'disable_password_login_when_sso_enabled'
    const text = `Username/password login is disabled because SSO is configured and '${setting}' is set. Sign in via SSO.`
    return proxyError(403, text, 'auth_error', setting)
  }
  if (world.accounts.open) return proxyError(500, NO_MASTER_KEY, 'auth_error', 'master_key')
  if (passwordLogin === 'on') return undefined
  const answer = proxyError(
    429,
    'Too many failed sign-in attempts. Try again later.',
    'auth_error',
    'username',
  )
  return { ...answer, headers: { 'retry-after': '30' } }
}

function signIn(world: World, username: unknown, password: unknown): { token: string } | Answer {
  const no = closed(world)
  if (no) return no
  const who = whoseAre(world, username, password)
  if (!who) return wrongPassword(world)
  if (!world.database) return proxyError(400, 'Authentication Error, Not connected to DB!')
  return { token: tokenOf(world, sessionOf(world, who)) }
}

function landing(world: World, origin: string): string {
  return `${origin}${world.rootPath}${world.release.uiPath}?login=success`
}

function cookie(token: string): Record<string, string> {
  return { 'set-cookie': `token=${token}; Path=/; SameSite=lax` }
}

/** POST /login: takes a form; 303 to the admin page with the cookie `token`. */
export function formLogin(world: World, { text, headers, origin }: Received): Answer {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const form = new URLSearchParams(isForm ? text : '')
  const result = signIn(world, form.get('username'), form.get('password'))
  if (!('token' in result)) {
    if (result.status !== 429) return result
    const page =
      '<html><body><h1>Too many sign-in attempts</h1><p>Try again in about 30 seconds</p></body></html>'
    return { status: 429, text: page, ...(result.headers && { headers: result.headers }) }
  }
  return { status: 303, headers: { location: landing(world, origin), ...cookie(result.token) } }
}

/** POST /v2/login: takes JSON; 200 with the cookie, and from 1.90 the token in the body too. */
export function jsonLogin(world: World, { text, origin }: Received): Answer {
  if (world.release.v2Login === 'absent') return NOT_FOUND
  if (bodyOf(text) === undefined) return proxyError(500, 'Expecting value: line 1 column 1 (char 0)')
  const body = fieldsOf(text)
  const result = signIn(world, body['username'], body['password'])
  if (!('token' in result)) return result
  const token = world.release.v2Login === 'token' ? { token: result.token } : {}
  return {
    status: 200,
    json: { redirect_url: landing(world, origin), ...token },
    headers: cookie(result.token),
  }
}
