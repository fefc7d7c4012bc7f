import { z } from 'zod'
import { isTimeOut, MigrateError } from '../../core/errors.ts'
import { kindOfStatus, type Reach, type ReachKind } from '../../core/reach/reach.ts'
import { redactText } from '../../core/show/redact.ts'
import { count } from '../../core/show/text.ts'
import { toolPrints } from '../../core/reach/tools.ts'
import { type Endpoint, redactorOf, spoken } from '../http/http.ts'
import type { Answer } from '../http/transport.ts'

/** How long a look at one address may take, where nobody says otherwise. */
export const REACH_LIMIT_MS = 15_000

/** The same endpoint with a time limit of its own. */
export const withLimit = (endpoint: Endpoint, limitMs: number): Endpoint => ({
  ...endpoint,
  timeoutSeconds: limitMs / 1000,
})

/** What LiteLLM's sentences mean (`_known_connection_error_message` in rest_endpoints.py of 1.106.2). */
const SENTENCES: readonly (readonly [RegExp, ReachKind])[] = [
  [/server is unreachable/, 'unreachable'],
  [/timed out|no valid MCP response/i, 'time-out'],
  [/connection was (interrupted|closed)/, 'reset'],
  [/session was terminated/, 'wrong-transport'],
  [/unsupported content type|invalid MCP response/, 'not-mcp'],
]

/** Says it with one of LiteLLM's own sentences; the advice behind the first of them is for its admin page. */
export function reachOfMessage(message: string, endpoint: Endpoint): Reach {
  const words = redactText(message, redactorOf(endpoint))
  const [, status] = /returned HTTP (\d{3})/.exec(words) ?? []
  const kind = status
    ? kindOfStatus(Number(status))
    : (SENTENCES.find(([pattern]) => pattern.test(words))?.[1] ?? 'unclear')
  const short = words
    .replace(/^Failed to connect to MCP server: /, '')
    .replace(/(?<=[.)]) (Check|Retry)\b.*$/s, '')
    .replace(/\.$/, '')
  return { kind, tools: null, evidence: `LiteLLM: ${short}` }
}

/** Nobody tried, and why. */
export const untried = (why: string): Reach => ({ kind: 'untried', tools: null, evidence: why })

/**
 * What a list of tools says. `emptyMeans`: where the release lists none although it could not reach the server, that
 * cannot be told from a server without tools.
 */
export function reachOfTools(list: unknown, emptyMeans: 'no-tools' | 'unclear'): Reach {
  const tools = toolPrints(list)
  if (!tools)
    return {
      kind: 'unclear',
      tools: null,
      evidence: 'LiteLLM answers with something that is not a list of tools',
    }
  if (tools.length > 0)
    return { kind: 'tools', tools, evidence: `LiteLLM lists ${count(tools.length, 'tool')}` }
  return emptyMeans === 'no-tools'
    ? { kind: 'no-tools', tools, evidence: 'LiteLLM lists no tools' }
    : {
        kind: 'unclear',
        tools: null,
        evidence: 'LiteLLM lists no tools, which this release also does where it could not connect',
      }
}

/** A failed request to the gateway itself: its silence is the address's where LiteLLM waits for that. */
export function reachOfFailure(error: unknown, limitMs: number): Reach {
  if (!(error instanceof MigrateError)) throw error
  return isTimeOut(error)
    ? { kind: 'time-out', tools: null, evidence: `LiteLLM got no answer from it within ${limitMs / 1000} s` }
    : untried(`the gateway could not be asked (${error.message})`)
}

/** A list of tools in an answer, with LiteLLM's word for what went wrong. */
export const toolAnswer = z.looseObject({
  tools: z.array(z.unknown()).optional(),
  error: z.unknown().optional(),
  message: z.string().optional(),
})

/** A status that is no answer about the address: the route is missing, closed or busy. */
export const refusedToTry = (answer: Answer, endpoint: Endpoint): Reach =>
  untried(`the gateway did not try it (${spoken(answer, endpoint)})`)
