import { MigrateError } from '../../core/errors.ts'
import type { Plan } from '../../core/plan.ts'
import { mayHaveWritten, type RunReport } from '../../core/report.ts'
import { printableJson } from '../../core/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { FileJournal } from '../../journal/file-journal.ts'
import { locationWarnings } from '../../journal/location.ts'
import { carryOut, emptyReport } from '../../runs/run.ts'
import { approve } from '../approval.ts'
import type { Context } from '../context.ts'
import { exitForPlan, exitForRun } from '../exit.ts'
import type { MainOptions } from '../options.ts'
import { applyProgress } from '../progress.ts'
import { planDocument, runDocument } from '../render/documents.ts'
import { wrap } from '../render/layout.ts'
import { renderChange, renderLeftBehind, renderRemarks, renderSummary } from '../render/plan.ts'
import { renderReport } from '../render/report.ts'
import { undoCommand } from '../undo-command.ts'

/** How long a write whose answer was lost is looked for before it is called unknown: a probe and 10 s, in milliseconds. */
const patience = ({ era }: Gateway): number => (era.probeSeconds + 10) * 1000

/** A plan on its way: what it was made for, and what to say where it changes nothing. */
export interface Proposal {
  plan: Plan
  gateway: Gateway
  journal: FileJournal
  options: MainOptions
  heading: string
  nothing: string
}

/** What a command came to. */
export interface Conclusion {
  code: number
  report: RunReport | null
}

/** Refuses to write without anybody's consent. Called before anything else happens. */
export function requireConsent(options: MainOptions, { terminal }: Context): void {
  if (options.dryRun || options.yes || terminal.interactive) return
  throw new MigrateError(
    'no-terminal',
    'There is no terminal to ask in, so nothing is changed',
    'Add --yes to write without a question, or --dry-run to look first.',
  )
}

/** Makes sure that a run could be recorded, and warns of a journal that may vanish. Nothing to do for a dry run. */
export async function requireJournal(
  journal: FileJournal,
  options: MainOptions,
  { terminal, env, look }: Context,
): Promise<void> {
  if (options.dryRun) return
  await journal.requireWritable()
  if (options.sandbox) return
  const warnings = await locationWarnings(journal.location, env)
  for (const warning of warnings)
    terminal.remark(look.paint('yellow', wrap(`! ${warning}`, look.width, '  ')))
}

function showPlan({ plan, heading, nothing, options }: Proposal, { terminal, look }: Context): void {
  const blocks =
    options.quiet && !options.dryRun ? [] : plan.changes.map((change) => renderChange(change, look))
  const empty = plan.changes.length === 0 ? [nothing] : []
  terminal.print(
    [
      heading
        .split('\n')
        .map((line) => wrap(line, look.width, '  '))
        .join('\n'),
      ...blocks,
      ...renderRemarks(plan, look),
      ...empty,
      [renderSummary(plan), ...(empty.length > 0 ? renderLeftBehind(plan.skipped, look) : [])].join('\n'),
    ].join('\n\n'),
  )
}

async function write(proposal: Proposal, plan: Plan, context: Context): Promise<RunReport> {
  const { gateway, journal, options } = proposal
  const { terminal, look, signals, tool } = context
  return signals.during(() =>
    carryOut(plan, {
      gateway,
      journal,
      tool,
      patienceMs: patience(gateway),
      onEvent: options.json ? () => {} : applyProgress(terminal, look, gateway.era.probeSeconds),
      stopRequested: signals.requested,
    }),
  )
}

function showReport(proposal: Proposal, report: RunReport, { terminal, look }: Context): void {
  const { options, journal, gateway } = proposal
  const run = options.sandbox || !mayHaveWritten(report.changes) ? null : report.run
  const undo = run && undoCommand(run.id, gateway.identity.url, journal, options)
  if (options.json) return terminal.print(printableJson(runDocument(report, undo)))
  terminal.print(`\n${renderReport(report, look)}`)
  if (undo !== null) terminal.print(`To take this back:\n${undo}`)
}

/**
 * The way that every plan goes, forward or back: show, ask, apply, report. Returns the exit code and the report.
 * With --dry-run it ends behind the diff.
 */
export async function conclude(proposal: Proposal, context: Context): Promise<Conclusion> {
  const { plan, gateway, options } = proposal
  const { terminal } = context
  terminal.settle()
  if (!options.json) showPlan(proposal, context)
  if (options.dryRun) {
    if (options.json) terminal.print(printableJson(planDocument(plan)))
    return { code: exitForPlan(plan, options.exitCode), report: null }
  }
  if (plan.changes.length === 0) {
    if (options.json) terminal.print(printableJson(runDocument(emptyReport(plan, gateway.era.restart), null)))
    return { code: exitForPlan(plan, false), report: null }
  }
  const approved = options.yes ? plan : await approve(plan, gateway, context)
  const report = await write(proposal, approved, context)
  terminal.settle()
  showReport(proposal, report, context)
  return { code: exitForRun(report), report }
}
