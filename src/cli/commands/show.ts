import { optionsToRevert } from '../../core/plan/consent.ts'
import { isLeftOpen, leavesSomething, type RunReport } from '../../core/plan/report.ts'
import { printableJson } from '../../core/show/text.ts'
import { runDocument } from '../render/documents.ts'
import { renderBlocks } from '../render/plan/blocks.ts'
import { wrap } from '../render/layout.ts'
import {
  renderAwaiting,
  renderDirections,
  renderRemarks,
  renderRestart,
  renderSummary,
} from '../render/plan/plan.ts'
import { renderByHand, renderReport } from '../render/report/report.ts'
import { renderCause, saidElsewhere, sharedCauses } from '../render/plan/causes.ts'
import { renderRemedies } from '../render/plan/reach.ts'
import { mainCommands, type Proposal, type Way } from './way.ts'

/** Prints a plan: its heading, a block for each change, what is left alone, and the numbers. */
export function showPlan({ plan, heading, nothing }: Proposal, { options, context }: Way): void {
  const { terminal, look } = context
  const causes = sharedCauses(plan)
  const said = saidElsewhere(causes)
  const blocks = options.quiet && !options.dryRun ? [] : renderBlocks(plan.changes, look, plan, said)
  const alone = plan.changes.filter(({ id }) => !said.get(id)?.has('unreachable'))
  const empty = plan.changes.length === 0 ? [nothing] : []
  terminal.print(
    [
      heading
        .split('\n')
        .map((line) => wrap(line, look.width, '  '))
        .join('\n'),
      ...blocks,
      ...causes.map((cause) => renderCause(cause, look)),
      ...renderRemedies(plan, alone, look),
      ...renderRemarks(plan, look),
      ...empty,
      [
        wrap(renderSummary(plan), look.width, '  '),
        ...renderDirections(plan, look),
        ...renderRestart(plan, look),
        ...renderAwaiting(plan, look),
        ...(options.dryRun && empty.length === 0 ? ['Nothing was written: this was a dry run.'] : []),
      ].join('\n'),
    ].join('\n\n'),
  )
}

/** Prints what a run came to, and the command that takes it back. */
export function showReport(report: RunReport, way: Way): void {
  const { options } = way
  const { terminal, look } = way.context
  const own = mainCommands(way.gateway.identity.url, way)
  const run = options.sandbox || !leavesSomething(report.changes) ? null : report.run
  // Taking it back signs people out again, and so on.
  const consents = optionsToRevert(report.changes.filter((change) => leavesSomething([change])))
  const undo = run?.kept ? own('revert', run.id, ...consents) : null
  way.context.written.undo = undo
  if (options.json) return terminal.print(printableJson(runDocument(report, undo)))
  terminal.print(`\n${renderReport(report, look, own)}`)
  if (!options.sandbox && isLeftOpen(report))
    terminal.print(
      `The journal holds this run without its end. When it can be written again, complete the run:\n${own('unfinished', 'finish', ...(options.yes ? ['--yes'] : []))}`,
    )
  if (undo !== null) terminal.print(`To take this back:\n${undo}`)
  else if (run && !run.kept) terminal.print(renderByHand(report, look))
}
