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
  'server-error',
  /** The gateway could not use it, and says no more. */
  'unclear',
] as const
export type ReachKind = (typeof REACH_KINDS)[number]

/** What was found at one address, from LiteLLM's place on the network. */
export interface Reach {
  kind: ReachKind
  /** `null` where none could be listed. */
  tools: ToolPrint[] | null
  /** What was seen, by whom; harmless and redacted. */
  evidence: string
}

/** Somebody who can look at an address from where LiteLLM stands, or close to it. */
export interface Witness {
  /** For a person: "from inside the container litellm". */
  readonly where: string
  /** Opens the address as an MCP client does. `transport` is `sse` or `http`. Never throws. */
  look(url: string, transport: string): Promise<Reach>
}
