import { z } from 'zod'
import { compareVersions } from '../core/eras.ts'
import { MigrateError } from '../core/errors.ts'
import { printable } from '../core/text.ts'
import { type Endpoint, get, spoken } from './http.ts'
import { MUST_CHANGE, passwordMustChange } from './password-change.ts'
import type { Answer } from './transport.ts'

const keyInfo = z.looseObject({
  info: z.looseObject({
    user_id: z.string().nullish(),
    key_alias: z.string().nullish(),
    object_permission_id: z.string().nullish(),
    object_permission: z.unknown(),
  }),
})
type KeyInfo = z.infer<typeof keyInfo>['info']

const ownUser = z.looseObject({ user_id: z.string().nullish(), user_role: z.string().nullish() })
const anyUser = z.looseObject({ user_info: z.looseObject({ user_role: z.string().nullish() }) })

const ADMIN_HINT = 'Use the master key, or a key of a user with the role proxy_admin.'

const notAdmin = (what: string): MigrateError =>
  new MigrateError('not-admin', `This key may not edit MCP servers: ${what}`, ADMIN_HINT)

/** Is this FastAPI's answer for a path that the release does not have? */
export const routeMissing = ({ status, json }: Answer): boolean =>
  status === 404 && (json as { detail?: unknown } | null)?.detail === 'Not Found'

/** Says why an answer to a question that only an admin may ask is none. */
export function refuse(answer: Answer, endpoint: Endpoint): never {
  const said = spoken(answer, endpoint)
  if (answer.status === 401 && /Malformed API Key|No api key passed/i.test(answer.text)) {
    throw new MigrateError(
      'wrong-key-header',
      `The gateway found no key in the header ${endpoint.keyHeader}`,
      'It reads the key from another header: name it with --key-header (litellm_key_header_name in its general_settings).',
    )
  }
  if (answer.status === 401) {
    throw new MigrateError(
      'unauthorized',
      `The gateway does not accept this key (${said})`,
      'Is it the key of this gateway, complete, and not expired?',
    )
  }
  if (MUST_CHANGE.test(said)) throw passwordMustChange('the user of this session key')
  if (answer.status === 403) throw notAdmin(said)
  if (/database/i.test(said) && /not connected/i.test(said))
    throw new MigrateError(
      'no-database',
      `LiteLLM has no database connected (${said})`,
      'Set DATABASE_URL and restart LiteLLM.',
    )
  throw new MigrateError(
    'role-unknown',
    `Whether this key is an admin's could not be learned (${said})`,
    ADMIN_HINT,
  )
}

function requireAdmin(role: string | null | undefined, whose: string): void {
  if (role === 'proxy_admin') return
  if (role === 'proxy_admin_viewer')
    throw notAdmin(`${whose} may look at everything, but change nothing (role proxy_admin_viewer)`)
  throw notAdmin(role ? `${whose} has the role ${printable(role)}` : `${whose} has no admin role`)
}

/** `LITELLM_PROXY_ADMIN_NAME` in constants.py: whoever comes with the master key is this user. */
const MASTER_USER = 'default_user_id'

/**
 * A key that works but is in no table: the master key. `/v2/user/info` names its role where there is a user for
 * it, which a fresh database has not; then `/get/internal_user_settings` answers to admins alone. The master key's own
 * user gets a row of role internal_user with the first team that the key makes (seen on 1.106.2), which takes nothing
 * from the key: there, too, the settings tell.
 */
async function proveMasterKey(endpoint: Endpoint): Promise<string> {
  const user = await get(endpoint, '/v2/user/info')
  const own = user.status === 200 ? ownUser.safeParse(user.json).data : undefined
  if (own && (own.user_id !== MASTER_USER || own.user_role === 'proxy_admin')) {
    requireAdmin(own.user_role, 'its user')
    return 'master key'
  }
  const settings = await get(endpoint, '/get/internal_user_settings')
  if (settings.status !== 200) throw notAdmin(spoken(settings, endpoint))
  return 'master key'
}

async function readRole(endpoint: Endpoint, userId: string): Promise<string | null> {
  const own = await get(endpoint, '/v2/user/info')
  if (own.status === 200) return ownUser.safeParse(own.json).data?.user_role ?? null
  if (!routeMissing(own)) refuse(own, endpoint)
  const user = await get(endpoint, `/user/info?user_id=${encodeURIComponent(userId)}`)
  if (user.status !== 200) refuse(user, endpoint)
  return anyUser.safeParse(user.json).data?.user_info.user_role ?? null
}

/**
 * Does a permission object keep an admin's key from seeing every server? Not up to 1.77 (seen on 1.77.7, which
 * does not show the object either); on 1.81.14 and 1.106.2, whatever it holds.
 */
function isLimited(
  { object_permission: object, object_permission_id: id }: KeyInfo,
  version: string | null,
): boolean {
  const tooOld = version !== null && compareVersions(version, '1.78.0') < 0
  return !tooOld && Boolean(object ?? id)
}

async function proveVirtualKey(endpoint: Endpoint, info: KeyInfo, version: string | null): Promise<string> {
  const userId = info.user_id
  if (!userId) throw notAdmin('it belongs to no user, so it has no role')
  const role = await readRole(endpoint, userId)
  requireAdmin(role, `its user ${printable(userId)}`)
  if (isLimited(info, version)) {
    throw new MigrateError(
      'key-scoped',
      "This admin's key is limited to some MCP servers, so it would not see all of them",
      'Use the master key, or an admin key without object permissions.',
    )
  }
  return info.key_alias
    ? `admin key ${printable(info.key_alias)} of ${printable(userId)}`
    : `admin key of ${printable(userId)}`
}

/**
 * Proves by reading alone that the key is a full admin's, and says whose it is ("master key", "admin key ci of
 * anna"). `GET /key/info` knows every key but the master key (404). `/v1/mcp/discover` proves nothing: on
 * 1.106.2 it answers viewers, too. `version`: the release where it is known already.
 */
export async function proveAdmin(endpoint: Endpoint, version: string | null): Promise<string> {
  const answer = await get(endpoint, '/key/info')
  if (answer.status === 404 && !routeMissing(answer)) return proveMasterKey(endpoint)
  const info = keyInfo.safeParse(answer.json)
  if (answer.status !== 200 || !info.success) refuse(answer, endpoint)
  return proveVirtualKey(endpoint, info.data.info, version)
}
