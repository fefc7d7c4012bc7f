import { isSameState } from '../../core/record/held.ts'
import { HELD_BACK, type Place, type Reading, type WriteAnswer } from '../../core/record/place.ts'
import type { FieldEdit } from '../../core/record/put-body.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { askedAt, isFresh, isPrompt, type Moment, moment } from './moment.ts'

/** A record as it was read, and the last moment at which it is known to have been that. */
interface Sight {
  record: ServerRecord
  at: Moment
}

/** What a read may bring: of all that is no record, nothing is kept. */
type Found =
  | { kind: 'record'; record: ServerRecord }
  | { kind: 'absent' | 'wrong-id' | 'unreadable' | 'edited' }

/** How to look again before a write, with `see`, and who hears that one leaves: the next thing that happens. */
interface Around {
  look: () => Promise<Found>
  onLeave: () => void
}

/** What a look brought, and the last moment at which it is known to have been that. */
interface Seen<T> {
  found: T
  at: Moment
}

/** The place of one server, where a write leaves only as long as the record is as it was read. */
export class GuardedPlace implements Place {
  readonly era
  readonly #place: Place
  readonly #around: Around
  #seen: Sight | null = null

  constructor(place: Place, around: Around) {
    this.era = place.era
    this.#place = place
    this.#around = around
  }

  /** Looks in whatever way, and keeps what was seen. */
  async see<T extends Found, S extends Seen<T>>(look: () => Promise<S>): Promise<S> {
    const seen = await look()
    if (seen.found.kind === 'record') this.#seen = { record: seen.found.record, at: seen.at }
    return seen
  }

  async read(id: string, patienceMs?: number): Promise<Reading> {
    const began = moment()
    const { found, at } = await askedAt(() => this.#place.read(id, patienceMs))
    // What took long to answer may be long out of date.
    if (found.kind === 'record') this.#seen = { record: found.record, at: isPrompt(began) ? at : began }
    return found
  }

  async write(record: ServerRecord, edits: readonly FieldEdit[]): Promise<WriteAnswer> {
    // No connection has to stay open, which a proxy might close, while a server that is slow to read is looked at.
    if (!(await this.#isStill(this.#seen))) return HELD_BACK
    const made = this.#seen
    let left = moment()
    const answer = await this.#place.write(record, edits, async () => {
      const isStill = await this.#isStill(made)
      if (isStill) this.#around.onLeave()
      left = moment()
      return isStill
    })
    // What the answer shows was so after the write had left; it may have been under way for long.
    if (answer.kind === 'accepted' && answer.record) this.#seen = { record: answer.record, at: left }
    return answer
  }

  /** Is what a write was made from there still? What was seen too long ago has to be seen again, the same, a moment ago. */
  async #isStill(made: Sight | null): Promise<boolean> {
    if (made === null) return false
    if (isFresh(made.at)) return true
    const anew = await this.#around.look()
    if (anew.kind !== 'record' || !isSameState(made.record, anew.record)) return false
    return this.#seen !== null && isFresh(this.#seen.at)
  }
}
