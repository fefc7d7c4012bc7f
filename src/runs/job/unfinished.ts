import { MigrateError } from '../../core/errors.ts'
import { CONSENTS } from '../../core/plan/consent/consent.ts'
import { clockNotes } from '../../core/run/order.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { Resumption } from '../apply/run.ts'
import { requireBelievable } from '../recover/believe.ts'
import { requireDatabaseFor } from '../recover/needs-database.ts'
import { requireFilesNamed, requireVouched } from '../recover/vouched.ts'
import { closeRun, investigate, isTakenBack, wasTakingBack } from '../recover/recover.ts'
import { onRelease } from '../../core/plan/back/lost-settings.ts'
import { planCompletion } from '../../core/plan/completion.ts'
import { proposeReversal } from './back.ts'
import { type Ended, isSaid, type Job, type JobResult, patienceMs } from './context.ts'
import type { Note } from '../../core/plan/plan.ts'
import { requireCanary, tryBeforehand } from './before.ts'
import { proceed } from './proceed.ts'

async function finish(resumption: Resumption, remarks: readonly Note[], job: Job): Promise<Ended> {
  requireCanary(job)
  const { run } = resumption
  const now = new Date().toISOString()
  const known = {
    ...resumption,
    run: { ...run, changes: run.changes.map((each) => onRelease(each, job.gateway.era)) },
  }
  const planned = planCompletion(known, job.gateway, now)
  const notes = [...planned.notes, ...clockNotes(run, now), ...remarks]
  const plan = await tryBeforehand({ ...planned, notes }, job)
  return proceed({ plan, purpose: { kind: 'completion', resumption }, seen: new Map() }, job)
}

/** Takes an unfinished run back by a run of its own, and then gives it its end. */
async function takeBack(run: RecordedRun, job: Job): Promise<Ended> {
  const { journal, watch } = job
  const options = { ...job.options, canary: false }
  const back = { ...job, options }
  const proposal = await proposeReversal([run], back)
  const ended = await proceed(proposal, back)
  const partly = options.only.length > 0 || options.except.length > 0
  if (options.dryRun || partly || !isTakenBack(proposal.plan, ended.report)) return ended
  try {
    await closeRun(journal, run)
    watch({ kind: 'closed', run })
    return ended
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    watch({ kind: 'unclosed', run, reason: error.message })
    return { ...ended, lacksEnd: true }
  }
}

/**
 * Finds out what became of an unfinished run, and finishes it, takes it back or leaves it, as was said or is
 * decided. Where it is left, nothing else is begun: a second run beside it could not be told from it. `named`: the run
 * that was asked to be taken back, `null` where none was. Throws as `investigate` does, `no-database`, and where its journal
 * is not to be believed, or not on its word alone.
 */
export async function attend(
  unfinished: RecordedRun,
  named: RecordedRun | null,
  job: Job,
): Promise<JobResult> {
  const { gateway, journal, options, person, watch } = job
  requireDatabaseFor(unfinished, gateway, 'all')
  const remarks = await requireBelievable(unfinished, options)
  await requireFilesNamed(unfinished, options)
  const planned = unfinished.changes.map(({ change }) => change)
  requireVouched(unfinished, planned, isSaid(job))
  watch({ kind: 'investigating', run: unfinished })
  const record = options.dryRun ? null : journal
  const resumption = await investigate(unfinished, gateway, patienceMs(job), record)
  const { run } = resumption
  watch({ kind: 'investigated', resumption })
  if (named?.id === run.id) return takeBack(run, job)
  const choice = options.unfinished ?? (await person.decide(resumption))
  if (choice === 'leave') {
    watch({ kind: 'left', run })
    return null
  }
  const goesBack = wasTakingBack(run)
  // What was being taken back goes on under the consent that the run had.
  const accept = goesBack ? CONSENTS : options.accept
  // A run that was cut short goes its way as a whole, whatever the options select.
  const whole = { ...job, options: { ...options, only: [], except: [], accept } }
  return choice === 'finish' && !goesBack ? finish(resumption, remarks, whole) : takeBack(run, whole)
}
