import { unforeseen } from '../../core/errors.ts'
import { aimOf, type Change, type Edit } from '../../core/plan/change.ts'
import { type AppliedChange, type Outcome, settledAs } from '../../core/run/outcome.ts'
import { type Halt } from '../../core/run/report.ts'
import { isAccessField } from '../../core/record/fields.ts'
import { fieldOf } from '../../core/record/path.ts'
import { HELD_BACK, type Place } from '../../core/record/place.ts'
import { againstResets } from '../../core/record/resets.ts'
import { placeOf } from '../../files/place.ts'
import type { JournalEvent } from '../../journal/records.ts'
import { moment } from '../moment.ts'
import { Seen, type Sight } from '../seen.ts'
import type { ApplyContext, Failure, Step, Write, WriteProgress } from './context.ts'
import { type GuardedReading, isPrompt, readBeforeWrite } from './guard.ts'
import { enter, JournalFailure } from './intent.ts'
import { isAnswering } from './silence.ts'
import type { Written } from './write.ts'

/** Why a run may not go on after a change, or `null`. */
export function haltAfter({ outcome, collateral }: AppliedChange): Halt {
  if (collateral.some(({ field }) => isAccessField(field))) return 'security'
  if (collateral.some(({ repaired }) => !repaired)) return 'collateral'
  return outcome === 'failed' || outcome === 'unknown' ? 'failure' : null
}

/** What a failure ends the run with. */
const HALTS = { journal: 'journal', program: 'internal' } as const satisfies Record<Failure['of'], Halt>

const failed = (applied: AppliedChange, { of, message }: Failure): Step => ({
  applied,
  halt: HALTS[of],
  trouble: message,
})

/** What a server is left alone with, beside the outcome. */
interface Leaving extends Partial<Pick<AppliedChange, 'error' | 'drift'>> {
  halt?: Halt
}

/** One change of a run: what its steps share, from the read before the write to the record of its outcome. */
export class ChangeRun {
  readonly change: Change
  /** Where the record is read and written. */
  readonly place: Place
  readonly #context: ApplyContext
  /** Has a request left that may have written something? */
  #wrote = false
  /** Does an intent stand in the journal of which nothing came? */
  #isIntended = false
  readonly #seen = new Seen()

  constructor(context: ApplyContext, change: Change) {
    this.#context = context
    this.change = change
    const place = this.#guarded(placeOf(context.gateway, change))
    this.place = change.file === null ? context.silence.listenTo(place, change) : place
  }

  /** The place, where a write leaves only as long as the record is as it was read. */
  #guarded(place: Place): Place {
    return {
      era: place.era,
      read: (id, patienceMs) => {
        const began = moment()
        // What took long to answer may be long out of date.
        return this.#seen.read(
          () => place.read(id, patienceMs),
          () => (isPrompt(began) ? null : began),
        )
      },
      write: async (record, edits) => {
        // No connection has to stay open, which a proxy might close, while a server that is slow to read is looked at.
        if (!(await this.#seen.isStill(this.#seen.last, () => this.#look()))) return HELD_BACK
        const made = this.#seen.last
        // Whichever member answers: it loses nothing of what it is sent.
        const isMixed = this.#context.company.resets && this.change.file === null
        const all = isMixed ? againstResets(record, edits) : edits
        return place.write(record, all, () => this.#mayLeave(made))
      },
    }
  }

  /** The last word before a write leaves, now that its connection is made. Notes that it does: the next thing that happens. */
  async #mayLeave(made: Sight | null): Promise<boolean> {
    if (!(await this.#seen.isStill(made, () => this.#look()))) return false
    this.#wrote = true
    this.#context.onWrite()
    return true
  }

  /**
   * Does the work on the change. Never throws: whatever goes wrong after a write has left leaves the change unknown,
   * before that as it was (`untouched`). Where LiteLLM does not answer, the run ends, and that is named.
   */
  async safely(untouched: AppliedChange, work: () => Promise<Step>): Promise<Step> {
    const step = await work().catch((error: unknown) => this.#broken(error, untouched))
    const { cause } = this.#context.silence
    if (cause === null) return step
    const trouble = step.trouble === null ? cause : `${step.trouble}. ${cause}`
    return { ...step, halt: 'unanswered', trouble }
  }

  async #broken(error: unknown, untouched: AppliedChange): Promise<Step> {
    const failure = this.#failureOf(error)
    if (!this.#wrote) return failed(untouched, failure)
    const lost = settledAs(this.change, 'unknown', 'this program failed after the write')
    // The first failure is told: a journal that takes nothing more is met again when the run ends.
    await this.conclude({ applied: lost, failure: null })
    return failed(lost, failure)
  }

  #failureOf(error: unknown): Failure {
    if (error instanceof JournalFailure) return error
    this.#context.onFault(error, true)
    return { of: 'program', message: unforeseen(error).message }
  }

  /** Reads the record that is about to be written, and says so. */
  read(): Promise<GuardedReading> {
    this.#tell('reading')
    return this.#look()
  }

  async #look(): Promise<GuardedReading> {
    const { file, server } = this.change
    if (file !== null) return this.place.read(server.id)
    const { gateway, silence } = this.#context
    const writes = aimOf(this.change).map(({ field }) => fieldOf(field))
    const reading = await this.#seen.read(() => readBeforeWrite(gateway, server.id, writes))
    silence.hear(reading)
    // Only a backend may be silent; where the list is not answered either, every server more would cost as long.
    const isSilent = reading.kind === 'unreadable' && reading.silent
    if (isSilent && silence.cause === null && !(await isAnswering(gateway))) silence.begin(this.change)
    return reading
  }

  #tell(kind: 'reading' | WriteProgress): void {
    this.#context.onEvent({ kind, change: this.change })
  }

  /** What a write of this change works with. */
  writeOf(purpose: Write['purpose'], edits: readonly Edit[]): Write {
    const { recorder, silence, company, patienceMs, onFault } = this.#context
    const { change, place } = this
    const tell = (kind: WriteProgress): void => this.#tell(kind)
    return { place, recorder, silence, company, patienceMs, onFault, change, edits, purpose, tell }
  }

  /** Hears that nothing of a write left, whose intent is on disk. */
  heldBack(): void {
    this.#isIntended = true
  }

  /** Records what became of the change. A failure on the way ends the run, whatever `halt` says. */
  async conclude({ applied, failure }: Written, halt: Halt = haltAfter(applied)): Promise<Step> {
    if (failure?.of === 'journal') return failed(applied, failure)
    const { id, outcome, collateral, error } = applied
    try {
      await enter(this.#context, { type: 'outcome', change: id, outcome, collateral, error })
    } catch (unrecorded) {
      return failed(applied, this.#failureOf(unrecorded))
    }
    return failure ? failed(applied, failure) : { applied, halt, trouble: null }
  }

  /** Lets an outcome stand that the journal has, also where an intent after it came to nothing. */
  async keep(applied: AppliedChange): Promise<Step> {
    return this.#isIntended
      ? this.conclude({ applied, failure: null }, null)
      : { applied, halt: null, trouble: null }
  }

  /**
   * Leaves the server alone. That stands in the journal, but never in the place of an outcome that it has already. After
   * an intent it is on disk at once, as not applied: there `drifted` would mean that it had been written before.
   */
  async leave(
    outcome: 'drifted' | 'not-applied',
    { error = null, drift = [], halt = null }: Leaving = {},
  ): Promise<Step> {
    const { id, edits } = this.change
    const applied = { ...settledAs(this.change, outcome, error), drift: [...drift] }
    const happened = (as: Outcome): JournalEvent => {
      return { type: 'outcome', change: id, outcome: as, collateral: [], error }
    }
    try {
      if (this.#isIntended) await enter(this.#context, happened('not-applied'))
      else if (edits.length > 0) this.#context.recorder.note(happened(outcome))
    } catch (unrecorded) {
      return failed(applied, this.#failureOf(unrecorded))
    }
    return { applied, halt, trouble: null }
  }
}
