import type { Quirk } from './quirks.ts'
import type { WorldFile } from './world-file/file.ts'

/** A stored MCP server as a test or a demo writes it: any columns; the others get the release's defaults. */
export type SandboxServer = Readonly<Record<string, unknown>>

/** A stored row, every column of the release present, `credentials` in the clear. */
export type SandboxRow = Record<string, unknown> & { server_id: string }

/** A type that nothing of can be written to, at any depth. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

/** A virtual key that exists from the start. What its members mean: `world-file.ts`. */
export type SandboxKey = Frozen<NonNullable<WorldFile['keys']>[number]>

/** LiteLLM's user roles; `null` is a key without a user. */
export type SandboxRole = NonNullable<SandboxKey['role']> | null

/** What a key may use; `null` (no row in LiteLLM_ObjectPermissionTable) limits an admin's key to nothing. */
export type SandboxGrants = NonNullable<SandboxKey['objectPermission']> & {
  readonly mcp_servers: readonly string[]
  readonly mcp_access_groups: readonly string[]
}

/**
 * How a sandbox gateway is to behave: what a world file says (`world-file.ts` tells what each member means, and its default),
 * with servers that may hold anything, and quirks that only code can say.
 */
export interface SandboxOptions
  extends Frozen<Omit<WorldFile, '$schema' | 'release' | 'servers' | 'configServers' | 'quirks'>> {
  readonly servers?: readonly SandboxServer[] | undefined
  readonly configServers?: readonly SandboxServer[] | undefined
  readonly quirks?: readonly Quirk[] | undefined
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
