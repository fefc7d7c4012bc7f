import { endsAtOnce, type RunReport } from '../core/plan/report.ts'
import type { Gateway } from '../gateway/port.ts'
import { awaitPropagation } from '../runs/apply/propagation.ts'
import type { Context } from './context.ts'
import type { MainOptions } from './options.ts'
import { wordsFor } from './render/words.ts'

/**
 * Waits, after a run, until every worker of the gateway knows of it, and adds to the report what came of that. Not
 * where no new URL is in force (a list shows of other fields only what LiteLLM makes of them), where only a restart helps
 * (up to 1.80), after a signal or a gateway that stopped answering, or with --no-wait.
 */
export async function awaitWorkers(
  report: RunReport,
  gateway: Gateway,
  options: MainOptions,
  { terminal, signals }: Context,
): Promise<RunReport> {
  const written = report.changes.some(
    ({ outcome, file, edits }) =>
      outcome === 'applied' && file === null && edits.some(({ field }) => field === 'url'),
  )
  if (!options.wait || !written || endsAtOnce(report.halted) || gateway.era.restart !== 'no') return report
  let told = false
  const onAnswers = (fresh: number, answers: number, seconds: number): void => {
    // Without a terminal each text is a line of its own, and the first answers mostly agree.
    if (options.json || fresh === answers || (told && !terminal.interactive)) return
    told = true
    const shown = terminal.interactive
      ? `: ${fresh} of the last ${answers} answers do (${Math.round(seconds)} s)`
      : ''
    terminal.progress(
      `Waiting until all workers of the gateway use ${wordsFor(report).urls}, up to 90 s${shown}; Ctrl-C stops waiting`,
    )
  }
  const propagation = await awaitPropagation(gateway, report.changes, {
    onAnswers,
    stopRequested: signals.requested,
  })
  terminal.settle()
  return { ...report, propagation }
}
