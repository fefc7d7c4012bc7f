import type { Era } from '../core/eras.ts'
import type { GatewayIdentity } from '../core/plan.ts'
import type { ListedServer, ServerRecord } from '../core/server.ts'
import type { FieldEdit } from '../core/write-body.ts'

/** What a read by id brought. Only `record` is to be believed; the rest says why there is none. */
export type Reading =
  | { kind: 'record'; record: ServerRecord; source: 'database' | 'config' }
  | { kind: 'absent'; message: string }
  | { kind: 'wrong-id'; message: string }
  | { kind: 'unreadable'; message: string }

/**
 * What became of a write. `refused`: the request never left; nothing was written. `accepted`: the gateway said
 * yes, with the record as it stood in that moment where the answer held one. `unsettled`: only reading tells;
 * `answered` when LiteLLM itself is through with the request.
 */
export type WriteAnswer =
  | { kind: 'accepted'; record: ServerRecord | null }
  | { kind: 'refused'; message: string }
  | { kind: 'unsettled'; message: string; answered: boolean }

/**
 * Does a server work through the gateway? `yes`: it lists tools, and LiteLLM does not find it unhealthy; `unknown`
 * where LiteLLM cannot tell, as for servers at which each user signs in. `tools`: how many, `null` where not listed.
 */
export interface ServerCheck {
  works: 'yes' | 'no' | 'unknown'
  tools: number | null
  /** For a person, harmless and redacted. */
  message: string
}

/** All that the tool asks of a gateway. One contract suite runs against every implementation. */
export interface Gateway {
  readonly identity: GatewayIdentity
  readonly era: Era
  /** The listed servers. Throws `inventory-invalid` when the answer is no list of distinct servers. */
  list(): Promise<ListedServer[]>
  /**
   * The listed servers as whichever worker or replica answers a new connection knows them. Throws as `list` does, and
   * is not repeated.
   */
  listAnew(): Promise<ListedServer[]>
  /**
   * The authoritative record. Makes LiteLLM probe the backend: `era.probeSeconds` when that is silent. Passing
   * trouble (429, 503, a dropped connection) is sat out for `patienceMs`, one minute unless told. Never throws.
   */
  read(id: string, patienceMs?: number): Promise<Reading>
  /** Changes `edits` of a record that was read a moment ago, once, without retrying. Never throws. */
  write(record: ServerRecord, edits: readonly FieldEdit[]): Promise<WriteAnswer>
  /** Tries a server through the gateway. Says nothing true where `era.restart` is not `no`. Never throws. */
  check(id: string): Promise<ServerCheck>
}
