import { driftSinceWrite, holds, reversed } from '../../core/plan/drift.ts'
import type { Change } from '../../core/plan/change.ts'
import { type AppliedChange, settledAs } from '../../core/run/outcome.ts'
import { type Halt } from '../../core/run/report.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { ChangeRun, haltAfter } from './change-run.ts'
import type { ApplyContext, Step } from './context.ts'
import { type Direction, objectionTo } from './guard.ts'
import { writeChange } from './write.ts'

const GONE = 'it is no longer there'

/** A step that does not end the run, or only for `halt`. */
const quiet = (applied: AppliedChange, halt: Halt = null): Step => ({ applied, halt, trouble: null })

/**
 * Applies one change: read, record the intent, write, find out, compare, repair, record the outcome. A server that is not
 * as it was shown is left alone. Never throws.
 */
export function applyChange(context: ApplyContext, change: Change, direction: Direction): Promise<Step> {
  const run = new ChangeRun(context, change)
  return run.safely(settledAs(change, 'not-applied'), async () => {
    const reading = await run.read()
    if (reading.kind === 'edited') return quiet(run.leave('drifted', reading.message))
    if (reading.kind === 'absent') return quiet(run.leave('drifted', GONE))
    if (reading.kind !== 'record') return quiet(run.leave('not-applied', reading.message), 'failure')
    const objection = objectionTo(change, reading.record, direction, run.place.era)
    if (objection) return quiet({ ...run.leave('drifted', objection.error), drift: objection.drift })
    const stop = context.stopRequested()
    if (stop) return quiet(run.leave('not-applied', null), stop)
    return run.conclude(await writeChange(run.writeOf('change', change.edits), reading.record))
  })
}

/** Takes back what this run wrote, or may have written, a moment ago. Never throws. */
export function takeBackChange(context: ApplyContext, written: AppliedChange): Promise<Step> {
  const { edits } = written
  const run = new ChangeRun(context, written)
  // Still in force, and why. Its recorded outcome stands.
  const stays = (why: string): Step => quiet({ ...written, error: `not taken back: ${why}` })
  const drifted = (error: string, drift = written.drift): Promise<Step> =>
    run.conclude({ applied: { ...written, outcome: 'drifted', drift, error }, failure: null })
  return run.safely(written, async () => {
    const reading = await run.read()
    if (reading.kind === 'absent') return drifted(GONE)
    if (reading.kind !== 'record') return stays(reading.message)
    // Only a write of unknown end can be here: it may still be under way.
    if (holds(reading.record, edits, 'before')) return stays('it shows the old value, for now')
    const drift = driftSinceWrite(edits, reading.record)
    if (drift.length > 0) return drifted('not taken back: it no longer holds what this run wrote', drift)
    return writeBack(run, reading.record, written)
  })
}

async function writeBack(run: ChangeRun, before: ServerRecord, written: AppliedChange): Promise<Step> {
  const { applied, failure } = await writeChange(run.writeOf('take-back', reversed(written.edits)), before)
  // What the first write did to other fields is told already, and has stopped the run.
  const halt = haltAfter(applied)
  // The settings were compared anew.
  const earlier = written.collateral.filter(({ field }) => !Object.hasOwn(written.settings, field))
  const collateral = [...earlier, ...applied.collateral]
  const conclude = (found: AppliedChange): Promise<Step> => run.conclude({ applied: found, failure }, halt)
  if (applied.outcome === 'applied') return conclude({ ...applied, outcome: 'reverted', collateral })
  if (applied.outcome === 'unknown') return conclude({ ...applied, collateral })
  return conclude({ ...written, outcome: 'applied', error: `not taken back: ${applied.error}` })
}
