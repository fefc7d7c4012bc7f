import { GUIDE_SERVERS, type World } from '../world.ts'

/** How an address may be made to behave that the sandbox pretends there is; a number is the HTTP status that it answers. */
export const ADDRESS_FAULTS = {
  refused: 'nothing listens there',
  'unknown-host': 'the name is not known',
  silent: 'takes the request and never answers',
  endless: 'works, and answers any GET with a stream that never ends, without asking anybody to sign in',
  'no-tools': 'works, and has no tools',
  401: 'answers 401',
  403: 'answers 403',
  404: 'answers 404',
  421: 'answers 421, as a server that does not know its new host name',
  500: 'answers 500',
} as const
/** One of {@link ADDRESS_FAULTS}. */
export type AddressFault = keyof typeof ADDRESS_FAULTS

/** Why there are no tools at an address. */
export type Fault = Exclude<AddressFault, 'no-tools' | 'endless'> | 'no-url' | 405

/** How long LiteLLM waits for a silent server. */
export const SILENCE_MS = 30_000

/** Addresses at which the sandbox pretends that the guide's servers run: the new one, the old, and one behind TLS. */
const WORKING_HOSTS = ['mcp-proxy-sse:8080', 'localhost:8585', 'mcp.example.com']

function nameAt(url: URL): string | undefined {
  const name = /^\/servers\/([^/]+)\/(sse|mcp)$/.exec(url.pathname)?.[1]
  return GUIDE_SERVERS.find((one) => one === name)
}

/** The fault that was set for an address, by the longest beginning of it. */
function faultAt({ faults }: World, address: string): AddressFault | undefined {
  const beginnings = Object.keys(faults).filter((beginning) => address.startsWith(beginning))
  const [longest = ''] = beginnings.toSorted((a, b) => b.length - a.length)
  return faults[longest]
}

/** Does a GET of this address never come to its end? */
export function isEndless(world: World, address: unknown): boolean {
  return typeof address === 'string' && faultAt(world, address) === 'endless'
}

/** The tools of the MCP server at this address, or why there are none. */
export function reach(world: World, address: unknown, transport: unknown): readonly string[] | Fault {
  if (typeof address !== 'string' || !URL.canParse(address)) return 'no-url'
  const fault = faultAt(world, address)
  if (fault !== undefined && fault !== 'endless') return fault === 'no-tools' ? [] : fault
  const url = new URL(address)
  if (!WORKING_HOSTS.includes(url.host)) {
    return url.hostname === 'localhost' || url.hostname === '127.0.0.1' ? 'refused' : 'unknown-host'
  }
  const name = nameAt(url)
  if (name === undefined) return 404
  const fits = url.pathname.endsWith(transport === 'sse' ? '/sse' : '/mcp')
  // An endpoint of the other transport has no such method.
  return fits ? ['echo', `${name}_ping`] : 405
}
