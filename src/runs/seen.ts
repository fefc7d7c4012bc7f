import { fieldHashes, movedFields } from '../core/record/fields.ts'
import type { ServerRecord } from '../core/record/server.ts'
import { askedAt, isFresh, type Moment } from './moment.ts'

/** A record as it was read, and the last moment at which it is known to have been that. */
export interface Sight {
  record: ServerRecord
  at: Moment
}

/** What a read may bring: of all that is no record, nothing is kept. */
type Found =
  | { kind: 'record'; record: ServerRecord }
  | { kind: 'absent' | 'wrong-id' | 'unreadable' | 'edited' }

/** The record of one server as it was seen last: what its writes are made from. */
export class Seen {
  #last: Sight | null = null

  get last(): Sight | null {
    return this.#last
  }

  /** Reads, and keeps what was seen. `since`: from when that may be out of date, where it is not as new as the answer. */
  async read<T extends Found>(ask: () => Promise<T>, since: () => Moment | null = () => null): Promise<T> {
    const { found, at } = await askedAt(ask)
    if (found.kind === 'record') this.#last = { record: found.record, at: since() ?? at }
    return found
  }

  /**
   * Is what a write was made from there still? Where it was seen too long ago, `look` looks again, and has to see the same
   * a moment ago.
   */
  async isStill(made: Sight | null, look: () => Promise<Found>): Promise<boolean> {
    if (made === null || isFresh(made.at)) return true
    const anew = await look()
    if (anew.kind !== 'record' || movedFields(fieldHashes(made.record), anew.record).length > 0) return false
    return this.#last !== null && isFresh(this.#last.at)
  }
}
