import { MigrateError } from '../../core/errors.ts'
import { readAddress } from '../../core/rule/address.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { endsAtOnce, type RunReport } from '../../core/run/report.ts'
import { newUrl } from '../../core/plan/change.ts'
import { awaitPropagation } from '../apply/propagation.ts'
import type { Surroundings } from '../deployment/surroundings.ts'
import { preflight } from '../try/addresses.ts'
import { checkMoved } from '../try/moved.ts'
import { type Job, telling } from './context.ts'

/** Where LiteLLM stands, looked for once. */
function aroundFor(plan: Plan, { around }: Job): () => Promise<Surroundings> {
  let found: Promise<Surroundings> | null = null
  const hosts = plan.changes.flatMap((change) => {
    const address = readAddress(newUrl(change) ?? '')
    return address.kind === 'address' ? [address.host] : []
  })
  return () => (found ??= around([...new Set(hosts)]))
}

/**
 * Up to 1.80 traffic follows a new URL only after a restart, so that one server tried beforehand proves nothing. Called
 * before a plan is made. Throws `canary-impossible`; a dry run only tells.
 */
export function requireCanary({ gateway, options, watch }: Job): void {
  if (!options.canary || gateway.era.restart === 'no') return
  const { version } = gateway.identity
  const refusal = new MigrateError(
    'canary-impossible',
    `--canary is not possible on LiteLLM ${version ?? 'of an unknown release'}: a new URL may take effect only when LiteLLM is restarted, so a changed server cannot be tried before the rest`,
    'Leave --canary out, or move one server with --only, restart LiteLLM, and look at it.',
  )
  if (!options.dryRun) throw refusal
  watch({ kind: 'canary-impossible', message: refusal.message })
}

/** The plan with what the gateway finds at its new addresses, or as it is where nothing is to be tried. */
export async function tryBeforehand(plan: Plan, job: Job): Promise<Plan> {
  const { gateway, options, watch } = job
  if (!options.preflight) return plan
  return preflight(plan, gateway, {
    around: aroundFor(plan, job),
    accepted: options.accept,
    onTried: (done, total) => watch({ kind: 'trying', done, total, reverts: plan.reverts }),
  })
}

/**
 * Waits, after a run, until every worker of the gateway knows of it, and adds to the report what came of that. Not
 * where no new URL is in force (a list shows of other fields only what LiteLLM makes of them), where only a restart helps
 * (up to 1.80), after a signal or a gateway that stopped answering, or where nobody is to wait.
 */
export async function awaitWorkers(
  report: RunReport,
  { gateway, options, watch, stopping }: Job,
): Promise<RunReport> {
  const written = report.changes.some(
    ({ outcome, file, edits }) =>
      outcome === 'applied' && file === null && edits.some(({ field }) => field === 'url'),
  )
  if (!options.wait || !written || endsAtOnce(report.halted) || gateway.era.restart !== 'no') return report
  const { reverts } = report
  const propagation = await awaitPropagation(gateway, report.changes, {
    onAnswers: (fresh, answers, seconds) => watch({ kind: 'waiting', fresh, answers, seconds, reverts }),
    stopRequested: () => stopping.requested(),
  })
  return { ...report, propagation }
}

/**
 * The report with how the servers of a run, or of one that takes a run back, are found after it. Not after a signal or a
 * gateway that stopped answering, or where nothing is to be tried.
 */
export async function lookAfter(plan: Plan, report: RunReport, job: Job): Promise<RunReport> {
  const { gateway, options, stopping } = job
  if (!options.preflight || endsAtOnce(report.halted)) return report
  const changes = await checkMoved(report.changes, gateway, {
    around: aroundFor(plan, job),
    onChecked: telling(job, 'checking'),
    stopRequested: () => stopping.requested(),
    listedBefore: (id) => (plan.tools[id]?.length ?? 0) > 0,
  })
  return { ...report, changes }
}
