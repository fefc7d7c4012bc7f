import { optionsToFinish, optionsToRevert } from '../../core/plan/back/options.ts'
import { serversIn } from '../../core/plan/change.ts'
import { acceptOptions } from '../../core/plan/consent/consent.ts'
import { awaitingChanges, type Plan } from '../../core/plan/plan.ts'
import { awaitedConsents } from '../../core/plan/withheld.ts'
import { isLeftOpen, type RunReport } from '../../core/run/report.ts'
import { leavesSomething } from '../../core/run/outcome.ts'
import type { CommandMaker } from '../../core/show/own-command.ts'
import { count } from '../../core/show/text.ts'
import type { Proposal } from '../../runs/job/ports.ts'
import { type Context, mayAsk } from '../context.ts'
import type { MainOptions } from '../commands/main.ts'
import { planDocument, runDocument } from '../render/documents.ts'
import { commandLines, wrap } from '../render/layout.ts'
import { renderLeftBehind } from '../render/plan/remarks.ts'
import { renderBrief, renderReview } from '../render/plan/review.ts'
import { dryRunEnd } from './dry-run.ts'
import { renderByHand, renderReport } from '../render/report/report.ts'
import { wordsFor } from '../render/words.ts'

/** What the answer of an invocation depends on. `own`: the commands that it names. */
export interface Showing {
  options: MainOptions
  context: Context
  own: CommandMaker
}

/** Prints a plan to be looked at; with --quiet, and nobody asked about it, only warnings and numbers. A document comes at the end. */
export function showProposal(proposal: Proposal, { options, context, own }: Showing): void {
  if (options.json) return
  const { terminal, look } = context
  const { plan } = proposal
  const isAsked = !options.dryRun && mayAsk({ options, context })
  const review =
    options.quiet && !isAsked
      ? renderBrief(proposal, options.dryRun, own, look)
      : renderReview(proposal, { own, look, asDiff: options.diff })
  const ends =
    options.dryRun && !options.quiet && plan.changes.length > 0
      ? dryRunEnd(proposal, { options, own }, look)
      : []
  const text = [review, ...ends].filter((part) => part !== '').join('\n')
  if (text !== '') terminal.print(text)
}

/** Why nothing of a plan is written, in a line: all of it waits, or was declined, or there is nothing to write. */
function whyUnwritten(plan: Plan): string {
  const waiting = awaitingChanges(plan)
  if (plan.changes.length === 0) return `there is nothing ${wordsFor(plan).todo}`
  if (waiting.length === 0) return 'that is what you chose'
  const options = acceptOptions(awaitedConsents(waiting, plan))
  return `${count(serversIn(waiting), 'server waits', 'servers wait')} for ${options.join(' ')}`
}

/** Says that nothing of a plan is written; as a document the plan of a dry run, else the report of nothing. */
export function showUnwritten(
  { plan, report }: { plan: Plan; report: RunReport },
  { options, context: { terminal, look } }: Showing,
): void {
  if (options.json) return terminal.document(options.dryRun ? planDocument(plan) : runDocument(report, null))
  // The plan says so itself.
  if (options.dryRun || (plan.changes.length === 0 && !options.quiet)) return
  terminal.print(
    `${options.quiet ? '' : '\n'}${wrap(`Nothing was written: ${whyUnwritten(plan)}.`, look.width, '  ')}`,
  )
  if (options.quiet) for (const text of renderLeftBehind(plan.skipped, look)) terminal.print(text)
}

/** What is said after a report: what it takes to complete a run that the journal holds without its end, and how it is taken back. */
function showWays(report: RunReport, undo: string | null, { options, context, own }: Showing): void {
  const { terminal, look } = context
  if (!options.sandbox && isLeftOpen(report)) {
    const { changes, run } = report
    const consent = options.yes ? ['--yes'] : []
    const finish = own('unfinished', 'finish', ...consent, ...optionsToFinish(changes, run?.head ?? null))
    const why = 'The journal holds this run without its end. When it can be written again, complete the run:'
    terminal.print(`${wrap(why, look.width)}\n${commandLines(finish, look)}`)
  }
  if (undo !== null && !options.quiet) terminal.print(`To take this back:\n${commandLines(undo, look)}`)
  else if (!options.sandbox && leavesSomething(report.changes) && report.run?.kept === false)
    terminal.print(renderByHand(report, look))
}

/**
 * Prints what a run came to, and the command that takes it back. `again`: the run whose changes are in force again, as it took
 * back one that had taken that back; else `null`.
 */
export function showReport(report: RunReport, again: string | null, showing: Showing): void {
  const { options, context, own } = showing
  const { terminal, look, written } = context
  const run = options.sandbox || !leavesSomething(report.changes) ? null : report.run
  // Taking it back signs people out again, and so on.
  const left = report.changes.filter((change) => leavesSomething([change]))
  const undo = run?.kept ? own('revert', run.id, ...optionsToRevert(left, run.head)) : null
  written.undo = undo
  if (options.json) return terminal.document(runDocument(report, undo))
  const { quiet, sandbox } = options
  const text = renderReport(report, { look, quiet, again, own: sandbox ? null : own })
  if (text !== '') terminal.print(`${quiet ? '' : '\n'}${text}`)
  showWays(report, undo, showing)
}
