import { MigrateError } from '../../core/errors.ts'
import { readyChanges } from '../../core/plan/plan.ts'
import { brokenChanges } from '../../core/run/report.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { planReversal } from '../plan/back.ts'
import { runsInForce } from '../recover/in-force.ts'
import { requireBelievable } from '../recover/believe.ts'
import { requireDatabaseFor } from '../recover/needs-database.ts'
import { requireVouched } from '../recover/vouched.ts'
import { type Ended, isSaid, type Job, telling } from './context.ts'
import { tryBeforehand } from './before.ts'
import { NOBODY, type Proposal } from './ports.ts'
import { proceed, unlessCancelled } from './proceed.ts'

/** A plan, and how its servers were seen when it was made. */
type Planned = Pick<Proposal, 'plan' | 'seen'>

/** The plan that takes a run back, as far as the options select its servers. Throws where its journal is not to be believed. */
async function planFor(run: RecordedRun, job: Job): Promise<Planned> {
  const { gateway, journal, options } = job
  const remarks = await requireBelievable(run, options)
  const { runs } = await journal.runs()
  const { plan, seen } = await planReversal(gateway, {
    run,
    earlier: runs.filter(({ started }) => started.reverts === run.id),
    named: options,
    inForce: runsInForce(runs, run),
    selection: options,
    accepted: options.accept,
    createdAt: new Date().toISOString(),
    onRead: telling(job, 'reading'),
  })
  return { plan: { ...plan, notes: [...plan.notes, ...remarks] }, seen }
}

/**
 * The newest run of which something is left to take back, with its plan: one that came to nothing does not hide
 * the one before. Where nothing is left of any, the newest.
 */
async function firstToRevert(
  runs: readonly RecordedRun[],
  job: Job,
): Promise<Planned & { run: RecordedRun }> {
  let newest: (Planned & { run: RecordedRun }) | null = null
  for (const run of runs) {
    requireDatabaseFor(run, job.gateway, 'some')
    const planned = await planFor(run, job)
    const { plan } = planned
    newest ??= { run, ...planned }
    const came = run.changes.some(({ outcome }) => outcome === 'applied')
    if (came || plan.changes.length > 0 || plan.skipped.length > 0) return { run, ...planned }
  }
  if (!newest) throw new Error('no run to revert')
  return newest
}

/** The reversal of the first of these runs, newest first, of which something is left; its addresses are tried. */
export async function proposeReversal(runs: readonly RecordedRun[], job: Job): Promise<Proposal> {
  const { run, plan, seen } = await firstToRevert(runs, job)
  requireVouched(run, readyChanges(plan), isSaid(job))
  return { plan: await tryBeforehand(plan, job), purpose: { kind: 'revert', run }, seen }
}

/**
 * Offers to take a run back whose servers do not all work, or that was a trial. What the run came to stays what the job
 * came to: not all that was asked is in force.
 */
export async function offerRevert({ report }: Ended, job: Job): Promise<void> {
  const { journal, options, person } = job
  const failing = report === null ? [] : brokenChanges(report)
  if (!report?.run?.kept || (failing.length === 0 && !options.trial)) return
  if (!(await unlessCancelled(person.wantsBack(failing)))) return
  const { id } = report.run
  const run = (await journal.runs()).runs.find((each) => each.id === id)
  if (!run)
    throw new MigrateError('run-not-found', `The journal in ${journal.location} holds no run ${id}`, null)
  // Whoever wants it back saw the run a moment ago.
  const told = { only: [], except: [], canary: false, expectHead: report.run.head ?? run.head }
  const whole = { ...job, person: NOBODY, options: { ...options, ...told } }
  await proceed(await proposeReversal([run], whole), whole)
}
