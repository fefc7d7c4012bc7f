import type { GatewayIdentity } from '../core/plan/plan.ts'
import type { Reach } from '../core/reach/reach.ts'
import type { Place } from '../core/record/place.ts'
import type { ListedServer } from '../core/record/server.ts'

/**
 * Does a server work through the gateway? `yes`: it lists tools, and LiteLLM does not find it unhealthy; `unknown`
 * where LiteLLM cannot tell, as for servers at which each user signs in.
 */
export interface ServerCheck {
  works: 'yes' | 'no' | 'unknown'
  /** What it says of its tools. */
  reach: Reach
  /** For a person, harmless and redacted. */
  message: string
}

/** An address that the gateway is to try. */
export interface AddressToTry {
  url: string
  /** As LiteLLM names it, `null` for its default, HTTP+SSE. */
  transport: string | null
  /** The server that is to have it, so that what is known of its secrets is left out of the answer. It is not sent. */
  serverId: string
}

/** What may hold the id of an MCP server, and loses something when that id changes. */
export type HolderKind =
  | 'key'
  | 'team'
  | 'access-group'
  | 'toolset'
  | 'organization'
  | 'project'
  | 'agent'
  | 'user'
  | 'end-user'
  /** The servers that the gateway shows to everybody in its hub. */
  | 'public-list'

/** Where a holder names the server: the column of LiteLLM's database, or the setting. */
export type GrantVia =
  | 'mcp_servers'
  | 'mcp_tool_permissions'
  | 'access_mcp_server_ids'
  | 'tools'
  | 'public_mcp_servers'

/** One place in which a server is named by its id. */
export interface Grant {
  serverId: string
  holder: {
    kind: HolderKind
    /** As the admin API knows it; `null` for the public list and for keys, whose id is the hash of the secret. */
    id: string | null
    /** For a person, harmless. A key's is its alias, else its owner and what LiteLLM shows of it (`sk-...abcd`). */
    name: string
  }
  via: GrantVia
}

/** What a search for grants brought. Not `complete`: there may be more of them, and `reason` says where and why. */
export interface GrantSearch {
  grants: Grant[]
  complete: boolean
  reason: string | null
}

/** A server that somebody names, by its id or, from 1.88 on, by its name or alias. */
export interface NamedServer {
  id: string
  /** Who names it, for a person, harmless: `the key ci`. */
  by: string
}

/** The list at one moment, to look single servers up in. */
export interface Snapshot {
  /** What it says of a server, numbers as JavaScript rounds them; `null` where it has none of that id, or two that differ. */
  entry(id: string): ListedServer | null
  /** Gives its memory back before another is taken: megabytes, where servers are thousands. From then on it has none. */
  giveBack(): void
}

/** All that the tool asks of a gateway. One contract suite runs against every implementation. */
export interface Gateway extends Place {
  readonly identity: GatewayIdentity
  /**
   * The listed servers, and those that wait for review or were rejected, where the release tells. Throws
   * `inventory-invalid` when the answer is no list, or a server in it has no id. One that is listed twice is there once.
   */
  list(): Promise<ListedServer[]>
  /**
   * The list as it is now, without those that wait for review. Quicker than to read all of it, by seconds where that is long.
   * With `limitMs` it is asked for once, and no longer. Throws as `list` does.
   */
  snapshot(limitMs?: number): Promise<Snapshot>
  /** What the list says of one server, or those that wait for review; `null` where nobody knows of it. Throws as `list` does. */
  listed(id: string): Promise<ListedServer | null>
  /**
   * The listed servers as whichever worker or replica answers a new connection knows them. Throws as `list` does, and
   * is not repeated.
   */
  listAnew(): Promise<ListedServer[]>
  /** How many people's OAuth sign-ins are stored with a server; `null` where the release cannot tell. Never throws. */
  signIns(id: string): Promise<number | null>
  /** Tries a server through the gateway. Says nothing true where `era.restart` is not `no`. Never throws. */
  check(id: string): Promise<ServerCheck>
  /**
   * Opens an address from where the gateway stands, as its test route does, without any key or header of a server, and
   * tells what it said. Writes nothing. Waits 15 s unless told otherwise. Never throws.
   */
  tryAddress(address: AddressToTry, limitMs?: number): Promise<Reach>
  /**
   * The tools of a registered server as the gateway lists them, unprefixed and as far as the server allows them, or why
   * there are none. Waits 15 s unless told otherwise. Never throws.
   */
  tools(id: string, limitMs?: number): Promise<Reach>
  /**
   * Who holds these servers by their ids, as far as it can be learned within `limitMs`, one minute unless told.
   * Reads only; never throws.
   */
  grants(ids: readonly string[], limitMs?: number): Promise<GrantSearch>
  /**
   * Servers that access groups, keys and others name, as far as a short look shows, of `limitMs` at the most. What is not
   * found proves nothing. Reads only; never throws.
   */
  named(limitMs: number): Promise<NamedServer[]>
}
