import { awaitingChanges, isLeftBehind, type Plan, readyChanges } from '../core/plan/plan.ts'
import { isSignal, mayHaveWritten, type RunReport } from '../core/plan/report.ts'
import { isComplete } from '../runs/apply/run.ts'
import { exitForSignal } from './exit.ts'

/** The code for a plan of which nothing was, or will be, written. */
export function exitForPlan(plan: Plan, pendingCode: boolean): number {
  if (pendingCode && plan.changes.length > 0) return 2
  const left = plan.skipped.filter(isLeftBehind)
  if (left.length + awaitingChanges(plan).length === 0) return 0
  const meant = readyChanges(plan).length + awaitingChanges(plan).length
  return meant === 0 && left.every(({ code }) => code === 'drifted') ? 3 : 1
}

/** The code for a run. */
export function exitForRun(report: RunReport): number {
  const ended = report.propagation?.stopped ?? report.halted
  if (isSignal(ended)) return exitForSignal(ended)
  if (isComplete(report)) return 0
  const asked = report.changes.filter(({ reason }) => reason !== 'declined')
  const outcomes = asked.map(({ outcome }) => outcome)
  if (mayHaveWritten(report.changes)) return 4
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'drifted') ? 3 : 1
}
