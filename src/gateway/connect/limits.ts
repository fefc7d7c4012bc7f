import { compareVersions } from '../../core/record/releases.ts'
import { MigrateError } from '../../core/errors.ts'
import { printable } from '../../core/show/text.ts'

/** What may keep an admin's list of MCP servers short. */
export type LimitKind =
  /** The key's own object permission, whatever it holds. */
  | 'key'
  /** What its user's object permission names of MCP: servers, access groups, tools. */
  | 'user'
  /** The same, where it names nothing but toolsets. */
  | 'user-toolsets'
  /** The team that the key belongs to. */
  | 'team'

/** One such thing that an account has. `id`: the user or the team; `null` for the key itself. */
export interface Limit {
  kind: LimitKind
  id: string | null
}

/** How LiteLLM shows a permission object: whole, or by its id alone. */
interface Permitted {
  object_permission_id?: string | null | undefined
  object_permission?: unknown
}

/**
 * The first release that may heed a limit: the one after the last that is known not to. Source:
 *
 * - key: not 1.77.7, which does not show the object either; 1.81.14 and 1.106.2 do, an empty one too (both seen).
 * - user: not 1.94.3; 1.96.2 does (`_user_places_mcp_ceiling` in user_api_key_auth_mcp.py; seen there and on 1.105.7 and
 *   1.106.2, with servers, tools and access groups; not with empty lists, vector stores or agents).
 * - user-toolsets: not 1.96.2; 1.105.7 does (`_get_allowed_mcp_servers_for_user`; both seen).
 * - team: not 1.108.14; 1.109.1 does (read), and 1.110.2 (seen).
 */
const HEEDED_SINCE: Readonly<Record<LimitKind, string>> = {
  key: '1.78.0',
  user: '1.94.4',
  'user-toolsets': '1.96.3',
  team: '1.108.15',
}

/** `LITELLM_PROXY_ADMIN_NAME` in constants.py: whoever comes with the master key is this user. */
export const MASTER_USER = 'default_user_id'

/** The team of the admin page's own keys: LiteLLM does not take it for one (`UI_SESSION_TOKEN_TEAM_ID`). */
const SESSION_TEAM = 'litellm-dashboard'

const isSome = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

/** What limits a key, as `/key/info` shows it. */
export function limitsOfKey(info: Permitted & { team_id?: string | null | undefined }): Limit[] {
  const { object_permission: object, object_permission_id: id, team_id: team } = info
  return [
    ...(object || id ? [{ kind: 'key' as const, id: null }] : []),
    ...(team && team !== SESSION_TEAM ? [{ kind: 'team' as const, id: team }] : []),
  ]
}

/**
 * What limits a user's keys and sign-ins, as `/v2/user/info` shows it. The columns for MCP are those that begin so;
 * others, such as vector stores, are no matter of servers.
 */
export function limitsOfUser(user: Permitted, id: string): Limit[] {
  const { object_permission: object, object_permission_id: unseen } = user
  if (!isSome(object)) return unseen ? [{ kind: 'user', id }] : []
  const named = Object.entries(object as object).flatMap(([column, value]) =>
    column.startsWith('mcp_') && isSome(value) ? [column] : [],
  )
  if (named.length === 0) return []
  return [{ kind: named.every((column) => column === 'mcp_toolsets') ? 'user-toolsets' : 'user', id }]
}

/** Does a release heed a limit? Careful where the release is unknown. */
const heeds = (version: string | null, { kind }: Limit): boolean =>
  version === null || compareVersions(version, HEEDED_SINCE[kind]) >= 0

function describe({ kind, id }: Limit): string {
  if (kind === 'key') return 'its own object permission'
  return kind === 'team'
    ? `its team ${printable(id ?? '')}`
    : `the object permission of its user ${printable(id ?? '')}`
}

/** Whose credentials would do. The master key belongs to a user, too, and so does the account of the admin page. */
function remedy(limits: readonly Limit[], way: 'key' | 'password', isMasters: boolean): string {
  const kinds = new Set(limits.map(({ kind }) => kind))
  const byUser = kinds.has('user') || kinds.has('user-toolsets')
  if (byUser && isMasters) {
    const other = way === 'password' ? 'Sign in as another admin' : 'Use a key of another admin'
    return `${other} whose user has no object permission, or take the MCP servers, groups and tools out of that of ${MASTER_USER}: the master key and the account of the admin page belong to this user.`
  }
  if (way === 'password')
    return 'Sign in as another admin, whose user has no object permission, or use the master key.'
  const conditions = [
    kinds.has('key') || byUser ? 'without object permissions' : '',
    kinds.has('team') ? 'that was made without a team (no team_id)' : '',
  ].filter(Boolean)
  const user = byUser ? ', whose user has none either' : ''
  return `Use the master key, or an admin key ${conditions.join(' ')}${user}.`
}

/** Somebody whose list of servers may be short. */
interface Limited {
  isMaster: boolean
  userId: string | null
  limits: readonly Limit[]
}

/**
 * Throws `key-scoped` where LiteLLM shows this account only some of its servers, with what limits it and whose
 * credentials would do. `version`: `null` where the gateway does not tell it.
 */
export function requireWholeList(account: Limited, version: string | null, way: 'key' | 'password'): void {
  const limits = account.limits.filter((limit) => heeds(version, limit))
  if (limits.length === 0) return
  const who = way === 'password' ? 'This sign-in' : account.isMaster ? 'The master key' : "This admin's key"
  throw new MigrateError(
    'key-scoped',
    `${who} is limited to some MCP servers, so it would not see all of them: by ${limits.map(describe).join(' and by ')}`,
    remedy(limits, way, account.userId === MASTER_USER),
  )
}
