import { optionsToRevert } from '../../core/plan/back/options.ts'
import { MigrateError } from '../../core/errors.ts'
import type { CommandMaker } from '../../core/show/own-command.ts'
import { isUnfinished, type RecordedRun } from '../../journal/fold.ts'
import type { Journal } from '../../journal/port.ts'
import { mayBeElsewhere } from '../../runs/recover/elsewhere.ts'
import { findNamedRun, runsToRevert } from '../../runs/recover/find-run.ts'
import { mend } from '../../core/show/remedy.ts'
import { type Context, type Invoked, journalFor, mainCommands } from '../context.ts'
import type { MainOptions } from './main.ts'
import { ownCommands } from '../own-command.ts'
import { unfinishedOf } from '../job/notice-unfinished.ts'
import { requireConfig, requireConsent, requireJournal } from '../job/requirements.ts'
import { gatewayUrl, openGateway, underLock, underLockOf } from '../connect/session.ts'

/** After a revert that was stopped half way, "the newest run" would go forward again: nobody means that unasked. */
function refuseStopped(runs: readonly RecordedRun[], own: CommandMaker): void {
  const [newest] = runs
  const taken = newest?.started.reverts ?? null
  if (!newest || taken === null || newest.halted === null) return
  const { changes } = newest.started
  const first = runs.find(({ id }) => id === taken)
  const back = optionsToRevert(changes, first?.head ?? null)
  throw new MigrateError(
    'run-interrupted',
    `The newest run, ${newest.id}, was taking back ${taken} and was stopped`,
    `${mend('To go on taking back:', own('revert', taken, ...back))}\n${mend('To undo what it did:', own('revert', newest.id, ...optionsToRevert(changes, newest.head)))}`,
  )
}

/**
 * The runs that --revert without a name may take back, newest first; as a value, that there is none, where runs of other
 * addresses may be about this gateway: only the gateway can tell.
 */
async function newestOf(
  url: string,
  { journal, ...invoked }: Invoked & { journal: Journal },
): Promise<RecordedRun[] | MigrateError> {
  try {
    const found = await runsToRevert(journal, url)
    refuseStopped(found, mainCommands(url, invoked))
    return found
  } catch (error) {
    const isMissing = error instanceof MigrateError && error.code === 'run-not-found'
    if (isMissing && (await mayBeElsewhere(journal, url))) return error
    throw error
  }
}

/** `--revert [RUN]`: the same diff, question, apply and journal, the other way. Returns the exit code. */
export async function revert(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  requireConfig(options)
  const known = await (await import('../../files/migrations.ts')).namedMigrations(options.migration)
  const journal = journalFor(options, context)
  const list = ownCommands(options, { context, invoked: 'revert', url: null })
  const findNamed = async (): Promise<RecordedRun | null> =>
    typeof options.revert === 'string' ? findNamedRun(journal, options.revert, list('history')) : null
  const madeAt = (await findNamed())?.started.gateway.url ?? null
  const url = await gatewayUrl(options, context, madeAt)
  await requireJournal(journal, options, context)
  const act = async (): Promise<number> => {
    // Only now nobody else can be writing to that run.
    const named = await findNamed()
    const own = await unfinishedOf(url, named, { journal, options, context })
    // One that was made through another address is not among those of this one.
    const unfinished = own ?? (named && isUnfinished(named) ? named : null)
    const runs = named ? [named] : unfinished ? [] : await newestOf(url, { journal, options, context })
    const gateway = await openGateway(options, url, context)
    const connected = { gateway, journal, options, context, known }
    if (runs instanceof MigrateError)
      throw await (await import('../job/elsewhere.ts')).orElsewhere(runs, connected)
    const { doMainJob } = await import('../job/job.ts')
    if (unfinished) return doMainJob({ kind: 'attend', unfinished, named }, connected)
    return doMainJob({ kind: 'revert', runs }, connected)
  }
  return underLock(url, { options, context }, () =>
    underLockOf({ url: madeAt ?? url, here: url }, { options, context }, act),
  )
}
