import { MigrateError } from '../../core/errors.ts'
import type { FileJournal } from '../../journal/file-journal.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { findNamedRun, runsToRevert } from '../../runs/find-run.ts'
import { type Context, journalFor } from '../context.ts'
import type { MainOptions } from '../options.ts'
import { commandFor } from '../undo-command.ts'
import { requireConsent, requireJournal } from './carry-out.ts'
import { revertRun } from './reversal.ts'
import { gatewayUrl, openGateway, underLock } from './session.ts'
import { attendTo, noticeUnfinished } from './unfinished.ts'

/** After a revert that was stopped half way, "the newest run" would go forward again: nobody means that unasked. */
function refuseStopped(
  [newest]: readonly RecordedRun[],
  url: string,
  journal: FileJournal,
  options: MainOptions,
): void {
  const taken = newest?.started.reverts ?? null
  if (!newest || taken === null || newest.halted === null) return
  const command = (run: string): string => commandFor(['--revert', run], url, journal, options)
  throw new MigrateError(
    'run-interrupted',
    `The newest run, ${newest.id}, was taking back ${taken} and was stopped`,
    `To go on taking back:\n${command(taken)}\nTo undo what it did:\n${command(newest.id)}`,
  )
}

/** `--revert [RUN]`: the same diff, question, apply and journal, the other way. Returns the exit code. */
export async function revert(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  const journal = journalFor(options, context.env)
  const findNamed = async (): Promise<RecordedRun | null> =>
    typeof options.revert === 'string' ? findNamedRun(journal, options.revert) : null
  const url = await gatewayUrl(options, context, (await findNamed())?.started.gateway.url ?? null)
  await requireJournal(journal, options, context)
  return underLock(url, options, async () => {
    // Only now nobody else can be writing to that run.
    const named = await findNamed()
    const unfinished = await noticeUnfinished(url, named, { journal, options, context })
    const newest = async (): Promise<RecordedRun[]> => {
      const found = await runsToRevert(journal, url)
      refuseStopped(found, url, journal, options)
      return found
    }
    const found = named ? [named] : unfinished ? [] : await newest()
    const gateway = await openGateway(options, url, context)
    const way = { gateway, journal, options, context }
    return (await (unfinished ? attendTo(unfinished, named, way) : revertRun(found, way))).code
  })
}
