import { createHmac } from 'node:crypto'
import { addUser, callerOf, DEFAULT_USER, randomKey } from './accounts.ts'
import { type Answer, NOT_FOUND, proxyError } from './answers.ts'
import { bodyOf, fieldsOf, type Received } from './request.ts'
import { timestamp, type World } from './world.ts'

const DAY_SECONDS = 86_400

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The admin page's token: HS256, signed with the master key (`encode_ui_session_jwt`). */
function tokenOf(world: World, key: string): string {
  const rootPath = world.rootPath === '' ? world.release.rootPathClaim : world.rootPath
  const expires = Math.floor(Date.now() / 1000) + DAY_SECONDS
  const claims = {
    user_id: DEFAULT_USER,
    key,
    user_email: null,
    user_role: 'proxy_admin',
    login_method: 'username_password',
    premium_user: false,
    auth_header_name: world.keyHeader ?? 'Authorization',
    disabled_non_admin_personal_key_creation: false,
    server_root_path: rootPath,
    ...(world.release.tokenExpires && { password_reset_required: false, exp: expires }),
  }
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return `${signed}.${createHmac('sha256', world.accounts.masterKey).update(signed).digest('base64url')}`
}

/** A session key of the admin page: a row in the team `litellm-dashboard`, good for a day. */
function sessionKey(world: World): string {
  const expires = timestamp(new Date(Date.now() + DAY_SECONDS * 1000))
  const made = callerOf(
    { key: randomKey(), userId: DEFAULT_USER, role: 'proxy_admin' },
    'litellm-dashboard',
    expires,
  )
  addUser(world.accounts, DEFAULT_USER, 'proxy_admin')
  world.accounts.keys.set(made.key, made)
  return made.key
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
  const { accounts } = world
  if (username !== accounts.username || password !== accounts.password) return wrongPassword(world)
  if (!world.database) return proxyError(400, 'Authentication Error, Not connected to DB!')
  return { token: tokenOf(world, sessionKey(world)) }
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
