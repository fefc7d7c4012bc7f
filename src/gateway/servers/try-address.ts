import type { Era } from '../../core/record/eras.ts'
import type { Reach } from '../../core/reach/reach.ts'
import { printable } from '../../core/show/text.ts'
import { type Endpoint, postInTurn } from '../http/http.ts'
import type { AddressToTry } from '../port.ts'
import {
  REACH_LIMIT_MS,
  reachOfFailure,
  reachOfMessage,
  reachOfTools,
  refusedToTry,
  toolAnswer,
  untried,
  withLimit,
} from './reach-from-litellm.ts'
import type { Answer } from '../http/transport.ts'

const ROUTE = '/mcp-rest/test/tools/list'

/**
 * Neither the server's auth type nor its id is sent, and no credentials. With auth type `oauth2` 1.81.14 hands the
 * Authorization header of the request, an admin's key, on to the address (`test_tools_list` in rest_endpoints.py), and
 * with an id 1.106.2 adds what it has stored (`_stage_server_test`). So a server that wants a key says 401: it is there.
 */
const bodyFor = ({ url, transport }: AddressToTry): unknown => ({
  server_name: 'mcp_url_migrate_preflight',
  url,
  transport: transport ?? 'sse',
  auth_type: 'none',
})

function read(answer: Answer, endpoint: Endpoint, { faults }: Era): Reach {
  const { data } = toolAnswer.safeParse(answer.json)
  // Up to 1.80 some failures at the address are one of LiteLLM (seen on 1.77.7: 421 and 401 over Streamable HTTP).
  if (answer.status === 500 && faults === 'hidden')
    return { kind: 'unclear', tools: null, evidence: 'LiteLLM itself fails on it (HTTP 500)' }
  if (answer.status !== 200 || !data) return refusedToTry(answer, endpoint)
  if (data.error || !data.tools) return reachOfMessage(data.message ?? 'it failed', endpoint)
  return reachOfTools(data.tools, faults === 'hidden' ? 'unclear' : 'no-tools')
}

/** POST /mcp-rest/test/tools/list: LiteLLM opens the address as a temporary MCP client. Stores nothing. Never throws. */
export async function tryAddress(
  endpoint: Endpoint,
  era: Era,
  address: AddressToTry,
  limitMs = REACH_LIMIT_MS,
): Promise<Reach> {
  const { transport } = address
  if (transport !== null && !['sse', 'http'].includes(transport))
    return untried(`LiteLLM has no way to try a server with the transport ${printable(transport)}`)
  try {
    return read(
      await postInTurn(withLimit(endpoint, limitMs), ROUTE, { json: bodyFor(address) }),
      endpoint,
      era,
    )
  } catch (error) {
    return reachOfFailure(error, limitMs)
  }
}
