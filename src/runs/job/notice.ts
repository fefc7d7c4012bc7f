import { problemError } from '../../journal/damage.ts'
import type { RecordedRun } from '../../journal/fold.ts'
import type { Journal, JournalProblem } from '../../journal/port.ts'
import { unfinishedRuns } from '../recover/find-run.ts'
import type { JobOptions } from './context.ts'

/** What this invocation can say of an unfinished run. */
export interface Saying {
  options: Pick<JobOptions, 'unfinished' | 'dryRun'>
  /** The run that is asked to be taken back, `null` where none is. */
  named: RecordedRun | null
  /** Is there a person to decide? */
  asks: boolean
}

/**
 * The newest run of a gateway that has no end, and what that means. `attend`: it has to be ended, and somebody can say
 * how; `mention`: a dry run goes on all the same; `refuse`: nobody can say how, and nothing else may be begun.
 */
export interface Noticed {
  found: { run: RecordedRun; means: 'attend' | 'mention' | 'refuse' } | null
  /** What in the journal cannot be read, and may hide such a run. */
  problems: JournalProblem[]
}

/**
 * Looks for a run of this gateway that has no end. Throws `journal-damaged` or `journal-newer` where it was said what is to
 * become of one, none is found, and what cannot be read may hide it.
 */
export async function noticeUnfinished(
  journal: Journal,
  url: string,
  { options, named, asks }: Saying,
): Promise<Noticed> {
  const { runs, problems } = await unfinishedRuns(journal, url)
  // The newest goes first: an older one cannot be told apart any more from what the newer one did.
  const [run] = runs
  if (!run && problems[0] !== undefined && options.unfinished !== undefined)
    throw problemError(problems[0], 'Whether a run is unfinished cannot be told for certain.')
  if (!run) return { found: null, problems }
  const isSaid = options.unfinished !== undefined || named?.id === run.id
  const otherwise = options.dryRun ? 'mention' : asks ? 'attend' : 'refuse'
  return { found: { run, means: isSaid ? 'attend' : otherwise }, problems }
}
