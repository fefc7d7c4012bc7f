import { visibleIds } from '../people/access.ts'
import { type Fault, SILENCE_MS } from './addresses.ts'
import { type Answer, ok } from '../answers.ts'
import type { SandboxRow } from '../options.ts'
import { faultOf, probe } from './probes.ts'
import type { Release } from '../release.ts'
import type { Ask } from '../request.ts'
import { atLeast } from '../version.ts'
import { completedInfo } from '../servers/views.ts'
import { running, type World } from '../world.ts'

/** One MCP tool as the release writes it; `inList` for the list, which carries `_meta` on all releases. */
export function toolOf(release: Release, name: string, inList: boolean): Record<string, unknown> {
  const meta = inList || release.probes === 'explained' ? '_meta' : 'meta'
  return {
    name,
    title: null,
    description: `The ${name} tool`,
    inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
    outputSchema: null,
    annotations: null,
    [meta]: null,
    ...(atLeast(release.version, '1.81.0') && { icons: null, execution: null }),
  }
}

function toolsOf(world: World, row: SandboxRow): Record<string, unknown>[] {
  const owner = atLeast(world.release.version, '1.102.4')
    ? { server_id: row.server_id, alias: row['alias'] }
    : {}
  const allowed = row['allowed_tools'] as string[] | null
  return probe(world, row)
    .tools.filter((name) => !allowed || allowed.length === 0 || allowed.includes(name))
    .map((name) => ({
      ...toolOf(world.release, name, true),
      mcp_info: { ...completedInfo(row), ...owner },
    }))
}

const DENIED = 'access_denied'

/** How a release says that a key may not list a server's tools: 403 from 1.90, an odd 200 before. */
function denied(release: Release, id: string): Answer {
  const message = `The key is not allowed to access server ${id}`
  if (release.testNeeds === 'admin') return { status: 403, json: { detail: { error: DENIED, message } } }
  return ok({
    tools: [],
    error: 'unexpected_error',
    message: `An unexpected error occurred: 403: {'error': '${DENIED}', 'message': '${message}'}`,
  })
}

function listed(tools: readonly unknown[], more: object = {}): Answer {
  return ok({ tools, error: null, message: 'Successfully retrieved tools', ...more })
}

async function toolsOfOne({ world, caller }: Ask, id: string): Promise<Answer> {
  const { release } = world
  const row = running(world, id)
  if (row && faultOf(world, row) === 'silent') await world.wait(SILENCE_MS)
  if (release.toolsUnfiltered) {
    if (!row) return ok({ tools: [], error: 'server_not_found', message: `Server with id ${id} not found` })
    return listed(toolsOf(world, row))
  }
  if (!row || !visibleIds(world, caller).includes(id)) return denied(release, id)
  const fault = faultOf(world, row)
  return release.probes === 'explained' && fault !== undefined
    ? explainedFault(fault, row)
    : listed(toolsOf(world, row))
}

/** From 1.102 LiteLLM hands a server's 401 and 403 on, and has a word for everything else. */
function explainedFault(fault: Fault, row: SandboxRow): Answer {
  const message = `Failed to list tools from server ${String(row['server_name'])}`
  const say = (status: number, error: string): Answer => ({ status, json: { detail: { error, message } } })
  if (fault === 401) return { status: 401, json: { detail: 'Unauthorized' } }
  if (fault === 403) return { status: 403, json: { detail: 'Forbidden' } }
  if (fault === 'silent') return say(504, 'timeout')
  if (fault === 404 && row['transport'] === 'http') return say(500, 'internal')
  return typeof fault === 'number' ? say(502, 'upstream_error') : say(502, 'unreachable')
}

/** GET /mcp-rest/tools/list, of one server or of all that the key may use. */
export async function listTools(ask: Ask): Promise<Answer> {
  const { world, caller } = ask
  const id = ask.query.get('server_id')
  if (id !== null) return toolsOfOne(ask, id)
  const ids = world.release.toolsUnfiltered
    ? [...world.registry.keys(), ...world.config.keys()]
    : visibleIds(world, caller)
  const rows = ids.flatMap((one) => running(world, one) ?? [])
  const outcomes = rows.map((row) => {
    const count = toolsOf(world, row).length
    const outcome = count > 0 ? { status: 'ok', tool_count: count } : { status: 'unreachable' }
    return [row['server_name'] ?? row.server_id, outcome]
  })
  const more = world.release.probes === 'explained' ? { server_outcomes: Object.fromEntries(outcomes) } : {}
  return listed(
    rows.flatMap((row) => toolsOf(world, row)),
    more,
  )
}
