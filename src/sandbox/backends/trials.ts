import { type Fault, reach, SILENCE_MS } from './addresses.ts'
import { type Answer, crash, ok, refused } from '../answers.ts'
import { creatableOf } from '../servers/columns.ts'
import { failureText } from './probes.ts'
import type { Ask, Received } from '../request.ts'
import { toolOf } from './tools.ts'
import { isAnswer, validate } from '../servers/validate.ts'
import type { World } from '../world.ts'

function mayTest({ world, caller }: Ask, what: string): Answer | undefined {
  if (world.release.testNeeds !== 'admin' || caller.role === 'proxy_admin') return undefined
  return refused(
    403,
    `User does not have permission to test MCP server ${what}. Only PROXY_ADMIN users can perform this action.`,
  )
}

type Good = (tools: readonly string[]) => unknown

/** 1.77.7 fails itself where Streamable HTTP is answered with these (observed). */
const CRASHES: readonly Fault[] = [401, 405, 421]

async function failed(
  world: World,
  body: Readonly<Record<string, unknown>>,
  fault: Fault,
  good: Good,
): Promise<Answer> {
  const { release } = world
  const server = { ...body, transport: body['transport'] ?? 'sse' }
  if (fault === 'silent') await world.wait(release.probes === 'explained' ? SILENCE_MS : 10 * SILENCE_MS)
  if (release.probes === 'blind')
    return server.transport === 'http' && CRASHES.includes(fault) ? crash(release) : ok(good([]))
  const terse = 'Failed to connect to MCP server. Check proxy logs for details.'
  const message = release.probes === 'terse' ? terse : failureText(fault, server)
  return ok({ status: 'error', error: true, message })
}

async function test(world: World, text: string, no: Answer | undefined, good: Good): Promise<Answer> {
  const body = validate(world.release, creatableOf(world.release.version), text, true)
  if (isAnswer(body)) return body
  if (no) return no
  const found = reach(world, body['url'], body['transport'] ?? 'sse')
  if (typeof found === 'string' || typeof found === 'number') return failed(world, body, found, good)
  return ok(good(found))
}

/** POST /mcp-rest/test/connection: 200 whether or not the address works. */
export function testConnection(ask: Ask): Promise<Answer> {
  return test(ask.world, ask.text, mayTest(ask, 'connections'), () => ({ status: 'ok' }))
}

/** The same up to 1.80, which asks for no key (observed on 1.77.7). */
export function testAnyConnection(world: World, { text }: Received): Promise<Answer> {
  return test(world, text, undefined, () => ({ status: 'ok' }))
}

/** POST /mcp-rest/test/tools/list: the address's tools. */
export function testTools(ask: Ask): Promise<Answer> {
  const { release } = ask.world
  return test(ask.world, ask.text, mayTest(ask, 'tools'), (tools) => ({
    tools: tools.map((name) => toolOf(release, name, false)),
    error: null,
    message: 'Successfully retrieved tools',
  }))
}
