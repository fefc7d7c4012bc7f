import { STATUS_CODES } from 'node:http'
import { type Fault, reach } from './addresses.ts'
import type { World } from '../world.ts'

/** What a health probe finds; `tools` is empty unless it works. */
export interface Probe {
  readonly status: 'healthy' | 'unhealthy' | 'unknown'
  readonly error: string | null
  readonly tools: readonly string[]
}

type Server = Readonly<Record<string, unknown>>

const OWN_SIGN_IN = ['oauth2', 'oauth2_token_exchange', 'oauth2_id_jag', 'true_passthrough', 'oauth_delegate']
const WITH_SECRET = ['api_key', 'bearer_token', 'basic', 'authorization', 'token']

/** Servers that LiteLLM cannot speak to by itself: users sign in, or the secret is not stored. */
function cannotSignIn({ auth_type: type, credentials }: Server): boolean {
  const secret = (credentials as { auth_value?: unknown } | null | undefined)?.auth_value
  return OWN_SIGN_IN.includes(String(type)) || (WITH_SECRET.includes(String(type)) && !secret)
}

function explained(fault: Fault, { url, transport }: Server): string {
  const texts: Record<string, string> = {
    'no-url': "Request URL is missing an 'http://' or 'https://' protocol.",
    refused: 'All connection attempts failed',
    'unknown-host': '[Errno -2] Name or service not known',
    silent: 'Health check timed out after 10.0 seconds',
  }
  if (typeof fault !== 'number') return texts[fault] ?? 'All connection attempts failed'
  if (transport !== 'sse' && fault === 404) return 'Not Found'
  const whose = fault >= 500 ? 'Server' : 'Client'
  return `${whose} error '${fault} ${STATUS_CODES[fault]}' for url '${String(url)}'\nFor more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/${fault}`
}

/**
 * A health check. Observed: 1.77.7 finds everything healthy, 1.81.14 has one text for every fault,
 * 1.106.2 says which; where LiteLLM cannot sign in, 1.81.14 does not look and 1.106.2 only knocks.
 */
export function probe(world: World, server: Server): Probe {
  const { release } = world
  const found = reach(world, server['url'], server['transport'])
  const isFault = typeof found === 'string' || typeof found === 'number'
  const tools = isFault ? [] : found
  if (release.probes === 'blind') return { status: 'healthy', error: null, tools }
  const looks = !cannotSignIn(server)
  if (!looks && (release.probes === 'terse' || !isFault)) {
    return { status: 'unknown', error: null, tools }
  }
  if (!isFault) return { status: 'healthy', error: null, tools }
  const knock = 'Reachability check failed (ConnectError)'
  const terse = 'unhandled errors in a TaskGroup (1 sub-exception)'
  const full = looks ? explained(found, server) : knock
  return { status: 'unhealthy', error: release.probes === 'terse' ? terse : full, tools }
}

/** What keeps tools of a server from being listed, undefined when they can. */
export function faultOf(world: World, server: Server): Fault | undefined {
  const found = reach(world, server['url'], server['transport'] ?? 'sse')
  return typeof found === 'string' || typeof found === 'number' ? found : undefined
}

const CONNECT = 'Failed to connect to MCP server'
const UNREACHABLE = `${CONNECT}: the server is unreachable. Check the URL and that the server is running.`
const FOREIGN = `${CONNECT}: the MCP request failed (JSON-RPC code -32601). Check that the endpoint supports MCP initialization and tool listing, and check the upstream server logs.`

/** What LiteLLM says from 1.102 on where an address is tried and does not work. */
export function failureText(fault: Fault, { url, transport }: Server): string {
  const origin = typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : 'the server'
  const texts: Record<string, string> = {
    'no-url':
      'An unexpected error occurred while testing the MCP connection. Retry; if it persists, share reference 00000000000000000000000000000000 with your gateway administrator.',
    refused: UNREACHABLE,
    'unknown-host': UNREACHABLE,
    silent: `${CONNECT}: no valid MCP response received from ${origin} within 30s. Check that the LiteLLM proxy can reach this URL from its network (DNS, egress rules, firewalls) and that the server answers MCP requests.`,
  }
  if (typeof fault !== 'number') return texts[fault] ?? UNREACHABLE
  return transport === 'http' && fault === 404 ? FOREIGN : `${CONNECT}: it returned HTTP ${fault}.`
}
