/** A tool as it is recorded: its name, and the hash of its input schema in canonical form. */
export interface ToolPrint {
  name: string
  schema: string
}

/** How an address answered, or why it did not. */
export const REACH_KINDS = [
  /** It speaks MCP and has tools. */
  'tools',
  'no-tools',
  'unknown-host',
  'refused',
  /** Unknown host or refused, and nobody can tell which; or there is no way to it. */
  'unreachable',
  /** 404: no such named server, or a wrong path. */
  'not-found',
  /** 421: the MCP server does not accept the host name under which it was called. */
  'host-refused',
  'unauthorized',
  'forbidden',
  'time-out',
  /** It answers, but not in the transport with which it is registered. */
  'wrong-transport',
  /** Something answers, and it is no MCP server. */
  'not-mcp',
  'web-page',
  'login-page',
  /** It only leads on, to where clients do not follow. */
  'redirect',
  /** 429. */
  'rate-limited',
  /** It takes the connection, and ends it without an answer. */
  'reset',
  /** An `https` URL, and no TLS is spoken there. */
  'no-tls',
  /** An `http` URL, and only TLS is spoken there. */
  'tls-only',
  /** A certificate that is not accepted. */
  'certificate',
  /** Another failure of TLS: its versions, its ciphers, a certificate that it wants of clients. */
  'tls-failed',
  'server-error',
  /** The gateway could not use it, and says no more. */
  'unclear',
  /** Nobody tried, or the trial itself failed: nothing is known. */
  'untried',
] as const
export type ReachKind = (typeof REACH_KINDS)[number]

/** What was found at one address, from LiteLLM's place on the network. */
export interface Reach {
  kind: ReachKind
  /** `null` where none could be listed. */
  tools: ToolPrint[] | null
  /** What was seen, by whom; harmless and redacted. */
  evidence: string
  /** Where it leads on to, as it came: of a `redirect` alone, and only where that is known. */
  leadsTo?: string
}

/** What a look at a server's address came to. `sign-in`: it is there, and wants to know who asks. */
export type ReachOutcome = 'reached' | 'sign-in' | 'failed' | 'not-tried'

/** A server's address as it was found, before a run or after it. */
export interface Tried {
  outcome: ReachOutcome
  kind: ReachKind
  evidence: string
  /** How many it lists, `null` where they could not be listed. */
  tools: number | null
  /** How a failure is mended; the command on a line of its own, where there is one. */
  hint: string | null
}

/** Somebody who can look at an address from where LiteLLM stands, or close to it. */
export interface Witness {
  /** For a person: "from inside the container litellm". */
  readonly where: string
  /** Opens the address as an MCP client does. `transport` is `sse` or `http`. Never throws. */
  look(url: string, transport: string): Promise<Reach>
}

const BY_STATUS: Readonly<Record<number, ReachKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  // An endpoint of the other transport: no such method, no answer in that form.
  405: 'wrong-transport',
  406: 'wrong-transport',
  408: 'time-out',
  410: 'not-found',
  415: 'wrong-transport',
  421: 'host-refused',
  429: 'rate-limited',
  504: 'time-out',
}

const REDIRECTS = [301, 302, 303, 307, 308]

/** What an HTTP status other than success says of an address at which MCP was tried. */
export function kindOfStatus(status: number): ReachKind {
  if (REDIRECTS.includes(status)) return 'redirect'
  return BY_STATUS[status] ?? (status >= 500 ? 'server-error' : 'unclear')
}
