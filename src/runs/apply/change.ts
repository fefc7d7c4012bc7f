import { driftSinceWrite, holds, reversed } from '../../core/plan/drift.ts'
import type { Change } from '../../core/plan/change.ts'
import { type AppliedChange, settledAs } from '../../core/run/outcome.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { haltAfter } from '../../core/run/report.ts'
import { ChangeRun, RESTLESS } from './change-run.ts'
import type { ApplyContext, Step } from './context.ts'
import { type Direction, objectionTo } from './guard.ts'
import { writeChange } from './write.ts'

const GONE = 'it is no longer there'

/** Reads the record and judges it: what is to be written, or what became of the change. */
async function judged(
  run: ChangeRun,
  direction: Direction,
  { stopRequested }: ApplyContext,
): Promise<{ record: ServerRecord } | Step> {
  const reading = await run.read()
  if (reading.kind === 'edited') return run.leave('drifted', { error: reading.message })
  if (reading.kind === 'absent') return run.leave('drifted', { error: GONE })
  if (reading.kind !== 'record') return run.leave('not-applied', { error: reading.message, halt: 'failure' })
  const { record } = reading
  const objection = objectionTo(run.change, record, direction, run.place.era)
  if (objection) return run.leave('drifted', objection)
  const halt = stopRequested()
  return halt ? run.leave('not-applied', { halt }) : { record }
}

/**
 * Applies one change: read, record the intent, write, find out, compare, repair, record the outcome. A server that is not
 * as it was shown is left alone. Where too much time passes before the write leaves, all of it begins anew. Never throws.
 */
export function applyChange(context: ApplyContext, change: Change, direction: Direction): Promise<Step> {
  const run = new ChangeRun(context, change)
  return run.safely(settledAs(change, 'not-applied'), async () => {
    const step = await run.untilLeft(async () => {
      const found = await judged(run, direction, context)
      if (!('record' in found)) return found
      const written = await writeChange(run.writeOf('change', change.edits), found.record)
      return written && run.conclude(written)
    })
    return step ?? run.leave('not-applied', { error: RESTLESS, halt: 'failure' })
  })
}

/** Takes back what this run wrote, or may have written, a moment ago. Never throws. */
export function takeBackChange(context: ApplyContext, written: AppliedChange): Promise<Step> {
  const { edits } = written
  const run = new ChangeRun(context, written)
  // Still in force, and why.
  const stays = (why: string): Promise<Step> => run.keep({ ...written, error: `not taken back: ${why}` })
  const drifted = (error: string, drift = written.drift): Promise<Step> =>
    run.conclude({ applied: { ...written, outcome: 'drifted', drift, error }, failure: null })
  return run.safely(written, async () => {
    const step = await run.untilLeft(async () => {
      const reading = await run.read()
      if (reading.kind === 'absent') return drifted(GONE)
      if (reading.kind !== 'record') return stays(reading.message)
      // Only a write of unknown end can be here: it may still be under way.
      if (holds(reading.record, edits, 'before')) return stays('it shows the old value, for now')
      const drift = driftSinceWrite(edits, reading.record)
      if (drift.length > 0) return drifted('not taken back: it no longer holds what this run wrote', drift)
      return writeBack(run, reading.record, written)
    })
    return step ?? stays(RESTLESS)
  })
}

/** The step that a write back came to, `null` where it was held back. */
async function writeBack(run: ChangeRun, before: ServerRecord, written: AppliedChange): Promise<Step | null> {
  const back = await writeChange(run.writeOf('take-back', reversed(written.edits)), before)
  if (!back) return null
  const { applied, failure, isDoubtful } = back
  // What the first write did to other fields is told already, and has stopped the run.
  const halt = haltAfter(applied, isDoubtful)
  // The settings were compared anew.
  const earlier = written.collateral.filter(({ field }) => !Object.hasOwn(written.settings, field))
  const collateral = [...earlier, ...applied.collateral]
  const conclude = (found: AppliedChange): Promise<Step> => run.conclude({ applied: found, failure }, halt)
  if (applied.outcome === 'applied') return conclude({ ...applied, outcome: 'reverted', collateral })
  if (applied.outcome === 'unknown') return conclude({ ...applied, collateral })
  return conclude({ ...written, outcome: 'applied', error: `not taken back: ${applied.error}` })
}
