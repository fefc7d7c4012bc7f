import { z } from 'zod'
import { MigrateError } from '../../core/errors.ts'
import { printable } from '../../core/show/text.ts'
import { type Endpoint, get, spoken } from '../http/http.ts'
import { asValue } from '../http/ids.ts'
import { type Limit, limitsOfKey, limitsOfUser, MASTER_USER } from './limits.ts'
import { isInNoTable, ownUser, readMasterUser } from './master-rows.ts'
import { MUST_CHANGE, passwordMustChange } from './password-change.ts'
import type { Answer } from '../http/transport.ts'

const keyInfo = z.looseObject({
  info: z.looseObject({
    user_id: z.string().nullish(),
    key_alias: z.string().nullish(),
    team_id: z.string().nullish(),
    object_permission_id: z.string().nullish(),
    object_permission: z.unknown().optional(),
  }),
})
type KeyInfo = z.infer<typeof keyInfo>['info']

const anyUser = z.looseObject({ user_info: z.looseObject({ user_role: z.string().nullish() }) })

/** A full admin's account. */
export interface Account {
  /** For a person: "master key", "admin key ci of anna". */
  title: string
  isMaster: boolean
  /** The user that the key belongs to, `null` where the gateway does not name one. */
  userId: string | null
  /** What keeps its list of servers short, on one release or another. */
  limits: Limit[]
}

const ADMIN_HINT = 'Use the master key, or a key of a user with the role proxy_admin.'

const notAdmin = (what: string): MigrateError =>
  new MigrateError('not-admin', `This key may not edit MCP servers: ${what}`, ADMIN_HINT)

/** Is this FastAPI's answer for a path that the release does not have? */
export const routeMissing = (answer: Answer): boolean =>
  answer.status === 404 && (answer.json as { detail?: unknown } | null)?.detail === 'Not Found'

/** Says why a question that only an admin may ask got no proper answer. */
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

/**
 * A key that works but is in no table: the master key. `/v2/user/info` names its role where there is a user for
 * it, which a fresh database has not; then `/get/internal_user_settings` answers to admins alone. The master key's own
 * user gets a row of role internal_user with the first team that the key makes (seen on 1.106.2), which takes nothing
 * from the key: there, too, the settings tell. An object permission of that user does (seen on 1.96.2).
 */
async function proveMasterKey(endpoint: Endpoint): Promise<Account> {
  const own = await readMasterUser(endpoint)
  const account: Account = {
    title: 'master key',
    isMaster: true,
    userId: own?.user_id ?? MASTER_USER,
    limits: own ? limitsOfUser(own, own.user_id ?? MASTER_USER) : [],
  }
  if (own && (own.user_id !== MASTER_USER || own.user_role === 'proxy_admin')) {
    requireAdmin(own.user_role, 'its user')
    return account
  }
  const settings = await get(endpoint, '/get/internal_user_settings')
  if (settings.status !== 200) throw notAdmin(spoken(settings, endpoint))
  return account
}

/** The role of a key's user, and the limits of that user as far as the release shows them. */
async function readUser(
  endpoint: Endpoint,
  userId: string,
): Promise<{ role: string | null; limits: Limit[] }> {
  const own = await get(endpoint, '/v2/user/info')
  if (own.status === 200) {
    const user = ownUser.safeParse(own.json).data
    return { role: user?.user_role ?? null, limits: user ? limitsOfUser(user, userId) : [] }
  }
  if (!routeMissing(own)) refuse(own, endpoint)
  const user = await get(endpoint, `/user/info?user_id=${asValue(userId)}`)
  if (user.status !== 200) refuse(user, endpoint)
  return { role: anyUser.safeParse(user.json).data?.user_info.user_role ?? null, limits: [] }
}

async function proveVirtualKey(endpoint: Endpoint, info: KeyInfo): Promise<Account> {
  const userId = info.user_id
  if (!userId) throw notAdmin('it belongs to no user, so it has no role')
  const { role, limits } = await readUser(endpoint, userId)
  requireAdmin(role, `its user ${printable(userId)}`)
  const title = info.key_alias
    ? `admin key ${printable(info.key_alias)} of ${printable(userId)}`
    : `admin key of ${printable(userId)}`
  return { title, isMaster: false, userId, limits: [...limitsOfKey(info), ...limits] }
}

/**
 * Proves by reading alone that the key is a full admin's, and says whose it is and what may limit it: whether that
 * keeps its list short depends on the release (see `requireWholeList`). `GET /key/info` knows every key but the master
 * key (404). `kind`: what it is known to be; only of a `key` it has to be found out whether it is the master key.
 * `/v1/mcp/discover` proves nothing: on 1.106.2 it answers viewers, too.
 */
export async function proveAdmin(
  endpoint: Endpoint,
  kind: 'key' | 'session' | 'virtual-key',
): Promise<Account> {
  if (kind === 'key' && (await isInNoTable(endpoint))) return proveMasterKey(endpoint)
  const answer = await get(endpoint, '/key/info')
  if (answer.status === 404 && !routeMissing(answer)) return proveMasterKey(endpoint)
  const info = keyInfo.safeParse(answer.json)
  if (answer.status !== 200 || !info.success) refuse(answer, endpoint)
  return proveVirtualKey(endpoint, info.data.info)
}
