import type { Release } from './release.ts'
import { GUIDE_SERVERS } from './world.ts'

/** What a health probe finds; `tools` is empty unless it works. */
export interface Probe {
  readonly status: 'healthy' | 'unhealthy' | 'unknown'
  readonly error: string | null
  readonly tools: readonly string[]
}

type Server = Readonly<Record<string, unknown>>
type Fault = 'no-url' | 'refused' | 'unknown-host' | 'not-found'

/** Addresses at which the sandbox pretends that the guide's servers run: the new one and the old. */
const WORKING_HOSTS = ['mcp-proxy-sse:8080', 'localhost:8585']

function nameAt(url: URL): string | undefined {
  const name = /^\/servers\/([^/]+)\/sse$/.exec(url.pathname)?.[1]
  return GUIDE_SERVERS.find((one) => one === name)
}

/** The tools of the MCP server at this address, or why there are none. */
function reach(address: unknown, transport: unknown): readonly string[] | Fault {
  if (typeof address !== 'string' || !URL.canParse(address)) return 'no-url'
  const url = new URL(address)
  if (!WORKING_HOSTS.includes(url.host)) {
    return url.hostname === 'localhost' || url.hostname === '127.0.0.1' ? 'refused' : 'unknown-host'
  }
  const name = transport === 'sse' ? nameAt(url) : undefined
  return name === undefined ? 'not-found' : ['echo', `${name}_ping`]
}

const OWN_SIGN_IN = ['oauth2', 'oauth2_token_exchange', 'oauth2_id_jag', 'true_passthrough', 'oauth_delegate']
const WITH_SECRET = ['api_key', 'bearer_token', 'basic', 'authorization', 'token']

/** Servers that LiteLLM cannot speak to by itself: users sign in, or the secret is not stored. */
function cannotSignIn({ auth_type: type, credentials }: Server): boolean {
  const secret = (credentials as { auth_value?: unknown } | null | undefined)?.auth_value
  return OWN_SIGN_IN.includes(String(type)) || (WITH_SECRET.includes(String(type)) && !secret)
}

function explained(fault: Fault, { url, transport }: Server): string {
  const texts: Record<Fault, string> = {
    'no-url': "Request URL is missing an 'http://' or 'https://' protocol.",
    refused: 'All connection attempts failed',
    'unknown-host': '[Errno -2] Name or service not known',
    'not-found':
      transport === 'sse'
        ? `Client error '404 Not Found' for url '${String(url)}'\nFor more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/404`
        : 'Not Found',
  }
  return texts[fault]
}

/**
 * A health check. Observed: 1.77.7 finds everything healthy, 1.81.14 has one text for every fault,
 * 1.106.2 says which; where LiteLLM cannot sign in, 1.81.14 does not look and 1.106.2 only knocks.
 */
export function probe(release: Release, server: Server): Probe {
  const found = reach(server['url'], server['transport'])
  const tools = typeof found === 'string' ? [] : found
  if (release.probes === 'blind') return { status: 'healthy', error: null, tools }
  const looks = !cannotSignIn(server)
  if (!looks && (release.probes === 'terse' || typeof found !== 'string')) {
    return { status: 'unknown', error: null, tools }
  }
  if (typeof found !== 'string') return { status: 'healthy', error: null, tools }
  const knock = 'Reachability check failed (ConnectError)'
  const terse = 'unhandled errors in a TaskGroup (1 sub-exception)'
  const full = looks ? explained(found, server) : knock
  return { status: 'unhealthy', error: release.probes === 'terse' ? terse : full, tools }
}

/** Why tools of a server cannot be listed, in 1.106's one word; undefined when they can. */
export function listingFault(server: Server): 'upstream_error' | 'unreachable' | undefined {
  const found = reach(server['url'], server['transport'])
  if (typeof found !== 'string') return undefined
  return found === 'not-found' ? 'upstream_error' : 'unreachable'
}

const UNREACHABLE =
  'Failed to connect to MCP server: the server is unreachable. Check the URL and that the server is running.'

const TEST_ERRORS: Readonly<Record<Fault, string>> = {
  'no-url':
    'An unexpected error occurred while testing the MCP connection. Retry; if it persists, share reference 00000000000000000000000000000000 with your gateway administrator.',
  refused: UNREACHABLE,
  'unknown-host': UNREACHABLE,
  'not-found': 'Failed to connect to MCP server: it returned HTTP 404.',
}

/** What the routes under `/mcp-rest/test` say of an address: its tools, or a failure. */
export function tested(
  release: Release,
  server: Server,
): { readonly tools: readonly string[] } | { readonly failure: string } {
  const found = reach(server['url'], server['transport'] ?? 'sse')
  if (typeof found !== 'string') return { tools: found }
  if (release.probes === 'blind') return { tools: [] }
  const terse = 'Failed to connect to MCP server. Check proxy logs for details.'
  return { failure: release.probes === 'terse' ? terse : TEST_ERRORS[found] }
}
