import { obstacle } from '../core/assemble.ts'
import { MigrateError } from '../core/errors.ts'
import { fieldHashes, isAccessField, movedFields } from '../core/fields.ts'
import type { Change } from '../core/plan.ts'
import type { AppliedChange, CollateralChange, Halt } from '../core/report.ts'
import type { ServerRecord } from '../core/server.ts'
import { printable } from '../core/text.ts'
import { writeBody } from '../core/write-body.ts'
import type { Gateway } from '../gateway/port.ts'
import type { RunRecorder } from '../journal/port.ts'
import { type AroundWrite, fieldsToRepair, findCollateral, repair, reportCollateral } from './collateral.ts'
import { readAgain } from './read-again.ts'
import { settle } from './settle.ts'

/** What a run tells whoever watches it. */
export type ApplyEvent =
  | { kind: 'reading' | 'writing' | 'checking' | 'repairing'; change: Change; done: number; total: number }
  | { kind: 'settled'; change: AppliedChange; done: number; total: number }

/** What a run works with. `stopRequested` is asked before each server and before each write. */
export interface ApplyContext {
  gateway: Gateway
  recorder: RunRecorder
  /** How long a write whose answer was lost is looked for. */
  patienceMs: number
  onEvent: (event: ApplyEvent) => void
  stopRequested: () => 'SIGINT' | 'SIGTERM' | null
}

/** What became of one change, and whether the run may go on. */
export interface Step {
  applied: AppliedChange
  halt: Halt
  /** What is wrong with the journal, if anything. */
  trouble: string | null
}

/** A change that nobody tried. */
export const untried = (change: Change): AppliedChange => undone(change, 'not-applied', null)

const undone = (change: Change, outcome: AppliedChange['outcome'], error: string | null): AppliedChange => ({
  ...change,
  outcome,
  collateral: [],
  error,
})

/**
 * Why the record is not the one to write to any more, or `null`. Applying: any difference from what was planned.
 * Reverting: only a field that the run wrote and that holds something else now; later edits elsewhere stay.
 */
function drift(change: Change, record: ServerRecord, reverting: boolean, gateway: Gateway): string | null {
  if (!reverting) {
    const moved = movedFields(change.fields, record)
    return moved.length > 0 ? `changed since it was shown: ${moved.map(printable).join(', ')}` : null
  }
  const moved = change.edits.filter(({ field, before }) => record[field] !== before).map(({ field }) => field)
  if (moved.length > 0) return `no longer holds what was written: ${moved.join(', ')}`
  return obstacle(record, gateway.era)?.message ?? null
}

/** One server: read, record the intent, write, find out, compare, repair, record the outcome. */
export class ChangeRun {
  readonly #context: ApplyContext
  readonly #change: Change
  #writing = false
  readonly #tell: (kind: 'reading' | 'writing' | 'checking' | 'repairing') => void

  constructor(context: ApplyContext, change: Change, place: { done: number; total: number }) {
    this.#context = context
    this.#change = change
    this.#tell = (kind) => context.onEvent({ kind, change, ...place })
  }

  /** Never throws: whatever goes wrong behind the write leaves the change unknown, before it not tried. */
  async run(reverting: boolean): Promise<Step> {
    try {
      return await this.#attempt(reverting)
    } catch (error) {
      const foreseen = error instanceof MigrateError
      const trouble = foreseen ? error.message : 'Something went wrong in this program that should not have.'
      const halt = foreseen ? 'journal' : 'internal'
      if (!this.#writing) return { applied: untried(this.#change), halt, trouble }
      const lost = await this.#conclude(
        undone(this.#change, 'unknown', 'this program failed behind the write'),
      )
      return { ...lost, halt, trouble }
    }
  }

  async #attempt(reverting: boolean): Promise<Step> {
    const { gateway } = this.#context
    this.#tell('reading')
    const reading = await readAgain(gateway, this.#change.server.id)
    if (reading.kind === 'edited')
      return this.#leave('drifted', `changed while it was read: ${reading.fields.map(printable).join(', ')}`)
    if (reading.kind === 'absent') return this.#leave('drifted', 'it is no longer there')
    if (reading.kind !== 'record') return { ...this.#leave('not-applied', reading.message), halt: 'failure' }
    const moved = drift(this.#change, reading.record, reverting, gateway)
    if (moved) return this.#leave('drifted', moved)
    const stop = this.#context.stopRequested()
    if (stop) return { ...this.#leave('not-applied', null), halt: stop }
    return this.#write(reading.record)
  }

  #leave(outcome: 'drifted' | 'not-applied', error: string | null): Step {
    const applied = undone(this.#change, outcome, error)
    this.#context.recorder.note({ type: 'outcome', change: this.#change.id, outcome, collateral: [], error })
    return { applied, halt: null, trouble: null }
  }

  async #intend(purpose: 'change' | 'repair', writes: string[], record: ServerRecord): Promise<void> {
    const fields = fieldHashes(record)
    await this.#context.recorder.record({ type: 'intent', change: this.#change.id, purpose, writes, fields })
  }

  async #write(before: ServerRecord): Promise<Step> {
    const { gateway, patienceMs } = this.#context
    const { edits, server } = this.#change
    const writes = edits.map(({ field }) => field)
    const intended = [...writes, ...gateway.era.alsoWrites]
    const sent = Object.keys(writeBody(gateway.era.putBody, before, edits))
    await this.#intend('change', writes, before)
    this.#tell('writing')
    this.#writing = true
    const answer = await gateway.write(before, edits)
    this.#tell('checking')
    const settled = await settle(gateway, server.id, edits, answer, patienceMs)
    const applied = undone(this.#change, settled.outcome, settled.error && printable(settled.error))
    if (settled.outcome !== 'applied' || !settled.record) return this.#conclude(applied)
    const answered = answer.kind === 'accepted' ? answer.record : null
    const around = { before, answered, after: settled.record, intended, sent }
    const collateral = await this.#mend(around).catch(() => null)
    if (collateral) return this.#conclude({ ...applied, collateral })
    const uncompared = await this.#conclude({ ...applied, error: 'its other fields could not be compared' })
    return { ...uncompared, halt: uncompared.halt ?? 'internal' }
  }

  async #mend(around: AroundWrite): Promise<CollateralChange[]> {
    const changes = findCollateral(around)
    const fields = fieldsToRepair(changes, around)
    if (fields.length === 0) return reportCollateral(this.#change.server.id, changes, [])
    const recorded = await this.#intend('repair', fields, around.after).then(
      () => true,
      () => false,
    )
    if (recorded) this.#tell('repairing')
    const repaired = recorded ? await repair(this.#context.gateway, around, fields) : []
    return reportCollateral(this.#change.server.id, changes, repaired)
  }

  async #conclude(applied: AppliedChange): Promise<Step> {
    const { id, outcome, collateral, error } = applied
    const halt = haltAfter(applied)
    try {
      await this.#context.recorder.record({ type: 'outcome', change: id, outcome, collateral, error })
    } catch (failure) {
      const trouble = failure instanceof MigrateError ? failure.message : 'The journal could not be written'
      return { applied, halt: 'journal', trouble }
    }
    return { applied, halt, trouble: null }
  }
}

function haltAfter({ outcome, collateral }: AppliedChange): Halt {
  if (collateral.some(({ field }) => isAccessField(field))) return 'security'
  if (collateral.some(({ repaired }) => !repaired)) return 'collateral'
  return outcome === 'failed' || outcome === 'unknown' ? 'failure' : null
}
