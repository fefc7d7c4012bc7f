import type { Plan, SkippedCode } from '../../core/plan/plan.ts'
import type { Outcome } from '../../core/run/outcome.ts'
import type { RunReport } from '../../core/run/report.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { Journal } from '../../journal/port.ts'
import { findAllOut } from './find-out.ts'
import type { Resumption } from '../apply/run.ts'

/** Had a run begun to take back by itself what it wrote? Then going on means taking back the rest. */
export function wasTakingBack({ changes }: RecordedRun): boolean {
  return changes.some(({ outcome, open }) => outcome === 'reverted' || open?.takingBack === true)
}

/**
 * Looks into a run that has no end. As before: not applied; as after: applied; otherwise drifted. What was found
 * goes into the journal at once, before anything else is written: later nobody could tell it any more from what a
 * revert did since. `journal` is `null` for a dry run, which records nothing. Throws `journal-unwritable`, and
 * `run-interrupted` where LiteLLM does not answer: nothing is recorded of what nobody knows.
 */
export async function investigate(
  run: RecordedRun,
  gateway: Gateway,
  patienceMs: number,
  journal: Journal | null,
): Promise<Resumption> {
  const settled = await findAllOut(run, gateway, patienceMs)
  // What was recorded stays: that the run wrote a server is true whatever became of it since.
  const open = run.changes.filter(({ outcome }) => outcome === 'unsettled' || outcome === 'unknown')
  const known = new Map(open.map(({ change, outcome }) => [change.id, outcome]))
  const news = settled.filter(({ id, outcome }) => known.has(id) && known.get(id) !== outcome)
  if (!journal || news.length === 0) return { run, settled }
  const recorder = await journal.resume(run)
  for (const { id, outcome, collateral, error } of news)
    await recorder.record({ type: 'outcome', change: id, outcome, collateral, error })
  const { runs } = await journal.runs()
  return { run: runs.find(({ id }) => id === run.id) ?? run, settled }
}

const UNCLEAR: readonly SkippedCode[] = ['unreadable', 'wrong-id', 'file-not-named']

const UNDONE: readonly Outcome[] = ['unknown', 'failed', 'not-applied']

/** Is everything of a run taken back that can be? What drifted, or is gone, is left as it is for good. */
export function isTakenBack(
  plan: Pick<Plan, 'skipped' | 'withheld'>,
  report: Pick<RunReport, 'changes' | 'halted' | 'trouble'> | null,
): boolean {
  const unclear =
    plan.skipped.some(({ code }) => UNCLEAR.includes(code)) ||
    Object.values(plan.withheld).some(({ reason }) => reason === 'awaiting')
  const undone = (report?.changes ?? []).some(({ outcome }) => UNDONE.includes(outcome))
  return !unclear && !undone && (report === null || (report.halted === null && report.trouble === null))
}

/** Gives a run that was taken back, or of which nothing is left, its end in the journal. */
export async function closeRun(journal: Journal, run: RecordedRun): Promise<void> {
  const recorder = await journal.resume(run)
  await recorder.finish({ type: 'run-finished', halted: 'interrupted' })
}
