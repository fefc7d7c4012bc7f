import { type DriftedField, driftSinceWrite, holds, reversed } from '../../core/plan/drift.ts'
import { MigrateError, unforeseen } from '../../core/errors.ts'
import { isAccessField } from '../../core/record/fields.ts'
import { fieldOf } from '../../core/record/path.ts'
import type { Change } from '../../core/plan/plan.ts'
import { type AppliedChange, type Halt, settledAs } from '../../core/plan/report.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import type { Place } from '../../core/record/place.ts'
import type { ApplyContext, Standing, Step } from './context.ts'
import type { Write, WriteProgress } from './intent.ts'
import { isAnswering } from './listener.ts'
import { type Direction, objectionTo } from './objection.ts'
import { placeOf } from '../place-of.ts'
import { readAgain } from './read-again.ts'
import { writeOnce, writeSettings } from './write.ts'

/** Why a run may not go on after a change, or `null`. */
export function haltAfter({ outcome, collateral }: AppliedChange): Halt {
  if (collateral.some(({ field }) => isAccessField(field))) return 'security'
  if (collateral.some(({ repaired }) => !repaired)) return 'collateral'
  return outcome === 'failed' || outcome === 'unknown' ? 'failure' : null
}

/** One server: read, record the intent, write, find out, compare, repair, record the outcome. */
export class ChangeRun {
  readonly #context: ApplyContext
  readonly #change: Change
  readonly #place: Standing
  /** Where the record is read and written. */
  readonly #at: Place
  #writing = false

  constructor(context: ApplyContext, change: Change, place: Standing) {
    this.#context = context
    this.#change = change
    this.#place = place
    const at = placeOf(context.gateway, change)
    this.#at = change.file === null ? context.silence.watch(at, change) : at
  }

  /** Never throws: whatever goes wrong after the write leaves the change unknown, before it not tried. */
  async run(direction: Direction): Promise<Step> {
    return this.#heard(
      await this.#guarded(() => this.#attempt(direction), settledAs(this.#change, 'not-applied')),
    )
  }

  /** Takes back what this run wrote, or may have written, a moment ago. Never throws. */
  async takeBack(written: AppliedChange): Promise<Step> {
    return this.#heard(await this.#guarded(() => this.#attemptBack(written), written))
  }

  /** Whatever else came of it: where LiteLLM does not answer, the run ends, and that is named. */
  #heard(step: Step): Step {
    const { cause } = this.#context.silence
    if (cause === null) return step
    const trouble = step.trouble === null ? cause : `${step.trouble}. ${cause}`
    return { ...step, halt: 'unanswered', trouble }
  }

  async #guarded(attempt: () => Promise<Step>, untouched: AppliedChange): Promise<Step> {
    try {
      return await attempt()
    } catch (error) {
      const foreseen = error instanceof MigrateError
      if (!foreseen) this.#context.onFault(error)
      const trouble = unforeseen(error).message
      const halt = foreseen ? 'journal' : 'internal'
      if (!this.#writing) return { applied: untouched, halt, trouble }
      const lost = await this.#conclude(
        settledAs(this.#change, 'unknown', 'this program failed after the write'),
      )
      return { ...lost, halt, trouble }
    }
  }

  async #readAgain(): ReturnType<typeof readAgain> {
    const { file, server, edits } = this.#change
    if (file !== null) return this.#at.read(server.id)
    const writes = edits.map(({ field }) => fieldOf(field))
    const reading = await readAgain(this.#context.gateway, server.id, writes)
    await this.#hear(reading)
    return reading
  }

  /** Only a backend may be silent; where the list is not answered either, every server more would cost as long. */
  async #hear(reading: Awaited<ReturnType<typeof readAgain>>): Promise<void> {
    const { silence, gateway } = this.#context
    silence.read(reading)
    if (silence.cause !== null || reading.kind !== 'unreadable' || !reading.silent) return
    if (!(await isAnswering(gateway))) silence.hush(this.#change)
  }

  #tell(kind: 'reading' | WriteProgress): void {
    this.#context.onEvent({ kind, change: this.#change, ...this.#place })
    if (kind === 'writing' || kind === 'restoring') this.#writing = true
  }

  async #attempt(direction: Direction): Promise<Step> {
    this.#tell('reading')
    const reading = await this.#readAgain()
    if (reading.kind === 'edited')
      return this.#leave('drifted', `changed while it was read: ${reading.fields.map(printable).join(', ')}`)
    if (reading.kind === 'absent') return this.#leave('drifted', 'it is no longer there')
    if (reading.kind !== 'record') return { ...this.#leave('not-applied', reading.message), halt: 'failure' }
    const { record } = reading
    const objection = objectionTo(this.#change, record, direction, this.#at.era)
    if (objection) return this.#leave('drifted', objection.error, objection.drift)
    const stop = this.#context.stopRequested()
    if (stop) return { ...this.#leave('not-applied', null), halt: stop }
    return this.#write(record)
  }

  #leave(outcome: 'drifted' | 'not-applied', error: string | null, drift: DriftedField[] = []): Step {
    const applied = { ...settledAs(this.#change, outcome, error), drift }
    // Where the URL was written before, that stays the outcome.
    if (this.#change.edits.length > 0)
      this.#context.recorder.note({
        type: 'outcome',
        change: this.#change.id,
        outcome,
        collateral: [],
        error,
      })
    return { applied, halt: null, trouble: null }
  }

  #writeOf(purpose: Write['purpose']): Write {
    const { recorder, silence, patienceMs, onFault } = this.#context
    const change = this.#change
    const edits = purpose === 'change' ? change.edits : reversed(change.edits)
    const tell = (kind: WriteProgress): void => this.#tell(kind)
    return { place: this.#at, recorder, silence, patienceMs, change, edits, purpose, tell, onFault }
  }

  async #write(before: ServerRecord): Promise<Step> {
    const write = this.#change.edits.length === 0 ? writeSettings : writeOnce
    const { applied, uncompared } = await write(this.#writeOf('change'), before)
    const step = await this.#conclude(applied)
    return uncompared ? { ...step, halt: step.halt ?? 'internal' } : step
  }

  async #attemptBack(written: AppliedChange): Promise<Step> {
    const { edits } = this.#change
    this.#tell('reading')
    const reading = await this.#readAgain()
    if (reading.kind === 'absent')
      return this.#conclude({ ...written, outcome: 'drifted', error: 'it is no longer there' })
    if (reading.kind === 'edited')
      return this.#stays(written, `changed while it was read: ${reading.fields.map(printable).join(', ')}`)
    if (reading.kind !== 'record') return this.#stays(written, reading.message)
    // Only a write of unknown end can be here: it may still be under way.
    if (holds(reading.record, edits, 'before')) return this.#stays(written, 'it shows the old value, for now')
    const drift = driftSinceWrite(edits, reading.record)
    if (drift.length > 0) {
      const error = 'not taken back: it no longer holds what this run wrote'
      return this.#conclude({ ...written, outcome: 'drifted', drift, error })
    }
    return this.#writeBack(reading.record, written)
  }

  /** Still in force, and why. Its recorded outcome stands. */
  #stays(written: AppliedChange, why: string): Step {
    return { applied: { ...written, error: `not taken back: ${why}` }, halt: null, trouble: null }
  }

  async #writeBack(before: ServerRecord, written: AppliedChange): Promise<Step> {
    const { applied, uncompared } = await writeOnce(this.#writeOf('take-back'), before)
    // What the first write did to other fields is told already, and has stopped the run.
    const halt: Halt = uncompared ? 'internal' : haltAfter(applied)
    // The settings were compared anew.
    const earlier = written.collateral.filter(({ field }) => !(field in this.#change.settings))
    const collateral = [...earlier, ...applied.collateral]
    if (applied.outcome === 'applied')
      return this.#conclude({ ...applied, outcome: 'reverted', collateral }, halt)
    if (applied.outcome === 'unknown') return this.#conclude({ ...applied, collateral }, halt)
    return this.#conclude({ ...written, outcome: 'applied', error: `not taken back: ${applied.error}` }, halt)
  }

  async #conclude(applied: AppliedChange, halt: Halt = haltAfter(applied)): Promise<Step> {
    const { id, outcome, collateral, error } = applied
    try {
      await this.#context.recorder.record({ type: 'outcome', change: id, outcome, collateral, error })
    } catch (failure) {
      const trouble = failure instanceof MigrateError ? failure.message : 'The journal could not be written'
      return { applied, halt: 'journal', trouble }
    }
    return { applied, halt, trouble: null }
  }
}
