import { ownMember } from '../../core/own-member.ts'
import { aimOf } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { endsAtOnce, type RunReport } from '../../core/run/report.ts'
import { awaitPropagation } from './propagation.ts'
import { checkMoved } from '../try/moved.ts'
import { aroundFor } from './before.ts'
import { type Job, telling } from './context.ts'

/**
 * Waits, after a run, until every worker of the gateway knows of it, and adds to the report what came of that. Not
 * where no new URL is in force (a list shows of other fields only what LiteLLM makes of them), where only a restart helps
 * (up to 1.80), after a signal or a gateway that stopped answering, or where nobody is to wait.
 */
export async function awaitWorkers(
  report: RunReport,
  { gateway, options, watch, stopping }: Job,
): Promise<RunReport> {
  const written = report.changes.some(
    (change) =>
      change.outcome === 'applied' &&
      change.file === null &&
      aimOf(change).some(({ field }) => field === 'url'),
  )
  if (!options.wait || !written || endsAtOnce(report.halted) || gateway.era.restart !== 'no') return report
  const { reverts } = report
  const propagation = await awaitPropagation(gateway, report.changes, {
    onAnswers: (fresh, answers, seconds) => watch({ kind: 'waiting', fresh, answers, seconds, reverts }),
    stopRequested: () => stopping.requested(),
  })
  return { ...report, propagation }
}

/**
 * The report with how the servers of a run, or of one that takes a run back, are found after it. Not after a signal or a
 * gateway that stopped answering, or where nothing is to be tried.
 */
export async function lookAfter(plan: Plan, report: RunReport, job: Job): Promise<RunReport> {
  const { gateway, options, stopping } = job
  if (!options.preflight || endsAtOnce(report.halted)) return report
  const changes = await checkMoved(report.changes, gateway, {
    around: aroundFor(plan, job),
    onChecked: telling(job, 'checking'),
    stopRequested: () => stopping.requested(),
    listedBefore: (id) => (ownMember(plan.tools, id)?.length ?? 0) > 0,
  })
  return { ...report, changes }
}
