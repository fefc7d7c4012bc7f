import type { Caller } from './accounts.ts'
import type { SandboxRow } from './options.ts'
import { running, type World } from './world.ts'

/** Full admins and, where a release knows them, read-only ones. */
export function hasAdminView(caller: Caller): boolean {
  return caller.role === 'proxy_admin' || caller.role === 'proxy_admin_viewer'
}

function sharesGroup(row: SandboxRow, groups: readonly string[]): boolean {
  const own = row['mcp_access_groups']
  return Array.isArray(own) && own.some((group) => groups.includes(String(group)))
}

function granted(world: World, caller: Caller, row: SandboxRow): boolean {
  if (row['allow_all_keys'] === true) return true
  const grants = caller.grants
  if (!grants) return false
  return (
    grants.mcp_servers.includes(row.server_id) ||
    // Group membership is read from the database, which a PUT changes at once on every release.
    sharesGroup(world.rows.get(row.server_id) ?? row, grants.mcp_access_groups)
  )
}

function withoutGrants(world: World, caller: Caller): boolean {
  const grants = caller.grants
  if (!grants) return true
  const members = [...world.rows.values()].some((row) => sharesGroup(row, grants.mcp_access_groups))
  return grants.mcp_servers.length === 0 && !members
}

/**
 * Ids that a caller may use. Up to 1.79 an admin's key is never limited and a key without grants
 * sees everything; later an admin's key with any object permission is limited to it (observed).
 */
export function visibleIds(world: World, caller: Caller): string[] {
  const all = [...world.registry.keys(), ...world.config.keys()]
  const unlimited = world.release.failsOpen
    ? hasAdminView(caller) || withoutGrants(world, caller)
    : hasAdminView(caller) && caller.grants === null
  if (unlimited) return all
  return all.filter((id) => {
    const row = running(world, id)
    return row !== undefined && granted(world, caller, row)
  })
}

/** Whether GET by id answers: admins always; others by their visible ids, or up to 1.89 by granted ids only. */
export function mayGet(world: World, caller: Caller, id: string): boolean {
  if (hasAdminView(caller)) return true
  if (world.release.getSeesAllGrants) return visibleIds(world, caller).includes(id)
  return caller.grants?.mcp_servers.includes(id) === true
}
