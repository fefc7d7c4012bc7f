import {
  addUser,
  type Caller,
  callerOf,
  DEFAULT_USER,
  hashOf,
  randomKey,
  storedGrants,
  type User,
} from './accounts.ts'
import { type Answer, managementError, ok, proxyError } from '../answers.ts'
import { permissionView } from '../holders/grants.ts'
import { needsDatabase } from '../no-database.ts'
import type { SandboxRole } from '../options.ts'
import { type Ask, fieldsOf } from '../request.ts'
import { atLeast } from '../version.ts'
import { timestamp, type World } from '../world.ts'

const DOCS = 'https://docs.litellm.ai/docs'

/** The key and user routes' answer without a database. */
function disconnected(world: World): Answer {
  const start = world.release.verboseErrors ? 'Internal Server Error, ' : ''
  const text = `Database not connected. Connect a database to your proxy - ${DOCS}/simple_proxy#managing-auth---virtual-keys`
  return managementError(world.release, 500, start + text)
}

/** A key's row as `/key/info` and `/user/info` show it. */
export function keyRow(world: World, caller: Caller): Record<string, unknown> {
  return {
    key_name: `sk-...${caller.key.slice(-4)}`,
    key_alias: caller.alias,
    spend: 0,
    expires: caller.expires,
    models: [],
    aliases: {},
    config: {},
    user_id: caller.userId,
    team_id: caller.teamId,
    permissions: {},
    metadata: {},
    blocked: null,
    allowed_routes: caller.allowedRoutes,
    object_permission_id: caller.grants?.id ?? null,
    created_at: caller.createdAt,
    object_permission: world.release.grantsShown ? permissionView(world.release, caller.grants) : null,
    ...(atLeast(world.release.version, '1.105.7') && { key_type: 'default', status: 'active' }),
  }
}

/** GET /key/info: the caller's own key. The master key has no row: 404. */
export function keyInfo({ world, caller }: Ask): Answer {
  if (!world.database) return disconnected(world)
  if (caller.master || world.accounts.open)
    return proxyError(404, 'Key not found in database', 'not_found_error', 'key')
  return ok({ key: hashOf(caller.key), info: keyRow(world, caller) })
}

/** POST /v2/key/info: keys by their hashes. Those without a row are left out; so is the master key. */
export function keysInfo({ world, text }: Ask): Answer {
  if (!world.database) return disconnected(world)
  const asked = fieldsOf(text)['keys']
  const hashes: unknown[] = Array.isArray(asked) ? asked : []
  const found = [...world.accounts.keys.values()].filter(({ key }) => hashes.includes(hashOf(key)))
  return ok({ key: hashes, info: found.map((each) => keyRow(world, each)) })
}

/** A user's row, grants aside. */
export function userRow(user: User): Record<string, unknown> {
  return {
    user_id: user.id,
    user_email: null,
    user_alias: null,
    user_role: user.role,
    spend: 0,
    max_budget: null,
    models: [],
    metadata: {},
    teams: [],
    created_at: user.createdAt,
    updated_at: user.createdAt,
  }
}

/** GET /v2/user/info: the caller's own user, or the one that an admin names. */
export function ownUser({ world, caller, query }: Ask): Answer {
  const { release } = world
  if (!world.database) return managementError(release, 500, needsDatabase(release))
  const id = (caller.role === 'proxy_admin' ? query.get('user_id') : null) ?? caller.userId
  if (id === null) {
    return managementError(
      release,
      400,
      'user_id is required. Either pass it as a query parameter or authenticate with a user-bound key.',
    )
  }
  const user = world.accounts.users.get(id)
  if (!user) return managementError(release, 404, `User not found: ${id}`)
  const grants = { object_permission: permissionView(release, user.grants) }
  return ok({ ...userRow(user), ...(release.userGrants === 'stored' && grants) })
}

/** GET /user/info?user_id=: a user with its keys. */
export function userInfo({ world, caller, query }: Ask): Answer {
  const id = query.get('user_id') ?? caller.userId ?? ''
  if (!world.database) return disconnected(world)
  const user = world.accounts.users.get(id)
  if (!user) {
    return world.release.unknownUser === 'empty'
      ? ok({ user_id: id, user_info: { spend: 0 }, keys: [], teams: [] })
      : managementError(world.release, 404, `User ${id} not found`)
  }
  const keys = [...world.accounts.keys.values()].filter((one) => one.userId === id)
  const shown = keys.map((one) => ({ token: hashOf(one.key), ...keyRow(world, one) }))
  return ok({ user_id: id, user_info: userRow(user), keys: shown, teams: [] })
}

/** GET /get/internal_user_settings: read by full admins, and by read-only ones from 1.90. */
export function userSettings({ world }: Ask): Answer {
  const role = atLeast(world.release.version, '1.105.7') ? 'internal_user_viewer' : 'internal_user'
  const values = { user_role: role, max_budget: null, budget_duration: null, models: null, teams: null }
  return ok({ values, field_schema: { description: 'Default parameters', properties: {} } })
}

/** POST /user/new. */
export function newUser({ world, text }: Ask): Answer {
  if (!world.database) return managementError(world.release, 400, needsDatabase(world.release))
  const body = fieldsOf(text)
  const id = typeof body['user_id'] === 'string' ? body['user_id'] : randomKey('user-')
  if (world.accounts.users.has(id) && world.release.unknownUser === 'missing') {
    return managementError(world.release, 409, `{'error': 'User with id ${id} already exists'}`)
  }
  const role = (body['user_role'] ?? 'internal_user') as SandboxRole
  const grants = world.release.userGrants === 'stored' ? storedGrants(body['object_permission']) : null
  addUser(world.accounts, id, role, grants)
  const email = typeof body['user_email'] === 'string' ? body['user_email'] : null
  world.accounts.passwords.set(id, { email, password: null, mustChange: false })
  return ok({ user_id: id, user_role: role, key: '', models: [], teams: [], max_budget: null })
}

/** POST /key/generate. */
export function newKey({ world, text, caller }: Ask): Answer {
  if (!world.database)
    return managementError(world.release, 500, `{'error': '${needsDatabase(world.release)}'}`)
  const body = fieldsOf(text)
  const userId = typeof body['user_id'] === 'string' ? body['user_id'] : null
  const team = typeof body['team_id'] === 'string' ? body['team_id'] : null
  const made = callerOf(
    {
      key: randomKey(),
      userId,
      role: userId === null ? null : (world.accounts.users.get(userId)?.role ?? null),
      alias: typeof body['key_alias'] === 'string' ? body['key_alias'] : '',
      objectPermission: storedGrants(body['object_permission']),
      allowedRoutes: Array.isArray(body['allowed_routes']) ? body['allowed_routes'].map(String) : [],
    },
    team,
  )
  const key = { ...made, alias: made.alias === '' ? null : made.alias }
  world.accounts.keys.set(key.key, key)
  const by = caller.userId ?? DEFAULT_USER
  const now = timestamp()
  const dates = { created_by: by, updated_by: by, created_at: now, updated_at: now }
  return ok({ ...keyRow(world, key), key: key.key, token: hashOf(key.key), ...dates })
}
