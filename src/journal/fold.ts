import type { Change } from '../core/plan.ts'
import type { CollateralChange, Outcome } from '../core/report.ts'
import type { ReadRun } from './chain.ts'
import { JournalDamage } from './damage.ts'
import type { JournalRecord, RunStarted } from './records.ts'

/** One change of a run as the journal knows it. `unsettled`: its intent is recorded, its outcome is not. */
export interface RecordedChange {
  change: Change
  outcome: Outcome | 'unsettled'
  collateral: CollateralChange[]
  error: string | null
  /** Hashes of the record's fields right before the write, `null` when there was none. */
  fieldsBefore: Record<string, string> | null
}

/** A run as its records tell it. */
export interface RecordedRun {
  id: string
  startedAt: string
  finishedAt: string | null
  halted: string | null
  started: RunStarted
  changes: RecordedChange[]
  /** The hash that the last line carries: whoever keeps it can tell whether the file was rewritten. */
  head: string
  torn: boolean
}

function outcomeOf(change: Change, records: readonly JournalRecord[]): RecordedChange {
  const mine = records.filter((record) => 'change' in record && record.change === change.id)
  const last = mine.findLast((record) => record.type === 'outcome')
  const intent = mine.find((record) => record.type === 'intent')
  const fieldsBefore = intent?.fields ?? null
  if (last)
    return { change, outcome: last.outcome, collateral: last.collateral, error: last.error, fieldsBefore }
  return { change, outcome: intent ? 'unsettled' : 'not-applied', collateral: [], error: null, fieldsBefore }
}

/** Folds the records of one file into the run. Throws `journal-damaged` when it does not begin with its start. */
export function foldRun({ records, head, torn }: ReadRun, file: string): RecordedRun | null {
  const [first, ...rest] = records
  if (!first || head.hash === null) return null
  if (first.type !== 'run-started') throw new JournalDamage(file, 1, 'a run does not begin here', null)
  const end = rest.findLast((record) => record.type === 'run-finished')
  return {
    id: first.run,
    startedAt: first.time,
    finishedAt: end?.time ?? null,
    halted: end?.halted ?? null,
    started: first,
    changes: first.changes.map((change) => outcomeOf(change, rest)),
    head: head.hash,
    torn,
  }
}

/** Was the run stopped, or did it never end? */
export function isInterrupted({ finishedAt, halted }: RecordedRun): boolean {
  return finishedAt === null || halted !== null
}

/** Did the run write something, or may it have? */
export function wroteSomething({ changes }: RecordedRun): boolean {
  return changes.some(
    ({ outcome }) => outcome === 'applied' || outcome === 'unknown' || outcome === 'unsettled',
  )
}
