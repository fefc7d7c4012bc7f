import { isTimeOut } from '../../core/errors.ts'
import type { Era } from '../../core/record/eras.ts'
import { mayHang } from '../../core/record/may-hang.ts'
import type { Change } from '../../core/plan/change.ts'
import { type ServerRecord, serverTitle } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import type { FieldEdit } from '../../core/record/put-body.ts'
import type { Place, Reading, WriteAnswer } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'

/** A write whose answer never came. `alone`: nothing has been answered since; `silent`: it was waited for in vain. */
interface LostWrite {
  change: Change
  era: Era
  alone: boolean
  silent: boolean
}

const THEN =
  'Then run the same command again, or take the run back: both ask the gateway first what was written.'

/**
 * What to do. Where a release looks for sign-in settings at an address that streams, LiteLLM goes on within a second when that
 * stream ends, and does not come up as long as it lasts (1.92.2, seen live). It may be that of an earlier write.
 */
function remedyAfter(change: Change, { searches }: Era): string {
  if (searches.length === 0) return `Restart LiteLLM. ${THEN}`
  const whose = mayHang(change) ? printable(serverTitle(change.server)) : 'a server that people sign in to'
  return `It may be waiting for the address of ${whose} to end its stream. Stop the MCP server there, and LiteLLM goes on; a restart of LiteLLM alone would wait again. ${THEN}`
}

/** Does the list, which asks no backend, get an answer, whatever it says? */
export async function isAnswering(gateway: Pick<Gateway, 'list'>): Promise<boolean> {
  try {
    await gateway.list()
    return true
  } catch (error) {
    return !isTimeOut(error)
  }
}

/**
 * What one run met of a gateway that does not answer. A single answer that is lost proves nothing. When the next request
 * gets none either, LiteLLM hangs, and every server more would cost a time-out and end in doubt: nothing more is sent.
 */
export class Silence {
  #lost: LostWrite | null = null
  #cause: string | null = null
  #readsHang = false

  /** Why nothing more may be written, for a person; `null` as long as the gateway answers. */
  get cause(): string | null {
    return this.#cause
  }

  /** Are reads not answered either? */
  get readsHang(): boolean {
    return this.#readsHang
  }

  /** Was the write of this change waited for in vain, and no write answered since? */
  isWaiting({ id }: Change): boolean {
    return this.#lost !== null && this.#lost.silent && this.#lost.change.id === id
  }

  #hearAnswer(change: Change, era: Era, answer: WriteAnswer): void {
    if (answer.kind === 'refused') return
    if (answer.kind === 'accepted' || answer.answered) {
      this.#lost = null
      return
    }
    if (this.#lost?.silent && answer.silent) {
      const { change: first } = this.#lost
      const name = printable(serverTitle(first.server))
      // It may be committed all the same, and is read like any other, as long as reads are answered.
      this.#lost.alone = true
      this.#cause = `LiteLLM has answered no write since that of ${name}. ${remedyAfter(first, era)}`
      return
    }
    this.#lost = { change, era, alone: true, silent: answer.silent }
  }

  /** Hears what a read brought. `isShort`: it had less time than LiteLLM may take to probe a silent backend. */
  hear(reading: Reading | { kind: 'edited' }, isShort = false): void {
    if (!this.#lost) return
    if (reading.kind !== 'unreadable') this.#lost.alone = false
    else if (reading.silent && (this.#lost.alone || (this.#lost.silent && !isShort))) this.#fall(this.#lost)
  }

  #fall({ change, era, alone }: LostWrite): void {
    const name = printable(serverTitle(change.server))
    const what = alone
      ? `LiteLLM has not answered anything since the write of ${name}, which may already be in its database.`
      : `LiteLLM answered neither the write of ${name} nor a request after it.`
    this.#readsHang = true
    this.#cause ??= `${what} ${remedyAfter(change, era)}`
  }

  /** Before the write of this change neither its record nor the list was answered, and no write is waited for. */
  begin({ server }: Change): void {
    this.#readsHang = true
    this.#cause ??= `LiteLLM answered neither the read of ${printable(serverTitle(server))} nor a request after it. Restart LiteLLM. ${THEN}`
  }

  /** The place, listened to: from a silence on, nothing is written there, and where reads hang nothing is read. */
  listenTo(place: Place, change: Change): Place {
    return {
      era: place.era,
      read: async (id: string, patienceMs?: number): Promise<Reading> => {
        if (this.#readsHang) return { kind: 'unreadable', message: 'LiteLLM does not answer', silent: true }
        const reading = await place.read(id, patienceMs)
        this.hear(reading, patienceMs !== undefined && patienceMs < place.era.probeSeconds * 1000)
        return reading
      },
      write: async (record: ServerRecord, edits: readonly FieldEdit[]): Promise<WriteAnswer> => {
        if (this.#cause !== null) return { kind: 'refused', sent: [], message: 'LiteLLM answers no write' }
        const answer = await place.write(record, edits)
        this.#hearAnswer(change, place.era, answer)
        return answer
      },
    }
  }
}
