import type { Plan } from '../../core/plan.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { FileJournal } from '../../journal/file-journal.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import { findRun, planReversal } from '../../runs/revert.ts'
import { type Context, journalFor } from '../context.ts'
import type { MainOptions } from '../options.ts'
import { readProgress } from '../progress.ts'
import { type Conclusion, conclude, requireConsent, requireJournal } from './carry-out.ts'
import { gatewayUrl, openGateway } from './session.ts'

function heading(run: RecordedRun, { gateway }: Plan): string {
  const what = run.started.reverts === null ? 'a migration' : `which took back ${run.started.reverts}`
  const again = run.started.reverts === null ? '' : ' This does it again.'
  return `Taking back run ${run.id} of ${run.startedAt}, ${what}, on LiteLLM ${gateway.version ?? '(release unknown)'} at ${gateway.url}, ${gateway.account}.${again}`
}

/** Plans and carries out the reversal of a run on a gateway that is open. */
export async function revertRun(
  gateway: Gateway,
  run: RecordedRun,
  journal: FileJournal,
  options: MainOptions,
  context: Context,
): Promise<Conclusion> {
  const plan = await planReversal(gateway, {
    run,
    selection: options,
    createdAt: new Date().toISOString(),
    onRead: readProgress(context.terminal, gateway.era.probeSeconds),
  })
  const nothing = 'Nothing to take back: no server holds what this run wrote.'
  return conclude({ plan, gateway, journal, options, heading: heading(run, plan), nothing }, context)
}

/** `--revert [RUN]`: the same diff, question, apply and journal, the other way. Returns the exit code. */
export async function revert(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  const journal = journalFor(options, context.env)
  const named = typeof options.revert === 'string' ? await findRun(journal, options.revert, null) : null
  const url = await gatewayUrl(options, context, named?.started.gateway.url ?? null)
  const run = named ?? (await findRun(journal, null, url))
  await requireJournal(journal, options, context)
  const gateway = await openGateway(options, url, context)
  return (await revertRun(gateway, run, journal, options, context)).code
}
