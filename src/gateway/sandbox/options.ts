import type { AddressFault } from './addresses.ts'
import type { Quirk } from './quirks.ts'

/** A stored MCP server as a test or a demo writes it: any columns; the others get the release's defaults. */
export type SandboxServer = Readonly<Record<string, unknown>>

/** A stored row, every column of the release present, `credentials` in the clear. */
export type SandboxRow = Record<string, unknown> & { server_id: string }

/** LiteLLM's user roles; `null` is a key without a user. */
export type SandboxRole =
  | 'proxy_admin'
  | 'proxy_admin_viewer'
  | 'internal_user'
  | 'internal_user_viewer'
  | null

/** What a key may use; `null` (no row in LiteLLM_ObjectPermissionTable) limits an admin's key to nothing. */
export interface SandboxGrants {
  readonly mcp_servers: readonly string[]
  readonly mcp_access_groups: readonly string[]
  /** Tools by server; kept from 1.81. */
  readonly mcp_tool_permissions?: Readonly<Record<string, readonly string[]>> | null
  /** Ids of toolsets; kept from 1.96. */
  readonly mcp_toolsets?: readonly string[]
}

/** A virtual key that exists from the start. */
export interface SandboxKey {
  readonly key: string
  readonly userId: string | null
  readonly role: SandboxRole
  readonly objectPermission?: Partial<SandboxGrants> | null
  /** Like LiteLLM's `allowed_routes`: `llm_api_routes`, `management_routes` or paths; empty means all. */
  readonly allowedRoutes?: readonly string[]
  readonly alias?: string
  readonly teamId?: string
  /** What its user is granted, the first time that the user is named; stored from 1.96. */
  readonly userPermission?: Partial<SandboxGrants>
}

/** How a sandbox gateway is to behave; every field has a default. */
export interface SandboxOptions {
  /** The LiteLLM release to play, any semver text; default `1.106.2`. */
  readonly version?: string
  /** No version anywhere: not in readiness, details (404) or openapi.json (404). */
  readonly hideVersion?: boolean
  /** `false` plays a LiteLLM without `DATABASE_URL`; default `true`. */
  readonly database?: boolean
  /** Servers in the database; default: the guide's seven on `http://localhost:8585`. */
  readonly servers?: readonly SandboxServer[]
  /** Servers of a config.yaml, which the API cannot edit; default none. */
  readonly configServers?: readonly SandboxServer[]
  /** `true`: no master key is configured, so that everybody is let in; default `false`. */
  readonly openToAll?: boolean
  /** Default: a random `sk-sandbox-…`. */
  readonly masterKey?: string
  /** Admin-page account; default `admin`. */
  readonly username?: string
  /** Default: random. */
  readonly password?: string
  /** Signing in by password: works, is disabled (403), or is throttled (429 with `Retry-After`). */
  readonly passwordLogin?: 'on' | 'disabled' | 'throttled'
  /** Like `general_settings.litellm_key_header_name`: then only that header counts. */
  readonly keyHeader?: string
  /** Like `SERVER_ROOT_PATH`, for example `/litellm`. */
  readonly rootPath?: string
  readonly keys?: readonly SandboxKey[]
  /**
   * `false` plays a LiteLLM of 1.81 to 1.91 without `store_model_in_db`: a restart loads no servers of the database, and
   * only those that are written or read by id come back (seen on 1.81.14). Default `true`.
   */
  readonly storeModelInDb?: boolean
  /** Ids of users whose tokens for a server, by its id, are stored from the start. */
  readonly signIns?: Readonly<Record<string, readonly string[]>>
  /** Milliseconds that GET by id waits, as the health probe of a slow server does; default 0. */
  readonly probeDelayMs?: number
  /** Addresses that do not work as the guide's servers do, by how they begin; the longest beginning decides. */
  readonly faults?: Readonly<Record<string, AddressFault>>
  /** Deviations for tests. */
  readonly quirks?: readonly Quirk[]
}

/** One request as a test may inspect it: no headers, and no body for a sign-in. */
export interface SandboxRequest {
  readonly method: string
  /** Path and query, without the root path. */
  readonly path: string
  /** 0 when no answer was sent. */
  readonly status: number
  readonly body: unknown
}

/** A running sandbox gateway. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT` and the root path. */
  readonly url: string
  readonly version: string
  readonly masterKey: string
  readonly username: string
  readonly password: string
  /** Deep copies of the stored rows, credentials included. */
  rows(): SandboxRow[]
  /** What another admin's edit does to a row and to the running registry. Throws for an unknown id. */
  edit(id: string, fields: Record<string, unknown>): void
  /** What a restart of LiteLLM does: the registry is loaded again from the rows, and what kept it silent is over. */
  restart(): void
  readonly requests: readonly SandboxRequest[]
  close(): Promise<void>
}
