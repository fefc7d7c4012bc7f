import { optionsToFinish, optionsToRevert } from '../../core/plan/back/options.ts'
import { type Plan, readyChanges } from '../../core/plan/plan.ts'
import { isLeftOpen, type RunReport } from '../../core/run/report.ts'
import { leavesSomething } from '../../core/run/outcome.ts'
import type { CommandMaker } from '../../core/show/own-command.ts'
import type { Proposal } from '../../runs/job/ports.ts'
import { type Context, mayAsk } from '../context.ts'
import type { MainOptions } from '../commands/main.ts'
import { planDocument, runDocument } from '../render/documents.ts'
import { commandLines, wrap } from '../render/layout.ts'
import { renderBrief, renderReview } from '../render/plan/review.ts'
import { dryRunEnd } from './dry-run.ts'
import { renderByHand, renderReport } from '../render/report/report.ts'

/** What the answer of an invocation depends on. `own`: the commands that it names. */
export interface Showing {
  options: MainOptions
  context: Context
  own: CommandMaker
}

/** Prints a plan to be looked at; with --quiet where somebody is asked about it, else no more than warnings and numbers. A document comes at the end. */
export function showProposal(proposal: Proposal, { options, context, own }: Showing): void {
  if (options.json) return
  const { terminal, look } = context
  const { plan } = proposal
  const isAsked = !options.dryRun && mayAsk({ options, context })
  const isLast = options.dryRun || readyChanges(plan).length === 0
  const review =
    options.quiet && !isAsked
      ? renderBrief(proposal, isLast, own, look)
      : renderReview(proposal, { own, look, asDiff: options.diff })
  const ends =
    options.dryRun && !options.quiet && plan.changes.length > 0
      ? dryRunEnd(proposal, { options, own }, look)
      : []
  const text = [review, ...ends].filter((part) => part !== '').join('\n')
  if (text !== '') terminal.print(text)
}

/** Says that nothing of a plan is written; as a document the plan of a dry run, else the report of nothing. */
export function showUnwritten(
  { plan, report }: { plan: Plan; report: RunReport },
  { options, context: { terminal } }: Showing,
): void {
  if (options.json) return terminal.document(options.dryRun ? planDocument(plan) : runDocument(report, null))
  if (!options.dryRun && plan.changes.length > 0) terminal.print('\nNothing was written.')
}

/** Prints what a run came to, and the command that takes it back. */
export function showReport(report: RunReport, { options, context, own }: Showing): void {
  const { terminal, look, written } = context
  const run = options.sandbox || !leavesSomething(report.changes) ? null : report.run
  // Taking it back signs people out again, and so on.
  const left = report.changes.filter((change) => leavesSomething([change]))
  const undo = run?.kept ? own('revert', run.id, ...optionsToRevert(left, run.head)) : null
  written.undo = undo
  if (options.json) return terminal.document(runDocument(report, undo))
  terminal.print(`\n${renderReport(report, look, own)}`)
  if (!options.sandbox && isLeftOpen(report)) {
    const finish = own(
      'unfinished',
      'finish',
      ...(options.yes ? ['--yes'] : []),
      ...optionsToFinish(report.changes, report.run?.head ?? null),
    )
    const why = 'The journal holds this run without its end. When it can be written again, complete the run:'
    terminal.print(`${wrap(why, look.width)}\n${commandLines(finish, look)}`)
  }
  if (undo !== null) terminal.print(`To take this back:\n${commandLines(undo, look)}`)
  else if (run && !run.kept) terminal.print(renderByHand(report, look))
}
