import { mayGet, visibleIds } from '../people/access.ts'
import { DEFAULT_USER } from '../people/accounts.ts'
import { type Answer, crash, noDatabase, ok, refused } from '../answers.ts'
import { creatableOf } from './columns.ts'
import { afterWrite, waitsForEver } from './looking.ts'
import { aliasOf, nameFault, nameTaken } from './names.ts'
import type { SandboxRow } from '../options.ts'
import { probe } from '../backends/probes.ts'
import type { Ask } from '../request.ts'
import { type Accepted, isAnswer, validate } from './validate.ts'
import { completedInfo, forCaller, fromRegistry, stored, type View } from './views.ts'
import { isSealed, newRow, register, running, timestamp, type World } from '../world.ts'

function nameOf(view: View): string {
  return String(view['server_name'] ?? view['alias'] ?? view['server_id']).toLowerCase()
}

/** A list entry of a release that lists the database's rows; config servers are made up on the spot. */
function listedRow(world: World, id: string): View[] {
  const row = world.rows.get(id)
  if (row) return [stored(world, row)]
  const config = world.config.get(id)
  if (!config) return []
  const info = completedInfo(config)
  const now = timestamp().slice(0, -1)
  return [stored(world, { ...config, mcp_info: info, created_at: now, updated_at: now })]
}

/** GET /v1/mcp/server: a bare array of what the caller may see. */
export function listServers({ world, caller }: Ask): Answer {
  const views = visibleIds(world, caller).flatMap((id): View[] => {
    if (world.release.list === 'rows') return listedRow(world, id)
    const row = running(world, id)
    return row ? [forCaller(world, caller, fromRegistry(world, row))] : []
  })
  const ordered = world.release.listSorted
    ? views.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
    : views
  return ok(ordered)
}

/** Where GET by id finds a server: the row, or from 1.88 a config server, and by name and alias too. */
function found(world: World, id: string): View | undefined {
  const row = world.rows.get(id)
  if (row) return stored(world, row, probe(world, running(world, id) ?? row))
  if (!world.release.configById) return undefined
  const named = [...world.registry.values(), ...world.config.values()].find(
    (one) => one.server_id === id || one['alias'] === id || one['server_name'] === id,
  )
  if (!named) return undefined
  const unknown = { status: 'unknown', health_check_error: 'Server not found' }
  const checked = named.server_id === id ? probe(world, named) : undefined
  const health = checked ? { status: checked.status, health_check_error: checked.error } : unknown
  return { ...fromRegistry(world, named), ...health, last_health_check: timestamp().slice(0, -1) }
}

/** GET /v1/mcp/server/{id}: the row, after a health check of the running server. */
export async function getServer({ world, caller, id }: Ask): Promise<Answer> {
  if (!world.database) return noDatabase(false)
  const row = world.rows.get(id)
  if (row && isSealed(world, row)) return crash(world.release)
  // The read loads it where nothing else did (`add_server` in mcp_management_endpoints.py of 1.81.14 and 1.106.2).
  if (row && world.release.list === 'registry' && !world.registry.has(id)) register(world, row)
  const view = found(world, id)
  if (!view) return refused(404, `MCP Server with id ${id} not found`)
  if (!mayGet(world, caller, String(view['server_id']))) {
    return refused(
      403,
      `User does not have permission to view mcp server with id ${id}. You can only view mcp servers that you have access to.`,
    )
  }
  if (world.probeDelayMs > 0) await world.wait(world.probeDelayMs)
  // Observed on 1.81.14: a route-limited key that gets this far fails in the answer's own making.
  if (caller.allowedRoutes.length > 0 && world.release.routeLimits === 'coarse') return crash(world.release)
  return ok(forCaller(world, caller, view))
}

function creationRefusal({ world, caller }: Ask, body: Accepted): Answer | undefined {
  if (!world.database) return noDatabase(false)
  const fault = nameFault(world.release, body)
  if (fault) return fault
  if (caller.role !== 'proxy_admin') {
    return refused(
      403,
      'User does not have permission to create mcp servers. You can only create mcp servers if you are a PROXY_ADMIN.',
    )
  }
  const id = body['server_id']
  if (typeof id === 'string' && world.rows.has(id)) {
    return refused(400, `MCP Server with id ${id} already exists. Cannot create another.`)
  }
  return nameTaken(world, { alias: aliasOf(body), server_name: body['server_name'] }, undefined)
}

/** POST /v1/mcp/server: 201 with the row. */
export function postServer(ask: Ask): Answer {
  const { world, caller } = ask
  const body = validate(world.release, creatableOf(world.release.version), ask.text, true)
  if (isAnswer(body)) return body
  const no = creationRefusal(ask, body)
  if (no) return no
  const sent = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
  const row: SandboxRow = newRow(
    world.release,
    { ...sent, alias: aliasOf(body) },
    caller.userId ?? DEFAULT_USER,
  )
  world.rows.set(row.server_id, row)
  if (!waitsForEver(world, row)) register(world, row)
  return afterWrite(world, ok(stored(world, row), 201))
}

/** DELETE /v1/mcp/server/{id}: 202 without a body. */
export function deleteServer({ world, caller, id }: Ask): Answer {
  if (!world.database) return noDatabase(true)
  if (caller.role !== 'proxy_admin') {
    return refused(
      403,
      'Call not allowed to delete MCP server. User is not a proxy admin. route=DELETE /v1/mcp/server',
    )
  }
  if (!world.rows.delete(id)) return refused(404, `MCP Server not found, passed server_id=${id}`)
  world.registry.delete(id)
  world.signIns.delete(id)
  return afterWrite(world, { status: 202 })
}

/** GET /v1/mcp/access_groups: names of all groups, for any key. */
export function accessGroups({ world }: Ask): Answer {
  const rows = world.database ? [...world.rows.values()] : []
  const groups = [...rows, ...world.config.values()].flatMap((row) => row['mcp_access_groups'] as string[])
  return ok({ access_groups: [...new Set(groups)].toSorted() })
}
