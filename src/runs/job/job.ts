import type { RuleSet } from '../../core/rule/rule.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { Configuration } from '../../core/config/move/configuration.ts'
import { makePlan } from '../plan/forward.ts'
import { offerRevert, proposeReversal } from './back.ts'
import { type Ended, type Job, type JobResult, telling } from './context.ts'
import { requireCanary, tryBeforehand } from './before.ts'
import { proceed } from './proceed.ts'
import { attend } from './unfinished.ts'

/** What the job is to do. */
export type JobRequest =
  | { kind: 'migrate'; ruleSet: RuleSet; configuration: Configuration }
  /** Takes back the first of these runs, newest first, of which something is left. */
  | { kind: 'revert'; runs: readonly RecordedRun[] }
  /** Ends an unfinished run. `named`: the run that was asked to be taken back, `null` where none was. */
  | { kind: 'attend'; unfinished: RecordedRun; named: RecordedRun | null }

async function migrate(ruleSet: RuleSet, configuration: Configuration, job: Job): Promise<Ended> {
  const { gateway, journal, options, watch } = job
  requireCanary(job)
  watch({ kind: 'listing' })
  // Its inventory, every record of the gateway, is not kept while the plan is carried out.
  const { plan: made, seen } = await makePlan(
    ruleSet,
    { gateway, journal },
    { ...options, configuration },
    telling(job, 'reading'),
  )
  const plan = await tryBeforehand(made, job)
  const ended = await proceed({ plan, purpose: { kind: 'migration', ruleSet }, seen }, job)
  await offerRevert(ended, job)
  return ended
}

/**
 * The whole main job on a gateway that is open, under its lock: plan, try, approve, apply, look after, report.
 * Throws what keeps it from writing anything, and `cancelled` where the person left before that; once something is
 * written it is told in a report whatever else fails.
 */
export async function doJob(request: JobRequest, job: Job): Promise<JobResult> {
  if (request.kind === 'migrate') return migrate(request.ruleSet, request.configuration, job)
  if (request.kind === 'attend') {
    const ended = await attend(request.unfinished, request.named, job)
    if (job.options.trial && ended !== null && ended.plan.reverts === null) await offerRevert(ended, job)
    return ended
  }
  return proceed(await proposeReversal(request.runs, job), job)
}
