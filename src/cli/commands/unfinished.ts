import { consent, optionsToRevert } from '../../core/consent.ts'
import { MigrateError } from '../../core/errors.ts'
import { serversIn } from '../../core/plan.ts'
import { count, printable } from '../../core/text.ts'
import { problemError } from '../../journal/damage.ts'
import { lockHolder } from '../../journal/lock.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { requireDatabaseFor } from '../../runs/needs-database.ts'
import {
  closeRun,
  investigate,
  isTakenBack,
  planCompletion,
  unfinishedRuns,
  wasTakingBack,
} from '../../runs/recover.ts'
import type { Resumption } from '../../runs/run.ts'
import { mend } from '../../runs/verify/check.ts'
import { exitForError } from '../exit.ts'
import { tryBeforehand } from '../looking.ts'
import { hintLines } from '../render/layout.ts'
import { chooseForUnfinished, describeUnfinished } from '../unfinished-choice.ts'
import { conclude, requireCanary } from './carry-out.ts'
import { revertRun } from './reversal.ts'
import { type Conclusion, mainCommands, patience, type Way } from './way.ts'

type BeforeConnecting = Omit<Way, 'gateway'>

async function remarkOnUnfinished(run: RecordedRun, url: string, way: BeforeConnecting): Promise<void> {
  const { terminal, look } = way.context
  const holder = await lockHolder(url).catch(() => null)
  const text = holder
    ? `! A run against this gateway is under way (${holder.user} on ${holder.host}, process ${holder.pid}, since ${holder.since}).`
    : `! Run ${run.id} of ${run.startedAt} did not come to its end. ${bothWays(run, url, way)}`
  terminal.warn(look.paint('yellow', hintLines(text, look.width)))
}

/** The commands that finish a run or take it back, in words. */
function bothWays(run: RecordedRun, url: string, way: BeforeConnecting): string {
  const own = mainCommands(url, way)
  const consents = optionsToRevert(run.changes.map(({ change }) => change))
  const asks = way.context.terminal.interactive && !way.options.yes
  const consent = asks ? [] : ['--yes']
  return [
    mend(
      'Both ways ask the gateway first what was written. To complete it:',
      own('unfinished', 'finish', ...consent),
    ),
    // By its name: where it was taken back meanwhile, that finds nothing to do, and begins nothing else.
    mend('To take it back:', own('revert', run.id, ...consent, ...consents)),
  ].join('\n')
}

/** Somebody has to say what is to become of it: an option, the run's own name, or an answer. */
function refuse(run: RecordedRun, url: string, way: BeforeConnecting): never {
  const { user, host } = run.started
  throw new MigrateError(
    'run-interrupted',
    `Run ${run.id} of ${run.startedAt}, by ${printable(`${user} on ${host}`)}, did not come to its end, so nothing else is begun`,
    bothWays(run, url, way),
  )
}

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

/**
 * Looks for a run of this gateway that has no end. Returns it where this invocation can say what is to become of
 * it; `null` where there is none. Throws `run-interrupted` where nobody can be asked, and `journal-damaged` or
 * `journal-newer` where --unfinished was given and what cannot be read may hide such a run.
 */
export async function noticeUnfinished(
  url: string,
  named: RecordedRun | null,
  way: BeforeConnecting,
): Promise<RecordedRun | null> {
  const { journal, options, context } = way
  const { terminal } = context
  const { runs, problems } = await unfinishedRuns(journal, url)
  const [newest] = runs
  if (!newest && problems[0] !== undefined && options.unfinished !== undefined)
    throw problemError(problems[0], 'Whether a run is unfinished cannot be told for certain.')
  for (const { message } of problems) terminal.warn(`! ${message}`)
  if (!newest) return null
  // The newest goes first: an older one cannot be told apart any more from what the newer one did.
  if (options.unfinished !== undefined || named?.id === newest.id) return newest
  if (options.dryRun) {
    await remarkOnUnfinished(newest, url, way)
    return null
  }
  return terminal.interactive && !options.yes ? newest : refuse(newest, url, way)
}

/** Why finishing a run writes nothing: all of it is done, or what is there now is somebody else's, or nobody's to tell. */
function nothingLeft(settled: Resumption['settled']): string {
  const others = serversIn(settled.filter(({ outcome }) => outcome === 'drifted' || outcome === 'unknown'))
  return others === 0
    ? `Nothing is left to write: its ${serversIn(settled) === 1 ? 'server was' : 'servers were'} reached before it was cut short.`
    : `Nothing is written: ${count(others, 'server is', 'servers are')} not as the run left ${others === 1 ? 'it' : 'them'}, and stay${others === 1 ? 's' : ''} so.`
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
    context.terminal.remark(`Run ${run.id} has its end in the journal now.`)
    return conclusion
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    context.terminal.warn(`Run ${run.id} still has no end in the journal: ${error.message}`)
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
  if (wasTakingBack(run)) whole.options.accept = consent.options
  return choice === 'finish' && !wasTakingBack(run) ? finish(resumption, whole) : takeBack(run, whole)
}
