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

/** All that the tool asks of a gateway. One contract suite runs against every implementation. */
export interface Gateway {
  readonly identity: GatewayIdentity
  readonly era: Era
  /** The listed servers. Throws `inventory-invalid` when the answer is no list of distinct servers. */
  list(): Promise<ListedServer[]>
  /**
   * The authoritative record. Makes LiteLLM probe the backend: `era.probeSeconds` when that is silent. Passing
   * trouble (429, 503, a dropped connection) is sat out for `patienceMs`, one minute unless told. Never throws.
   */
  read(id: string, patienceMs?: number): Promise<Reading>
  /** Changes `edits` of a record that was read a moment ago, once, without retrying. Never throws. */
  write(record: ServerRecord, edits: readonly FieldEdit[]): Promise<WriteAnswer>
}
