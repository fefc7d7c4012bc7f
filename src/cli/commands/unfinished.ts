import { CONSENTS } from '../../core/plan/consent.ts'
import { MigrateError } from '../../core/errors.ts'
import { serversIn } from '../../core/plan/plan.ts'
import { count } from '../../core/show/text.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { requireDatabaseFor } from '../../runs/recover/needs-database.ts'
import {
  closeRun,
  investigate,
  isTakenBack,
  planCompletion,
  wasTakingBack,
} from '../../runs/recover/recover.ts'
import type { Resumption } from '../../runs/apply/run.ts'
import { exitForError } from '../exit.ts'
import { tryBeforehand } from '../looking.ts'
import { hintLines } from '../render/layout.ts'
import { chooseForUnfinished, describeUnfinished } from '../ask/unfinished.ts'
import { conclude } from './carry-out.ts'
import { bothWays } from './notice-unfinished.ts'
import { requireCanary } from './requirements.ts'
import { revertRun } from './reversal.ts'
import { type Conclusion, patience, type Way } from './way.ts'

/** It is left as it is, and its commands are named once more. */
function leave(run: RecordedRun, way: Way): Conclusion {
  const { terminal, look } = way.context
  terminal.warn(
    hintLines(
      `Left as it is; nothing was written. ${bothWays(run, way.gateway.identity.url, way)}`,
      look.width,
    ),
  )
  return { code: exitForError('run-interrupted', false), report: null }
}

/** Why finishing a run writes nothing: all of it is done, or what is there now is somebody else's, or nobody's to tell. */
function nothingLeft(settled: Resumption['settled']): string {
  const others = serversIn(settled.filter(({ outcome }) => outcome === 'drifted' || outcome === 'unknown'))
  return others === 0
    ? `Nothing is left to write: its ${serversIn(settled) === 1 ? 'server was' : 'servers were'} reached before it was cut short.`
    : `Nothing is written: ${count(others, 'server is', 'servers are')} not as the run left ${others === 1 ? 'it' : 'them'}, and stay${others === 1 ? 's' : ''} that way.`
}

async function finish(resumption: Resumption, way: Way): Promise<Conclusion> {
  requireCanary(way)
  const { run, settled } = resumption
  const plan = await tryBeforehand(planCompletion(resumption, way.gateway, new Date().toISOString()), way)
  const heading = `Finishing run ${run.id} of ${run.startedAt} on LiteLLM ${plan.gateway.version ?? '(release unknown)'} at ${plan.gateway.url}`
  const nothing = nothingLeft(settled)
  return conclude({ plan, heading, nothing, resumption }, way)
}

/** Takes an unfinished run back by a run of its own, and then gives it its end. */
async function takeBack(run: RecordedRun, way: Way): Promise<Conclusion> {
  const { journal, context } = way
  const options = { ...way.options, canary: false }
  const { plan, ...conclusion } = await revertRun([run], { ...way, options })
  const partly = options.only.length > 0 || options.except.length > 0
  if (options.dryRun || partly || !isTakenBack(plan, conclusion.report)) return conclusion
  try {
    await closeRun(journal, run)
    context.terminal.remark(`Run ${run.id} is marked as ended in the journal now.`)
    return conclusion
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    context.terminal.warn(`Run ${run.id} is still not marked as ended in the journal: ${error.message}`)
    return { ...conclusion, code: conclusion.code === 0 ? 4 : conclusion.code }
  }
}

/**
 * Finds out what became of an unfinished run, and finishes it, takes it back or leaves it, as was said or is
 * answered. Where it is left, nothing else is begun: a second run beside it could not be told from it.
 */
export async function attendTo(
  unfinished: RecordedRun,
  named: RecordedRun | null,
  way: Way,
): Promise<Conclusion> {
  const { gateway, journal, options, context } = way
  const { terminal } = context
  requireDatabaseFor(unfinished, gateway, 'all')
  terminal.progress(`Asking the gateway what became of run ${unfinished.id}`)
  const record = options.dryRun ? null : journal
  const resumption = await investigate(unfinished, gateway, patience(gateway, options), record)
  const { run } = resumption
  terminal.settle()
  if (!options.json) terminal.remark(describeUnfinished(resumption, context))
  if (named?.id === run.id) return takeBack(run, way)
  const choice = options.unfinished ?? (await chooseForUnfinished(resumption, context))
  if (choice === 'leave') return leave(run, way)
  // A run that was cut short goes its way as a whole, whatever this invocation selects.
  const whole = { ...way, options: { ...options, only: [], except: [] } }
  // What was being taken back goes on under the consent that the run had.
  if (wasTakingBack(run)) whole.options.accept = [...CONSENTS]
  return choice === 'finish' && !wasTakingBack(run) ? finish(resumption, whole) : takeBack(run, whole)
}
