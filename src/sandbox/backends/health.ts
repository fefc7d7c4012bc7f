import { visibleIds } from '../people/access.ts'
import { type Answer, ok, refused } from '../answers.ts'
import { probe } from './probes.ts'
import type { Ask } from '../request.ts'
import { running, type World } from '../world.ts'

function healthOf(world: World, id: string): Record<string, unknown> {
  const row = running(world, id)
  const found = probe(world, row ?? {})
  return {
    server_id: id,
    status: found.status,
    tools_count: found.tools.length,
    last_health_check: new Date().toISOString().slice(0, -1),
    response_time_ms: 1,
    error: found.error,
  }
}

/** GET /v1/mcp/server/health: a list from 1.81, an object that ignores `server_ids` before. */
export function serversHealth({ world, caller, query }: Ask): Answer {
  const ids = visibleIds(world, caller)
  if (!world.release.healthPerServer) {
    const wanted = query.getAll('server_ids')
    const chosen = wanted.length === 0 ? ids : ids.filter((id) => wanted.includes(id))
    return ok(chosen.map((id) => ({ server_id: id, status: healthOf(world, id)['status'] })))
  }
  const servers = ids.map((id) => [id, healthOf(world, id)] as const)
  const count = (status: string): number => servers.filter(([, one]) => one['status'] === status).length
  return ok({
    total_servers: servers.length,
    healthy_count: count('healthy'),
    unhealthy_count: count('unhealthy'),
    unknown_count: count('unknown'),
    servers: Object.fromEntries(servers),
  })
}

/** GET /v1/mcp/server/{id}/health: up to 1.80 only. */
export function serverHealth({ world, id }: Ask): Answer {
  if (!world.rows.has(id)) return refused(404, `MCP Server with id ${id} not found`)
  return ok(healthOf(world, id))
}
