import type { Era } from './eras.ts'
import type { FieldEdit } from './put-body.ts'
import type { ServerRecord } from './server.ts'

/**
 * What a read by id brought. Only `record` can be trusted; the rest says why there is none. `silent`: nobody answered
 * in time, or only when LiteLLM had waited for the backend.
 */
export type Reading =
  | { kind: 'record'; record: ServerRecord; source: 'database' | 'config'; silent?: boolean }
  | { kind: 'absent'; message: string }
  /** `found`: the id that it has. A name in place of an id leads to it, too, from 1.88 on. */
  | { kind: 'wrong-id'; message: string; found: string }
  | { kind: 'unreadable'; message: string; silent: boolean }

/** Did its backend keep LiteLLM waiting, as it will at the next read? */
export const isSilent = (reading: Reading | null): boolean =>
  reading !== null && 'silent' in reading && reading.silent === true

/**
 * What became of a write. `refused`: the request never left, and nothing was written; `isLate` where the record may have
 * changed since it was read, so that reading again may help. `accepted`: the gateway said yes, with the record as it
 * stood in that moment where the answer held one. `unsettled`: only reading tells; `answered` when LiteLLM itself is
 * through with the request, `silent` when nobody answered in time. `sent`: the fields that the request carried, which may
 * be more than were edited; none where it never left.
 */
export type WriteAnswer =
  | { kind: 'accepted'; sent: readonly string[]; record: ServerRecord | null }
  | { kind: 'refused'; sent: readonly []; message: string; isLate?: boolean }
  | {
      kind: 'unsettled'
      sent: readonly string[]
      message: string
      answered: boolean
      silent: boolean
    }

/** A write that did not leave, as its record may have changed since it was read. */
export const HELD_BACK: WriteAnswer = {
  kind: 'refused',
  sent: [],
  message: 'it was changed while it was about to be written',
  isLate: true,
}

/** Where the record of a server is read and written: LiteLLM's API, or a file that it reads when it starts. */
export interface Place {
  readonly era: Era
  /**
   * The authoritative record. Makes LiteLLM probe the backend: `era.probeSeconds` when that is silent. Passing
   * trouble (429, 503, a dropped connection) is sat out for `patienceMs`, one minute unless told. Never throws.
   */
  read(id: string, patienceMs?: number): Promise<Reading>
  /**
   * Changes `edits` of a record that was read a moment ago, once, without retrying. `mayLeave` is asked right before the
   * write leaves; without it, it leaves. Never throws.
   */
  write(
    record: ServerRecord,
    edits: readonly FieldEdit[],
    mayLeave?: () => Promise<boolean>,
  ): Promise<WriteAnswer>
}
