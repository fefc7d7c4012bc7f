import { optionsToRevert } from '../../core/plan/consent.ts'
import { MigrateError } from '../../core/errors.ts'
import type { CommandMaker } from '../../core/show/own-command.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { findNamedRun, runsToRevert } from '../../runs/recover/find-run.ts'
import { mend } from '../../core/show/remedy.ts'
import { type Context, journalFor, mainCommands } from '../context.ts'
import type { MainOptions } from './main.ts'
import { ownCommands } from '../own-command.ts'
import { unfinishedOf } from '../job/notice-unfinished.ts'
import { requireConsent, requireJournal } from '../job/requirements.ts'
import { gatewayUrl, openGateway, underLock } from '../connect/session.ts'

/** After a revert that was stopped half way, "the newest run" would go forward again: nobody means that unasked. */
function refuseStopped([newest]: readonly RecordedRun[], own: CommandMaker): void {
  const taken = newest?.started.reverts ?? null
  if (!newest || taken === null || newest.halted === null) return
  const consents = optionsToRevert(newest.started.changes)
  throw new MigrateError(
    'run-interrupted',
    `The newest run, ${newest.id}, was taking back ${taken} and was stopped`,
    `${mend('To go on taking back:', own('revert', taken, ...consents))}\n${mend('To undo what it did:', own('revert', newest.id, ...consents))}`,
  )
}

/** `--revert [RUN]`: the same diff, question, apply and journal, the other way. Returns the exit code. */
export async function revert(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  const journal = journalFor(options, context.env)
  const list = ownCommands(options, { context, invoked: 'revert', url: null })
  const findNamed = async (): Promise<RecordedRun | null> =>
    typeof options.revert === 'string' ? findNamedRun(journal, options.revert, list('history')) : null
  const url = await gatewayUrl(options, context, (await findNamed())?.started.gateway.url ?? null)
  await requireJournal(journal, options, context)
  return underLock(url, options, async () => {
    // Only now nobody else can be writing to that run.
    const named = await findNamed()
    const unfinished = await unfinishedOf(url, named, { journal, options, context })
    const newest = async (): Promise<RecordedRun[]> => {
      const found = await runsToRevert(journal, url)
      refuseStopped(found, mainCommands(url, { options, context }))
      return found
    }
    const found = named ? [named] : unfinished ? [] : await newest()
    const gateway = await openGateway(options, url, context)
    const { doMainJob } = await import('../job/job.ts')
    const connected = { gateway, journal, options, context }
    if (unfinished) return doMainJob({ kind: 'attend', unfinished, named }, connected)
    return doMainJob({ kind: 'revert', runs: found }, connected)
  })
}
