import type { Plan } from '../../core/plan/plan.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { brokenChanges } from '../../core/plan/report.ts'
import { count } from '../../core/show/text.ts'
import { findNamedRun } from '../../runs/recover/find-run.ts'
import { runsInForce } from '../../runs/recover/in-force.ts'
import { requireDatabaseFor } from '../../runs/recover/needs-database.ts'
import { planReversal } from '../../runs/plan/back.ts'
import { tryBeforehand } from '../looking.ts'
import { readProgress } from '../progress.ts'
import { conclude } from './carry-out.ts'
import { type Conclusion, mainCommands, type Way } from './way.ts'

function heading(run: RecordedRun, { gateway }: Plan): string {
  const what = run.started.reverts === null ? 'a migration' : `which took back ${run.started.reverts}`
  const again = run.started.reverts === null ? '' : ' This does it again.'
  return `Taking back run ${run.id} of ${run.startedAt}, ${what}, on LiteLLM ${gateway.version ?? '(release unknown)'} at ${gateway.url}, ${gateway.account}.${again}`
}

/** The plan that takes a run back, as far as this invocation selects its servers. */
async function planFor(run: RecordedRun, { gateway, journal, options, context }: Way): Promise<Plan> {
  return planReversal(gateway, {
    run,
    inForce: await runsInForce(journal, run),
    selection: options,
    accepted: options.accept,
    createdAt: new Date().toISOString(),
    onRead: readProgress(context.terminal, gateway.era.probeSeconds),
  })
}

/**
 * The newest run of which something is left to take back, with its plan: one that came to nothing does not hide
 * the one before. Where nothing is left of any, the newest.
 */
async function firstToRevert(
  runs: readonly RecordedRun[],
  way: Way,
): Promise<{ run: RecordedRun; plan: Plan }> {
  let newest: { run: RecordedRun; plan: Plan } | null = null
  for (const run of runs) {
    requireDatabaseFor(run, way.gateway, 'some')
    const plan = await planFor(run, way)
    newest ??= { run, plan }
    const came = run.changes.some(({ outcome }) => outcome === 'applied')
    if (came || plan.changes.length > 0 || plan.skipped.length > 0) return { run, plan }
  }
  if (!newest) throw new Error('no run to revert')
  return newest
}

/** Plans and carries out the reversal of the first of these runs that left something, on an open gateway. */
export async function revertRun(
  runs: readonly RecordedRun[],
  way: Way,
): Promise<Conclusion & { plan: Plan }> {
  const { run, plan: planned } = await firstToRevert(runs, way)
  const plan = await tryBeforehand(planned, way)
  const nothing = 'Nothing to take back: no server holds what this run wrote.'
  return { ...(await conclude({ plan, heading: heading(run, plan), nothing }, way)), plan }
}

/**
 * After a run whose servers do not all work, offers in a terminal to take it back. Elsewhere its report names the
 * command. What it came to stays the exit code: not all that was asked is in force.
 */
export async function offerRevert(conclusion: Conclusion, way: Way): Promise<Conclusion> {
  const { journal, options, context } = way
  const { report } = conclusion
  const failing = report === null ? [] : brokenChanges(report)
  if (failing.length === 0 || !report?.run?.kept || options.yes || !context.terminal.interactive)
    return conclusion
  const [do_, them] = failing.length === 1 ? ['does', 'it'] : ['do', 'them']
  const question = `${count(failing.length, 'server')} ${do_} not work at the new URL, see above. Take the run back?`
  const back = await context.terminal
    .choose(question, [
      { name: `No, leave ${them} as ${them === 'it' ? 'it is' : 'they are'}`, value: false },
      { name: 'Yes, take back all that this run wrote', value: true },
    ])
    .catch(() => false)
  if (!back) return conclusion
  const run = await findNamedRun(
    journal,
    report.run.id,
    mainCommands(way.gateway.identity.url, way)('history'),
  )
  await revertRun([run], { ...way, options: { ...options, only: [], except: [], canary: false, yes: true } })
  return conclusion
}
