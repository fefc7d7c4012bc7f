import { findNamedRun } from '../../../runs/recover/find-run.ts'
import { type Context, journalFor, requireNamedJournal } from '../../context.ts'
import { ownCommands } from '../../own-command.ts'
import { renderCheck } from '../../render/history/check.ts'
import { historyDocument } from '../../render/history/document.ts'
import { renderHistory, renderOneRun } from '../../render/history/runs.ts'
import type { HistoryOptions } from '../history.ts'

/** `history [RUN]`: the runs in the journal, or one in full; with `--check` whether it is intact. Returns the exit code. */
export async function history(options: HistoryOptions, context: Context): Promise<number> {
  const { terminal, look } = context
  const journal = journalFor(options, context)
  const own = (url: string | null) =>
    ownCommands({ journal: options.journal }, { context, invoked: 'history', url })
  requireNamedJournal(journal, options)
  const read = await journal.runs()
  const run =
    options.run === undefined ? null : await findNamedRun(journal, options.run, own(null)('history'))
  const shown = run ? { runs: [run], problems: [] } : read
  const code = options.check && shown.problems.length > 0 ? 1 : 0
  if (options.json)
    terminal.document(historyDocument(shown, read.runs, { detailed: run !== null, checked: options.check }))
  else if (options.check) terminal.print(renderCheck(shown, journal.location, look))
  else
    terminal.print(
      run ? renderOneRun(run, read.runs, look, own) : renderHistory(read, journal.location, look, own),
    )
  return code
}
