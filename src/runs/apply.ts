import type { Plan } from '../core/plan.ts'
import type { AppliedChange, Halt, RunReport } from '../core/report.ts'
import { type ApplyContext, ChangeRun, untried } from './change-run.ts'

/** What applying a plan came to; the caller adds what it knows of the run itself. */
export type ApplyResult = Pick<RunReport, 'changes' | 'halted' | 'trouble'>

/**
 * Applies a plan, one server after the other, and reports what became of each. Nothing is written without its
 * intent on disk. A drifted server is left alone and the rest go on; a refusal, a doubt, collateral that could
 * not be repaired, or any on access ends the run. Never throws.
 */
export async function applyPlan(plan: Plan, context: ApplyContext): Promise<ApplyResult> {
  const changes: AppliedChange[] = []
  let halted: Halt = null
  let trouble: string | null = null
  for (const [done, change] of plan.changes.entries()) {
    halted ??= context.stopRequested()
    if (halted) {
      changes.push(untried(change))
      continue
    }
    const place = { done, total: plan.changes.length }
    const step = await new ChangeRun(context, change, place).run(plan.reverts !== null)
    halted = step.halt
    trouble = step.trouble
    changes.push(step.applied)
    context.onEvent({ kind: 'settled', change: step.applied, done: done + 1, total: plan.changes.length })
  }
  return { changes, halted, trouble }
}
