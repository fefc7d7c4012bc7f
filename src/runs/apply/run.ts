import { type Plan, readyChanges, restartFor } from '../../core/plan/plan.ts'
import { type AppliedChange, settledAs, withheldFrom } from '../../core/run/outcome.ts'
import { type Halt, haltAfter, type RunReport } from '../../core/run/report.ts'
import { readableRuns } from '../../journal/damage.ts'
import type { Sightings } from '../../core/record/sighting.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { Journal } from '../../journal/port.ts'
import { applyPlan, type ApplyResult } from './apply.ts'
import type { ApplyContext } from './context.ts'
import { journalFailure } from './intent.ts'
import { Lookout } from '../look/lookout.ts'
import { openRun } from './open.ts'
import { Silence } from './silence.ts'

/** What a run needs besides its plan. `tool`: name and version of this program. */
export interface RunContext extends Omit<ApplyContext, 'recorder' | 'lookout' | 'silence' | 'company'> {
  /** How the servers of the plan were seen when it was made, as far as they were. */
  seen: Sightings
  journal: Journal
  tool: string
}

/**
 * A run that its process did not end, taken up again: `settled` holds what is known by now of each of its changes.
 * Those that are in the plan will be tried anew.
 */
export interface Resumption {
  run: RecordedRun
  settled: readonly AppliedChange[]
}

/** What was written before, and whose settings could not be tried again, is written all the same. */
function latest(known: AppliedChange, now: AppliedChange = known): AppliedChange {
  const stays = known.outcome === 'applied' && (now.outcome === 'not-applied' || now.outcome === 'drifted')
  return stays ? { ...known, drift: now.drift, error: now.error ?? known.error } : now
}

/** All changes of a run that was taken up again, in their order. */
function merged(changes: readonly AppliedChange[], resumption: Resumption | null): AppliedChange[] {
  if (!resumption) return [...changes]
  const anew = new Map(changes.map((change) => [change.id, change]))
  return resumption.settled.map((change) => latest(change, anew.get(change.id)))
}

/** What was found of the servers of a run that is taken up again, and keeps it from going on with the others. */
function haltOf(settled: readonly AppliedChange[]): Halt {
  const halts = settled.map((change) => haltAfter(change))
  return halts.find((halt) => halt === 'security') ?? halts.find((halt) => halt === 'collateral') ?? null
}

/** All changes of a plan in its order: what became of those that were to be written, and why the others were not. */
function inOrder(plan: Plan, { changes, halted }: Pick<ApplyResult, 'changes' | 'halted'>): AppliedChange[] {
  const known = new Map([...withheldFrom(plan), ...changes].map((change) => [change.id, change]))
  return plan.changes.map((change) => {
    const found = known.get(change.id) ?? settledAs(change, 'not-applied')
    const isStopped = found.outcome === 'not-applied' && found.reason === null && found.error === null
    return isStopped && halted !== null ? { ...found, reason: 'stopped' } : found
  })
}

function reportOf(
  plan: Plan,
  found: Pick<RunReport, 'run' | 'changes' | 'halted' | 'trouble' | 'restart'>,
): RunReport {
  const { gateway, reverts, skipped, notes, preflight } = plan
  return { ...found, gateway, reverts, skipped, notes, preflight, propagation: null }
}

/** The head that the journal holds of a run whose writing met trouble; `null` where it does not hold it any more. */
async function keptHead(journal: Journal, id: string): Promise<string | null> {
  const { runs } = await readableRuns(journal)
  return runs.find((run) => run.id === id)?.head ?? null
}

/**
 * Carries out a plan as one run: journal, apply, report. Forward and back alike; with `resumption` under the id of
 * the run that is taken up again. Throws only where that run cannot be taken up; then nothing was written.
 */
export async function doRun(
  plan: Plan,
  context: RunContext,
  resumption: Resumption | null = null,
): Promise<RunReport> {
  const { recorder, id, startedAt } = await openRun(plan, context, resumption?.run ?? null)
  // What the plan is about is tried anew.
  const others = resumption?.settled.filter(({ id }) => !plan.changes.some((change) => change.id === id))
  const found = haltOf(others ?? [])
  const lookout = new Lookout(context.gateway, context.seen)
  const scope = { ...context, recorder, lookout, silence: new Silence(), company: { resets: false } }
  const applied = await applyPlan({ ...plan, changes: readyChanges(plan) }, scope, found)
  const result = inOrder(plan, applied)
  const { halted } = applied
  let { trouble } = applied
  const last = await recorder.finish({ type: 'run-finished', halted }).catch((error: unknown) => {
    trouble ??= journalFailure(error, context).message
    return null
  })
  const tried = result.some(({ outcome, wrote }) => wrote || outcome === 'failed')
  const head = trouble === null ? last : await keptHead(context.journal, id)
  const kept = trouble === null || head !== null
  const finishedAt = new Date().toISOString()
  const changes = merged(result, resumption)
  return reportOf(plan, {
    changes,
    halted,
    trouble,
    run:
      last === null && !tried
        ? null
        : { id, startedAt, finishedAt, reverts: plan.reverts, head, kept, ended: last !== null },
    restart: restartFor(
      changes.filter(({ wrote }) => wrote),
      context.gateway.era,
    ),
  })
}

/** A report for a plan that writes nothing. */
export function emptyReport(plan: Plan): RunReport {
  const changes = inOrder(plan, { changes: [], halted: null })
  return reportOf(plan, { changes, halted: null, trouble: null, run: null, restart: 'no' })
}
