import { gatewayKey } from '../../core/rule/address.ts'
import { MigrateError } from '../../core/errors.ts'
import { isUnfinished, type RecordedRun } from '../../journal/fold.ts'
import type { Journal, JournalProblem } from '../../journal/port.ts'

/** The runs of a gateway that have no end, newest first, and what in the journal cannot be read and may hide another. */
export async function unfinishedRuns(
  journal: Journal,
  gatewayUrl: string,
): Promise<{ runs: RecordedRun[]; problems: JournalProblem[] }> {
  try {
    const { runs, problems } = await journal.runs()
    const unfinished = runs.filter(
      (run) => isUnfinished(run) && gatewayKey(run.started.gateway.url) === gatewayKey(gatewayUrl),
    )
    return { runs: unfinished.toReversed(), problems }
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    const { location: file } = journal
    return { runs: [], problems: [{ code: 'journal-damaged', file, line: null, message: error.message }] }
  }
}
