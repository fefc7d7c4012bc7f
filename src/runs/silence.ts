import { mayHang } from '../core/may-hang.ts'
import type { Change } from '../core/plan.ts'
import type { ServerRecord } from '../core/server.ts'
import { serverTitle } from '../core/server.ts'
import { printable } from '../core/text.ts'
import type { FieldEdit } from '../core/write-body.ts'
import type { Place, Reading, WriteAnswer } from '../gateway/port.ts'

/** A write whose answer never came. `alone`: nothing has been answered since; `silent`: it was waited for in vain. */
interface LostWrite {
  change: Change
  alone: boolean
  silent: boolean
}

const REMEDY =
  'Restart LiteLLM. Then run the same command again, or take the run back: both ask the gateway first what was written.'

/** What to do, and what else keeps LiteLLM from answering where a release looks for sign-in settings (1.92.2, seen live). */
function remedyAfter(change: Change): string {
  if (!mayHang(change)) return REMEDY
  const name = printable(serverTitle(change.server))
  return `It may be waiting for the address of ${name}, a stream that does not end. Stop that MCP server first: a start of LiteLLM may wait for it, too. ${REMEDY}`
}

/**
 * What one run met of a gateway that does not answer. A single answer that is lost proves nothing. When the next request
 * gets none either, LiteLLM hangs, and every server more would cost a time-out and end in doubt: nothing more is sent.
 */
export class Silence {
  #lost: LostWrite | null = null
  #cause: string | null = null
  #deaf = false

  /** Why nothing more is to be written, for a person; `null` as long as the gateway answers. */
  get cause(): string | null {
    return this.#cause
  }

  /** Are reads not answered either? */
  get deaf(): boolean {
    return this.#deaf
  }

  /** Was the write of this change waited for in vain, and no write answered since? */
  isWaiting({ id }: Change): boolean {
    return this.#lost !== null && this.#lost.silent && this.#lost.change.id === id
  }

  #write(change: Change, answer: WriteAnswer): void {
    if (answer.kind === 'refused') return
    if (answer.kind === 'accepted' || answer.answered) {
      this.#lost = null
      return
    }
    if (this.#lost?.silent && answer.silent) {
      const { change: first } = this.#lost
      const name = printable(serverTitle(first.server))
      // A write may be committed all the same; it is read like any other.
      this.#cause = `LiteLLM has answered no write since that of ${name}. ${remedyAfter(first)}`
      return
    }
    this.#lost = { change, alone: true, silent: answer.silent }
  }

  /** Hears what a read brought. `isShort`: it had less time than LiteLLM may take to probe a silent backend. */
  read(reading: Reading | { kind: 'edited' }, isShort = false): void {
    if (!this.#lost) return
    if (reading.kind !== 'unreadable') this.#lost.alone = false
    else if (reading.silent && (this.#lost.alone || (this.#lost.silent && !isShort))) this.#hush(this.#lost)
  }

  #hush({ change, alone }: LostWrite): void {
    const name = printable(serverTitle(change.server))
    const what = alone
      ? `LiteLLM has not answered anything since the write of ${name}, which may well be in its database.`
      : `LiteLLM answered neither the write of ${name} nor a request after it.`
    this.#deaf = true
    this.#cause ??= `${what} ${remedyAfter(change)}`
  }

  /** The place, listened to: from a silence on, nothing is written there, and where reads hang nothing is read. */
  watch(place: Place, change: Change): Place {
    return {
      era: place.era,
      read: async (id: string, patienceMs?: number): Promise<Reading> => {
        if (this.#deaf) return { kind: 'unreadable', message: 'LiteLLM does not answer', silent: true }
        const reading = await place.read(id, patienceMs)
        this.read(reading, patienceMs !== undefined && patienceMs < place.era.probeSeconds * 1000)
        return reading
      },
      write: async (record: ServerRecord, edits: readonly FieldEdit[]): Promise<WriteAnswer> => {
        if (this.#cause !== null) return { kind: 'refused', message: 'LiteLLM answers no write' }
        const answer = await place.write(record, edits)
        this.#write(change, answer)
        return answer
      },
    }
  }
}
