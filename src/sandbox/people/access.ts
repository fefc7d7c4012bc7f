import type { Caller, StoredGrants } from './accounts.ts'
import { ceilingOf, named, ownGrants, SESSION_TEAM, teamOf } from '../holders/ceilings.ts'
import type { SandboxRow } from '../options.ts'
import { running, type World } from '../world.ts'

/** Full admins and, where a release knows them, read-only ones. */
function hasAdminView(caller: Caller): boolean {
  return caller.role === 'proxy_admin' || caller.role === 'proxy_admin_viewer'
}

/** Is a server within the grants of a key, of an admin's team, or of whoever is signed in on the admin page? */
function within(world: World, caller: Caller, row: SandboxRow): boolean {
  const grants = caller.grants ?? teamOf(world, caller)?.grants ?? null
  const sources: (StoredGrants | null)[] =
    caller.teamId === SESSION_TEAM ? [grants, ownGrants(world, caller)] : [grants]
  return sources.some((source) => source !== null && named(world, source).has(row.server_id))
}

function granted(world: World, caller: Caller, row: SandboxRow): boolean {
  if (row['allow_all_keys'] === true) return true
  const ceiling = ceilingOf(world, caller)
  return within(world, caller, row) && (ceiling === null || ceiling.has(row.server_id))
}

function withoutGrants(world: World, { grants }: Caller): boolean {
  return grants === null || named(world, grants).size === 0
}

/** Nothing bounds an admin but what belongs to the key, to its user from 1.96, or to its team from 1.109. */
function isUnbounded(world: World, caller: Caller): boolean {
  if (!hasAdminView(caller) || caller.grants !== null) return false
  return ceilingOf(world, caller) === null && teamOf(world, caller) === null
}

/**
 * Ids that a caller may use. Up to 1.79 an admin's key is never limited and a key without grants
 * sees everything; later an admin's key with any object permission is limited to it (observed).
 */
export function visibleIds(world: World, caller: Caller): string[] {
  const all = [...world.registry.keys(), ...world.config.keys()]
  const unlimited = world.release.failsOpen
    ? hasAdminView(caller) || withoutGrants(world, caller)
    : isUnbounded(world, caller)
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
