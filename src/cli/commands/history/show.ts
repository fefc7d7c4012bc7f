import { normaliseGatewayUrl } from '../../../gateway/connect/gateway-url.ts'
import { runsOf } from '../../../journal/fold.ts'
import { findNamedRun } from '../../../runs/recover/find-run.ts'
import { type Context, journalFor, requireNamedJournal } from '../../context.ts'
import { ownCommands } from '../../own-command.ts'
import { renderCheck } from '../../render/history/check.ts'
import { type History, historyDocument } from '../../render/history/document.ts'
import { renderHistory, renderOneRun } from '../../render/history/runs.ts'
import { type HistoryOptions, USUAL_RUNS } from '../history.ts'

/** What is to be shown: the run that is named alone, or the newest of the runs, of one gateway where that is named. */
function chosen(
  read: History,
  named: History['runs'][number] | null,
  { limit, json, check }: HistoryOptions,
  url: string | null,
): { shown: History; older: number } {
  if (named) return { shown: { runs: [named], problems: [] }, older: 0 }
  const runs = url === null ? read.runs : runsOf(read.runs, url)
  // A document has every run, and a check is of every one.
  const most = limit ?? (json || check ? runs.length : USUAL_RUNS)
  const older = Math.max(0, runs.length - most)
  return { shown: { runs: runs.slice(older), problems: read.problems }, older }
}

/** `history [RUN]`: the runs in the journal, or one in full; with `--check` whether it is intact. Returns the exit code. */
export async function history(options: HistoryOptions, context: Context): Promise<number> {
  const { terminal, look } = context
  const journal = journalFor(options, context)
  const own = (url: string | null) =>
    ownCommands({ journal: options.journal }, { context, invoked: 'history', url })
  requireNamedJournal(journal, options)
  const read = await journal.runs()
  const list = own(null)
  const run = options.run === undefined ? null : await findNamedRun(journal, options.run, list('history'))
  const url = options.url === undefined ? null : normaliseGatewayUrl(options.url)
  const { shown, older } = chosen(read, run, options, url)
  const telling = { look, all: read.runs, own }
  if (options.json)
    terminal.document(historyDocument(shown, read.runs, { detailed: run !== null, checked: options.check }))
  else if (options.check) terminal.print(renderCheck(shown, journal.location, look))
  else if (run) terminal.print(renderOneRun(run, telling))
  else {
    const here = url === null ? [] : ['--url', url]
    const command = list('history', ...here, '--limit', String(shown.runs.length + older))
    const place = { location: journal.location, url, older: { runs: older, command } }
    terminal.print(renderHistory(shown, place, telling))
  }
  return options.check && shown.problems.length > 0 ? 1 : 0
}
