import { optionsToFinish, optionsToRevert } from '../../core/plan/back/options.ts'
import { MigrateError } from '../../core/errors.ts'
import type { CommandMaker } from '../../core/show/own-command.ts'
import { aheadOfClock } from '../../core/run/order.ts'
import { printable } from '../../core/show/text.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { lockHolder, lockPlace } from '../../journal/lock.ts'
import type { Journal } from '../../journal/port.ts'
import { noticeUnfinished } from '../../runs/job/notice.ts'
import { mend } from '../../core/show/remedy.ts'
import { type Invoked, mainCommands, mayAsk } from '../context.ts'
import { problemLines, warningLines } from '../render/layout.ts'
import { localTime } from '../render/local-time.ts'

/** The commands that finish a run or take it back, in words. */
export function bothWays(run: RecordedRun, own: CommandMaker, invoked: Invoked): string {
  const { changes } = run.started
  const consent = mayAsk(invoked) ? [] : ['--yes']
  return [
    mend(
      'Both ways ask the gateway first what was written. To complete it:',
      own('unfinished', 'finish', ...consent, ...optionsToFinish(changes, run.head)),
    ),
    // By its name: where it was taken back meanwhile, that finds nothing to do, and begins nothing else.
    mend(
      'To take it back:',
      invoked.options.sandbox
        ? own('unfinished', 'revert', ...consent)
        : own('revert', run.id, ...consent, ...optionsToRevert(changes, run.head)),
    ),
  ].join('\n')
}

/** The ways, and before them what is odd about the time of the run. */
function waysFor(run: RecordedRun, url: string, invoked: Invoked): string {
  const ahead = aheadOfClock(run, new Date().toISOString())
  const ways = bothWays(run, mainCommands(url, invoked), invoked)
  return ahead === null ? ways : `${printable(ahead)}\n${ways}`
}

async function mention(run: RecordedRun, url: string, invoked: Invoked): Promise<void> {
  const { env, terminal, look } = invoked.context
  // A lock that cannot be looked at says nothing here; a run that needs it says so.
  const holder = await lockHolder(url, lockPlace(env)).catch(() => null)
  const underWay =
    holder &&
    `A run against this gateway is under way (${holder.user} on ${holder.host}, process ${holder.pid}, since ${localTime(holder.since)}).`
  // Another user's run is hardly the one in this journal.
  const unfinished =
    !holder?.isOwn &&
    `Run ${run.id} of ${localTime(run.startedAt)} did not finish. ${waysFor(run, url, invoked)}`
  for (const text of [underWay, unfinished])
    if (text) terminal.warn(look.paint('yellow', warningLines(text, look)))
}

/** Somebody has to say what should happen to it: an option, the run's own name, or an answer. */
function refuse(run: RecordedRun, url: string, invoked: Invoked): never {
  const { user, host } = run.started
  throw new MigrateError(
    'run-interrupted',
    `Run ${run.id} of ${localTime(run.startedAt)}, by ${printable(`${user} on ${host}`)}, did not finish, so nothing else is started`,
    waysFor(run, url, invoked),
  )
}

/**
 * Looks for a run of this gateway that has no end, and tells of it. Returns it where it has to be attended to; `null`
 * where there is none, or a dry run only tells of it. Throws `run-interrupted` where nobody can be asked, and else as
 * the job's own look does.
 */
export async function unfinishedOf(
  url: string,
  named: RecordedRun | null,
  { journal, ...invoked }: Invoked & { journal: Journal },
): Promise<RecordedRun | null> {
  const { options, context } = invoked
  const asks = mayAsk(invoked)
  const { found, problems } = await noticeUnfinished(journal, url, { options, named, asks })
  for (const problem of problems) context.terminal.warn(problemLines(problem, context.look))
  if (!found) return null
  if (found.means === 'refuse') return refuse(found.run, url, invoked)
  if (found.means === 'attend') return found.run
  await mention(found.run, url, invoked)
  return null
}
