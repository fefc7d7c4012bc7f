import type { RecordedRun } from '../../journal/fold.ts'
import { findNamedRun, runsToRevert } from '../../runs/find-run.ts'
import { type Context, journalFor } from '../context.ts'
import type { MainOptions } from '../options.ts'
import { requireConsent, requireJournal } from './carry-out.ts'
import { revertRun } from './reversal.ts'
import { gatewayUrl, openGateway, underLock } from './session.ts'
import { attendTo, noticeUnfinished } from './unfinished.ts'

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
    const found = named ? [named] : unfinished ? null : await runsToRevert(journal, url)
    const gateway = await openGateway(options, url, context)
    const way = { gateway, journal, options, context }
    const attended = unfinished && (await attendTo(unfinished, named, way))
    return (attended ?? (await revertRun(found ?? (await runsToRevert(journal, url)), way))).code
  })
}
