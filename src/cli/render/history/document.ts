import { aheadOfClock } from '../../../core/run/order.ts'
import { type RecordedChange, type RecordedRun, tallyRecorded } from '../../../journal/fold.ts'
import type { JournalProblem } from '../../../journal/port.ts'
import { publicChange } from '../documents.ts'
import type { HistoryDocument } from '../documents/history.ts'

/** Runs with what was found about each other, and what could not be read. */
export interface History {
  runs: RecordedRun[]
  problems: JournalProblem[]
}

/** What a check of the journal proves, and what it cannot. */
export const CHECKED = {
  proves:
    'What is called intact is whole and in order: each line is as it was written, and follows the one before it.',
  cannotProve:
    'It does not tell who wrote it, nor whether lines at its end, or whole runs, were taken away: whoever can write to the folder can do that. Compare each head with the one that the run printed at its end.',
}

/** How many servers of a run had each outcome, as documents name them. */
export function summarise(changes: readonly RecordedChange[]) {
  const { 'not-applied': notApplied, ...others } = tallyRecorded(changes)
  return { ...others, notApplied }
}

/** How many servers a run changed. */
export const appliedIn = ({ changes }: RecordedRun): number => tallyRecorded(changes).applied

/** The runs that took something of this one back, oldest first. */
export function reversalsOf(run: RecordedRun, runs: readonly RecordedRun[]): RecordedRun[] {
  return runs.filter((each) => each.started.reverts === run.id && appliedIn(each) > 0)
}

function runSummary(run: RecordedRun, runs: readonly RecordedRun[]) {
  const { gateway, migrations, reverts, account, user, host } = run.started
  return {
    id: run.id,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    gateway,
    account,
    user,
    host,
    migrations,
    reverts,
    revertedBy: reversalsOf(run, runs).at(-1)?.id ?? null,
    head: run.head,
    torn: run.torn,
    halted: run.halted,
    aheadOfClock: aheadOfClock(run, new Date().toISOString()) !== null,
    summary: summarise(run.changes),
  }
}

const publicRecorded = ({ change, outcome, collateral, error }: RecordedChange) => ({
  ...publicChange(change, {}),
  outcome,
  collateral,
  error,
})

/** `mcp-url-migrate/history/1`; with `detailed`, each run's changes too; with `checked`, what that proves. */
export function historyDocument(
  { runs, problems }: History,
  all: readonly RecordedRun[],
  { detailed, checked }: { detailed: boolean; checked: boolean },
): HistoryDocument {
  return {
    schema: 'mcp-url-migrate/history/1',
    runs: runs.map((run) => ({
      ...runSummary(run, all),
      changes: detailed ? run.changes.map(publicRecorded) : null,
    })),
    problems,
    check: checked ? CHECKED : null,
  }
}
