import { printableJson } from '../../core/text.ts'
import { findNamedRun } from '../../runs/find-run.ts'
import { type Context, journalFor } from '../context.ts'
import { historyDocument, renderHistory, renderOneRun } from '../render/history.ts'

/** Options of `history`. */
export interface HistoryOptions {
  journal?: string | undefined
  json?: boolean | undefined
}

/** `history [RUN]`: the runs in the journal, or one in full. Returns the exit code. */
export async function history(
  named: string | null,
  options: HistoryOptions,
  { env, terminal, look }: Context,
): Promise<number> {
  const journal = journalFor({ journal: options.journal }, env)
  const read = await journal.runs()
  const run = named === null ? null : await findNamedRun(journal, named)
  if (options.json) {
    const shown = run ? { runs: [run], problems: [] } : read
    terminal.print(printableJson(historyDocument(shown, read.runs, run !== null)))
    return 0
  }
  terminal.print(run ? renderOneRun(run, read.runs, look) : renderHistory(read, journal.location, look))
  return 0
}
