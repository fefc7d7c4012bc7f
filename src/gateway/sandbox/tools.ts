import { visibleIds } from './access.ts'
import { type Answer, ok, refused } from './answers.ts'
import { creatableOf } from './columns.ts'
import type { SandboxRow } from './options.ts'
import { listingFault, probe, tested } from './probes.ts'
import type { Release } from './release.ts'
import type { Ask, Received } from './request.ts'
import { isAnswer, validate } from './validate.ts'
import { atLeast } from './version.ts'
import { completedInfo } from './views.ts'
import { running, type World } from './world.ts'

/** One MCP tool as the release writes it; `inList` for the list, which carries `_meta` on all releases. */
function toolOf(release: Release, name: string, inList: boolean): Record<string, unknown> {
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

function mayTest({ world, caller }: Ask, what: string): Answer | undefined {
  if (world.release.testNeeds !== 'admin' || caller.role === 'proxy_admin') return undefined
  return refused(
    403,
    `User does not have permission to test MCP server ${what}. Only PROXY_ADMIN users can perform this action.`,
  )
}

type Good = (tools: readonly string[]) => unknown

function test(world: World, text: string, no: Answer | undefined, good: Good): Answer {
  const body = validate(world.release, creatableOf(world.release.version), text, true)
  if (isAnswer(body)) return body
  if (no) return no
  const found = tested(world.release, body)
  return 'tools' in found
    ? ok(good(found.tools))
    : ok({ status: 'error', error: true, message: found.failure })
}

/** POST /mcp-rest/test/connection: 200 whether or not the address works. */
export function testConnection(ask: Ask): Answer {
  return test(ask.world, ask.text, mayTest(ask, 'connections'), () => ({ status: 'ok' }))
}

/** The same up to 1.80, which asks for no key (observed on 1.77.7). */
export function testAnyConnection(world: World, { text }: Received): Answer {
  return test(world, text, undefined, () => ({ status: 'ok' }))
}

/** POST /mcp-rest/test/tools/list: the address's tools. */
export function testTools(ask: Ask): Answer {
  const { release } = ask.world
  return test(ask.world, ask.text, mayTest(ask, 'tools'), (tools) => ({
    tools: tools.map((name) => toolOf(release, name, false)),
    error: null,
    message: 'Successfully retrieved tools',
  }))
}

function toolsOf(world: World, row: SandboxRow): Record<string, unknown>[] {
  const owner = atLeast(world.release.version, '1.106.0')
    ? { server_id: row.server_id, alias: row['alias'] }
    : {}
  const allowed = row['allowed_tools'] as string[] | null
  return probe(world.release, row)
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

function toolsOfOne({ world, caller }: Ask, id: string): Answer {
  const { release } = world
  const row = running(world, id)
  if (release.toolsUnfiltered) {
    if (!row) return ok({ tools: [], error: 'server_not_found', message: `Server with id ${id} not found` })
    return listed(toolsOf(world, row))
  }
  if (!row || !visibleIds(world, caller).includes(id)) return denied(release, id)
  const error = listingFault(row)
  if (release.probes === 'explained' && error !== undefined) {
    const message = `Failed to list tools from server ${String(row['server_name'])}`
    return { status: 502, json: { detail: { error, message } } }
  }
  return listed(toolsOf(world, row))
}

/** GET /mcp-rest/tools/list, of one server or of all that the key may use. */
export function listTools(ask: Ask): Answer {
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
