import { MigrateError } from '../../core/errors.ts'
import { awaitingChanges, isLeftBehind, type Plan, readyChanges } from '../../core/plan/plan.ts'
import { type AppliedChange, mayHaveWritten } from '../../core/run/outcome.ts'
import { type RunReport, isComplete } from '../../core/run/report.ts'
import { notAllowed, wideReach } from '../../core/plan/consent/wide-reach.ts'
import { emptyReport } from '../apply/run.ts'
import { type ContestedServer, contestedServers } from '../../core/plan/over-edits.ts'
import { planOverEdits } from '../plan/over-edits.ts'
import type { Ended, Job } from './context.ts'
import type { Proposal } from './ports.ts'
import { runPlan } from './run-and-look.ts'

/** `null` where a person left a question: after a run that is no reason to lose its report. */
export async function unlessCancelled<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof MigrateError && error.code === 'cancelled') return null
    throw error
  }
}

/** Was drift of these servers all that kept a run, or the plan of none, from being complete? */
function onlyDrifted(contested: readonly ContestedServer[], { plan, report }: Ended): boolean {
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

/** Asks what should happen to servers that drifted; those to write over go the same way once more. */
async function offerOverEdits(first: Ended, job: Job): Promise<Ended> {
  const { gateway, options, person } = job
  const contested = contestedServers(first.plan, first.report)
  if (contested.length === 0 || (first.report !== null && first.report.halted !== null)) return first
  const chosen = await unlessCancelled(person.chooseContested(contested))
  if (!chosen || chosen.length === 0) return first
  const plan = await planOverEdits(first.plan, chosen, gateway, {
    createdAt: new Date().toISOString(),
    accepted: options.accept,
  })
  const purpose = { kind: 'over-edits', servers: chosen.length } as const
  const second = await unlessCancelled(proceed({ plan, purpose, seen: new Map() }, job))
  if (!second?.report || !mayHaveWritten(second.report.changes)) return first
  const complete = onlyDrifted(contested, first) && chosen.length === contested.length
  return { ...second, isShort: second.isShort || !complete }
}

/** Writes what is approved of a plan, where there is anything to write or a run to end. */
async function write(plan: Plan, { purpose, seen }: Proposal, job: Job): Promise<RunReport | null> {
  const { options, watch } = job
  const resumption = purpose.kind === 'completion' ? purpose.resumption : null
  const empty = readyChanges(plan).length === 0
  if (options.dryRun || (empty && !resumption)) {
    watch({ kind: 'unwritten', plan, report: emptyReport(plan) })
    return null
  }
  const report = await runPlan(plan, { resumption, seen }, job)
  watch({ kind: 'reported', report })
  return report
}

/** Throws `consent-missing` where rules that are new here would change more servers than anybody allowed. */
async function requireAllowed(plan: Plan, { person, options: { allow = 0 } }: Job): Promise<void> {
  const reach = wideReach(plan)
  if (reach !== null && allow < reach.servers && !(await person.allow(reach))) throw notAllowed(reach, allow)
}

/**
 * The way that every plan goes, forward or back: propose, approve, run, report; then what drifted. A dry run
 * ends after the proposal.
 */
export async function proceed(proposal: Proposal, job: Job): Promise<Ended> {
  const { options, person, watch } = job
  watch({ kind: 'proposed', proposal })
  const isAsked = !options.dryRun && proposal.plan.changes.length > 0
  const plan = isAsked ? await person.approve(proposal.plan) : proposal.plan
  if (isAsked) await requireAllowed(plan, job)
  const report = await write(plan, proposal, job)
  const ended = { plan, report, isShort: false, lacksEnd: false }
  return options.dryRun ? ended : offerOverEdits(ended, job)
}
