import { optionsToRevert } from '../../core/plan/consent.ts'
import { MigrateError } from '../../core/errors.ts'
import { printable } from '../../core/show/text.ts'
import { problemError } from '../../journal/damage.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { lockHolder } from '../../journal/lock.ts'
import { unfinishedRuns } from '../../runs/recover/find-run.ts'
import { mend } from '../../runs/verify/check.ts'
import { hintLines } from '../render/layout.ts'
import { mainCommands, type Way } from './way.ts'

type BeforeConnecting = Omit<Way, 'gateway'>

async function remarkOnUnfinished(run: RecordedRun, url: string, way: BeforeConnecting): Promise<void> {
  const { terminal, look } = way.context
  const holder = await lockHolder(url).catch(() => null)
  const text = holder
    ? `! A run against this gateway is under way (${holder.user} on ${holder.host}, process ${holder.pid}, since ${holder.since}).`
    : `! Run ${run.id} of ${run.startedAt} did not finish. ${bothWays(run, url, way)}`
  terminal.warn(look.paint('yellow', hintLines(text, look.width)))
}

/** The commands that finish a run or take it back, in words. */
export function bothWays(run: RecordedRun, url: string, way: BeforeConnecting): string {
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

/** Somebody has to say what should happen to it: an option, the run's own name, or an answer. */
function refuse(run: RecordedRun, url: string, way: BeforeConnecting): never {
  const { user, host } = run.started
  throw new MigrateError(
    'run-interrupted',
    `Run ${run.id} of ${run.startedAt}, by ${printable(`${user} on ${host}`)}, did not finish, so nothing else is started`,
    bothWays(run, url, way),
  )
}

/**
 * Looks for a run of this gateway that has no end. Returns it where this invocation can say what should happen to
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
