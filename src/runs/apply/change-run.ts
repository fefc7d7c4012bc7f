import { unforeseen } from '../../core/errors.ts'
import type { Change, Edit } from '../../core/plan/change.ts'
import { type AppliedChange, type Outcome, settledAs } from '../../core/run/outcome.ts'
import { type Halt, haltAfter } from '../../core/run/report.ts'
import type { Place } from '../../core/record/place.ts'
import { placeOf } from '../../files/place.ts'
import type { JournalEvent } from '../../journal/records.ts'
import { GuardedPlace } from '../look/guarded-place.ts'
import {
  amongOthers,
  type ApplyContext,
  type Failure,
  type Step,
  type Write,
  type WriteProgress,
} from './context.ts'
import type { GuardedReading } from '../look/read-before-write.ts'
import { enter, JournalFailure } from './intent.ts'
import { isAnswering } from './silence.ts'
import type { Written } from './write.ts'

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

/** How often a server is read and judged anew whose write is held back. */
const TRIES = 5

/** Why that was not enough. */
export const RESTLESS =
  'it was changed each time it was about to be written, or this program was held up each time'

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
  readonly #guarded: GuardedPlace

  constructor(context: ApplyContext, change: Change) {
    this.#context = context
    this.change = change
    const onLeave = (): void => {
      this.#wrote = true
      if (change.file === null) context.lookout.left(change.server.id)
      context.onWrite()
    }
    const place = placeOf(amongOthers(context), change)
    this.#guarded = new GuardedPlace(place, { look: () => this.#look(), onLeave })
    this.place = change.file === null ? context.silence.listenTo(this.#guarded, change) : this.#guarded
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
    const { gateway, silence, lookout, company } = this.#context
    const { found: reading, isNews } = await this.#guarded.see(() =>
      lookout.look(this.change, company.resets),
    )
    if (isNews) silence.hear(reading)
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
    const { recorder, lookout, silence, company, patienceMs, onFault } = this.#context
    const { change, place } = this
    const tell = (kind: WriteProgress): void => this.#tell(kind)
    return { place, recorder, lookout, silence, company, patienceMs, onFault, change, edits, purpose, tell }
  }

  /** Tries again, from the read on, as long as the write is held back, whose intent is on disk; `null` at last. */
  async untilLeft(attempt: () => Promise<Step | null>): Promise<Step | null> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const step = await attempt()
      if (step) return step
      this.#isIntended = true
    }
    return null
  }

  /** Records what became of the change. A failure on the way ends the run, whatever `halt` says. */
  async conclude(
    { applied, failure, isDoubtful }: Written,
    halt: Halt = haltAfter(applied, isDoubtful),
  ): Promise<Step> {
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
