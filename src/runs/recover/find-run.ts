import { basename } from 'node:path'
import { MigrateError } from '../../core/errors.ts'
import { redactText } from '../../core/show/redact.ts'
import { problemError, readableRuns } from '../../journal/damage.ts'
import { isUnfinished, type RecordedRun, runsOf, wroteSomething } from '../../journal/fold.ts'
import type { Journal, JournalProblem } from '../../journal/port.ts'
import { mend } from '../../core/show/remedy.ts'

/**
 * The run whose id begins with `prefix`; `list` is the command that lists all runs. Throws `run-not-found`, also where
 * several begin with it, `journal-damaged` or `journal-newer` when a run of that name cannot be read, and `journal-unsafe`
 * when it is not trusted.
 */
export async function findNamedRun(journal: Journal, prefix: string, list: string): Promise<RecordedRun> {
  const { runs, problems } = await journal.runs()
  const damaged = problems.find(({ file }) => basename(file).startsWith(prefix))
  if (damaged) throw problemError(damaged, null)
  const found = runs.filter(({ id }) => id.startsWith(prefix))
  const [only] = found
  if (only && found.length === 1) return only
  const unsafe = problems.find(({ code }) => code === 'journal-unsafe')
  if (unsafe && !only) throw problemError(unsafe, null)
  const which = found.length > 1 ? `${found.length} runs begin with` : 'no run begins with'
  throw new MigrateError(
    'run-not-found',
    `In the journal in ${journal.location}, ${which} ${redactText(prefix)}`,
    mend('The runs of all gateways are listed by:', list),
  )
}

/** What may have gone wrong where a gateway has no run to take back: another gateway, or another journal, was meant. */
function whereElse(runs: readonly RecordedRun[], gatewayUrl: string): string {
  const own = new Set(runsOf(runs, gatewayUrl))
  const others = new Set(runs.filter((run) => !own.has(run)).map(({ started }) => started.gateway.url))
  return others.size > 0
    ? `It has runs of ${[...others].join(', ')}. Did you mean another --url?`
    : 'Did the run use another --journal?'
}

/**
 * The runs of this gateway that wrote something, or may have, newest first, reverts included. Throws
 * `run-not-found` when there is none, and `journal-damaged` or `journal-newer` when what cannot be read hides which is
 * newest.
 */
export async function runsToRevert(journal: Journal, gatewayUrl: string): Promise<RecordedRun[]> {
  const { runs, problems } = await journal.runs()
  const [damaged] = problems
  if (damaged) {
    throw problemError(
      damaged,
      'Which run is the newest cannot be told for certain; name the one to take back: --revert RUN.',
    )
  }
  const found = runsOf(runs, gatewayUrl).filter(wroteSomething).toReversed()
  if (found.length > 0) return found
  throw new MigrateError(
    'run-not-found',
    `The journal in ${journal.location} knows no run of ${gatewayUrl} that wrote something`,
    whereElse(runs, gatewayUrl),
  )
}

/** The runs of a gateway that have no end, newest first, and what in the journal cannot be read and may hide another. */
export async function unfinishedRuns(
  journal: Journal,
  gatewayUrl: string,
): Promise<{ runs: RecordedRun[]; problems: JournalProblem[] }> {
  const { runs, problems } = await readableRuns(journal)
  return { runs: runsOf(runs, gatewayUrl).filter(isUnfinished).toReversed(), problems }
}
