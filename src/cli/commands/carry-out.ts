import { MigrateError } from '../../core/errors.ts'
import { awaitingChanges, isLeftBehind, readyChanges } from '../../core/plan/plan.ts'
import { type AppliedChange, isSignal, mayHaveWritten, type RunReport } from '../../core/plan/report.ts'
import { count, printableJson } from '../../core/show/text.ts'
import { type ContestedServer, contestedServers, planOverEdits } from '../../runs/plan/over-edits.ts'
import { emptyReport, isComplete } from '../../runs/apply/run.ts'
import { approve } from '../ask/approval.ts'
import { askConsent } from '../ask/consent.ts'
import { chooseContested } from '../ask/contested.ts'
import { exitForPlan, exitForRun } from '../exit-of-run.ts'
import { planDocument, runDocument } from '../render/documents.ts'
import { showPlan, showReport } from './show.ts'
import type { Conclusion, Proposal, Way } from './way.ts'
import { write } from './write.ts'

/** Nothing is written: the plan, or a report of nothing. */
function concludeWithout({ plan }: Proposal, { gateway, options, context }: Way): Conclusion {
  const { terminal } = context
  if (options.json && options.dryRun) terminal.print(printableJson(planDocument(plan)))
  if (options.json && !options.dryRun)
    terminal.print(printableJson(runDocument(emptyReport(plan, gateway.era.restart), null)))
  if (!options.json && !options.dryRun && plan.changes.length > 0) terminal.print('\nNothing was written.')
  return { code: exitForPlan(plan, options.exitCode), report: null }
}

/** Was drift of these servers all that kept a run, or the plan of none, from being complete? */
function onlyDrifted(
  contested: readonly ContestedServer[],
  { plan }: Proposal,
  report: RunReport | null,
): boolean {
  const ids = new Set(contested.map(({ server }) => server.id))
  const isContested = ({ outcome, server, collateral }: AppliedChange): boolean =>
    outcome === 'drifted' && ids.has(server.id) && collateral.length === 0
  const rest = (report?.changes ?? []).filter((change) => !isContested(change))
  return (
    awaitingChanges(plan).length === 0 &&
    plan.skipped.filter(isLeftBehind).every(({ server }) => ids.has(server.id)) &&
    (report === null || isComplete({ ...report, changes: rest, skipped: [] }))
  )
}

/** `null` where a person left a question: after a run that is no reason to lose its report. */
async function unlessCancelled<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof MigrateError && error.code === 'cancelled') return null
    throw error
  }
}

/** In a terminal, asks what should happen to servers that drifted; those to write over go the same way once more. */
async function concludeContested(proposal: Proposal, first: Conclusion, way: Way): Promise<Conclusion> {
  const { gateway, options, context } = way
  const contested = contestedServers(proposal.plan, first.report)
  const stopped = first.report !== null && first.report.halted !== null
  const asks = context.terminal.interactive && !options.yes && !options.dryRun && !stopped
  if (contested.length === 0 || !asks) return first
  const chosen = await unlessCancelled(chooseContested(contested, gateway, context))
  if (!chosen || chosen.length === 0) return first
  const plan = await planOverEdits(proposal.plan, chosen, gateway, {
    createdAt: new Date().toISOString(),
    accepted: options.accept,
  })
  const heading = `Writing over what somebody else wrote on ${count(chosen.length, 'server')}`
  const nothing = 'Nothing to write over: they hold our value by now.'
  const second = await unlessCancelled(conclude({ plan, heading, nothing }, way))
  if (!second) return first
  if (!second.report || !mayHaveWritten(second.report.changes)) return first
  const complete = onlyDrifted(contested, proposal, first.report) && chosen.length === contested.length
  const code = complete || isSignal(second.report.halted) ? second.code : 4
  return { code, report: second.report }
}

/** In a terminal, asks about what waits for a consent, before anything else is asked. */
async function withConsents(proposal: Proposal, { options, context }: Way): Promise<Proposal> {
  if (options.dryRun || options.yes || !context.terminal.interactive) return proposal
  return { ...proposal, plan: await askConsent(proposal.plan, context) }
}

/**
 * The way that every plan goes, forward or back: show, ask, apply, report; then ask about what drifted. Returns the
 * exit code and the report. With --dry-run it ends after the diff.
 */
export async function conclude(proposed: Proposal, way: Way): Promise<Conclusion> {
  const { gateway, options, context } = way
  const { terminal } = context
  terminal.settle()
  if (!options.json) showPlan(proposed, way)
  const proposal = await withConsents(proposed, way)
  const { plan, resumption = null } = proposal
  const empty = readyChanges(plan).length === 0
  if (options.dryRun || (empty && !resumption))
    return concludeContested(proposal, concludeWithout(proposal, way), way)
  const approved = options.yes || empty ? plan : await approve(plan, gateway, context)
  const report = await write(approved, resumption, way)
  terminal.settle()
  showReport(report, way)
  return concludeContested(proposal, { code: exitForRun(report), report }, way)
}
