import { unforeseen } from '../../core/errors.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { mayHaveWritten } from '../../core/run/outcome.ts'
import { type RunReport } from '../../core/run/report.ts'
import type { ApplyEvent } from '../apply/context.ts'
import { doRun, type Resumption, type RunContext } from '../apply/run.ts'
import { type Job, patienceMs } from './context.ts'
import { awaitWorkers, lookAfter } from './after.ts'

/** Failures of this program itself in the middle of a run: none of them may cost the report of what was written. */
class Faults {
  readonly noticed: { error: unknown; isTold: boolean }[] = []

  readonly notice = (error: unknown, isTold = false): void => {
    this.noticed.push({ error, isTold })
  }

  /** Does something whose failure is noticed and ends nothing. */
  readonly harmless = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      this.notice(error)
    }
  }

  /** The report after one more look at what was written, or as it is where that look fails. */
  async addTo(report: RunReport, look: () => Promise<RunReport>): Promise<RunReport> {
    const seen = await look().catch((error: unknown) => {
      this.notice(error)
      return report
    })
    const [first] = this.noticed
    if (first === undefined) return seen
    const { message, hint } = unforeseen(first.error)
    const said = [first.isTold ? null : message, hint]
    return { ...seen, trouble: [seen.trouble, ...said].filter((text) => text !== null).join('. ') }
  }
}

function contextFor(job: Job, faults: Faults): Omit<RunContext, 'seen'> {
  const { gateway, journal, options, watch, writes, stopping, tool } = job
  return {
    gateway,
    journal,
    tool,
    patienceMs: patienceMs(job),
    onFailure: options.onFailure,
    canary: options.canary,
    onEvent: (event: ApplyEvent) => faults.harmless(() => watch({ kind: 'applying', event })),
    onWrite: () => writes.begin(),
    onFault: faults.notice,
    stopRequested: () => stopping.requested(),
  }
}

/**
 * Writes the changes of a plan that are ready, waits for the gateway's workers, and looks at what was moved. Throws only
 * where a run cannot be taken up again: a failure after a write costs neither its report nor what the journal holds.
 */
export async function runPlan(
  plan: Plan,
  { resumption, seen }: { resumption: Resumption | null } & Pick<RunContext, 'seen'>,
  job: Job,
): Promise<RunReport> {
  const { watch, writes, stopping } = job
  const faults = new Faults()
  watch({ kind: 'begun', plan })
  const after = await stopping.during(async () => {
    const report = await doRun(plan, { ...contextFor(job, faults), seen }, resumption)
    writes.settle(mayHaveWritten(report.changes))
    return faults.addTo(report, async () => lookAfter(plan, await awaitWorkers(report, job), job))
  })
  for (const { error } of faults.noticed) watch({ kind: 'fault', error })
  return after
}
