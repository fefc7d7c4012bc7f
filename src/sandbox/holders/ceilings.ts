import type { Caller, StoredGrants } from '../people/accounts.ts'
import type { Holder } from './holders.ts'
import type { SandboxRow } from '../options.ts'
import { running, type World } from '../world.ts'

/** The team of the admin page's own keys; no team has this id. */
export const SESSION_TEAM = 'litellm-dashboard'

const UNRESOLVED_GROUP = 'mcp_access_groups'

function sharesGroup(row: SandboxRow, groups: readonly string[]): boolean {
  const own = row['mcp_access_groups']
  return Array.isArray(own) && own.some((group) => groups.includes(String(group)))
}

/** Ids of the servers that a permission object names by id, or from 1.88 by name or alias; what fits none stays as it is. */
function expanded(world: World, names: readonly string[]): string[] {
  const all = [...world.registry.values(), ...world.config.values()]
  return names.flatMap((name) => {
    if (running(world, name) || world.release.put !== 'partial') return [name]
    const found = all.filter((row) => row['alias'] === name || row['server_name'] === name)
    return found.length === 0 ? [name] : found.map((row) => row.server_id)
  })
}

function grouped(world: World, groups: readonly string[]): string[] {
  return (
    [...world.registry.values(), ...world.config.values()]
      // Group membership is read from the database, which a PUT changes at once on every release.
      .filter((row) => sharesGroup(world.rows.get(row.server_id) ?? row, groups))
      .map((row) => row.server_id)
  )
}

function ofToolsets(world: World, ids: readonly string[]): string[] {
  return world.holders.toolsets
    .filter(({ row }) => ids.includes(String(row['toolset_id'])))
    .flatMap(({ row }) => (row['tools'] as { server_id: string }[]).map(({ server_id: id }) => id))
}

/**
 * What a permission object names: servers and groups, and servers of tools where the release goes by those. Source:
 * `_get_allowed_mcp_servers_for_key` in user_api_key_auth_mcp.py; observed on 1.81.14, 1.96.2, 1.105.7 and 1.106.2.
 */
export function named(world: World, grants: StoredGrants): Set<string> {
  const tools = world.release.userCeiling === 'none' ? [] : Object.keys(grants.mcp_tool_permissions ?? {})
  return new Set([
    ...expanded(world, [...grants.mcp_servers, ...tools]),
    ...grouped(world, grants.mcp_access_groups),
  ])
}

/** The permission object of a caller's user. */
export function ownGrants(world: World, { userId }: Caller): StoredGrants | null {
  return userId === null ? null : (world.accounts.users.get(userId)?.grants ?? null)
}

/**
 * The servers above which a user's own permission object lets nobody see, whatever their role or key; `null` where it
 * names nothing. Source: `_get_allowed_mcp_servers_for_user`; observed on 1.96.2, which knows no toolsets and forgets
 * groups without servers, 1.105.7, which knows toolsets, and 1.106.2, which forgets nothing.
 */
export function ceilingOf(world: World, caller: Caller): Set<string> | null {
  const grants = ownGrants(world, caller)
  const { userCeiling } = world.release
  if (!grants || userCeiling === 'none') return null
  const toolsets = userCeiling === 'grants' ? [] : (grants.mcp_toolsets ?? [])
  const found = new Set([...named(world, grants), ...ofToolsets(world, toolsets), ...toolsets])
  if (userCeiling === 'all' && grants.mcp_access_groups.length > 0) found.add(UNRESOLVED_GROUP)
  return found.size === 0 ? null : found
}

/** The team whose servers an admin's key is bound to, from 1.109; `null` where it has none, or the release does not care. */
export function teamOf(world: World, { teamId }: Caller): Holder | null {
  if (!world.release.teamBindsAdmins || teamId === null || teamId === SESSION_TEAM) return null
  const found = world.holders.teams.find(({ row }) => row['team_id'] === teamId)
  return found ?? { row: { team_id: teamId }, grants: null }
}
