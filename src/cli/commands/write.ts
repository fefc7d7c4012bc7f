import type { Plan } from '../../core/plan/plan.ts'
import { mayHaveWritten, type RunReport } from '../../core/plan/report.ts'
import { carryOut, type Resumption } from '../../runs/apply/run.ts'
import { Faults } from '../faults.ts'
import { lookBehind } from '../looking.ts'
import { applyProgress, noticeWrites } from '../progress.ts'
import { awaitWorkers } from '../waiting.ts'
import { patience, type Way } from './way.ts'

/**
 * Writes the changes of a plan that are ready, waits for the gateway's workers, and looks at what was moved. Throws only where a run
 * cannot be taken up again: a failure after a write costs neither its report nor what the journal holds.
 */
export async function write(plan: Plan, resumption: Resumption | null, way: Way): Promise<RunReport> {
  const { gateway, journal, options } = way
  const { terminal, look, signals, written, tool } = way.context
  const faults = new Faults()
  const show = options.json ? () => {} : applyProgress(plan, terminal, look, gateway.era.probeSeconds)
  const context = {
    gateway,
    journal,
    tool,
    patienceMs: patience(gateway, options),
    onFailure: options.onFailure,
    canary: options.canary,
    onEvent: noticeWrites(written, faults.harmless(show)),
    onFault: faults.notice,
    stopRequested: signals.requested,
  }
  const seen = await signals.during(async () => {
    const report = await carryOut(plan, context, resumption)
    written.settle(mayHaveWritten(report.changes))
    return faults.addTo(report, async () =>
      lookBehind(plan, await awaitWorkers(report, gateway, options, way.context), way),
    )
  })
  faults.tell(way.context)
  return seen
}
