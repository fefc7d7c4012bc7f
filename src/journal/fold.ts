import { basename } from 'node:path'
import type { HeldFields } from '../core/record/held.ts'
import type { Settings } from '../core/record/oauth.ts'
import type { Change } from '../core/plan/change.ts'
import { isSameGateway } from '../core/rule/gateway-key.ts'
import { type CollateralChange, failures, type Outcome, tally } from '../core/run/outcome.ts'
import { ownNames } from '../machine/own-names.ts'
import type { ReadRun } from './chain.ts'
import { JournalDamage } from './damage.ts'
import type { JournalRecord, RunStarted } from './records.ts'

/** The last intent of a change that has no outcome yet. */
export interface OpenIntent {
  /** ISO 8601, UTC. */
  since: string
  takingBack: boolean
}

/** One change of a run as the journal knows it. `unsettled`: an intent is recorded, its outcome is not. */
export interface RecordedChange {
  change: Change
  outcome: Outcome | 'unsettled'
  collateral: CollateralChange[]
  error: string | null
  /** What the record's fields held right before the write, `null` when there was none. */
  fieldsBefore: HeldFields | null
  /** The OAuth settings that have to be there after the write. */
  settings: Settings
  /** `null` unless the outcome is `unsettled`. */
  open: OpenIntent | null
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
  /**
   * The heads that the run has had since the last line with anything that a revert would write, its head now included:
   * each of them vouches for all of that. As a run goes on, its head changes.
   */
  heads: readonly string[]
  torn: boolean
}

type Step = Extract<JournalRecord, { type: 'intent' | 'outcome' }>

/** What a change is after one more record of it. */
function advance(before: RecordedChange, step: Step): RecordedChange {
  if (step.type === 'outcome') {
    const { outcome, collateral, error } = step
    return { ...before, outcome, collateral, error, open: null }
  }
  // These are part of the write that they complete, whose outcome is still to come.
  if (step.purpose === 'repair' || step.purpose === 'restore') return before
  const takingBack = step.purpose === 'take-back'
  const fields = Object.keys(step.fields).length === 0 ? before.change.fields : step.fields
  return {
    ...before,
    outcome: 'unsettled',
    fieldsBefore: takingBack ? before.fieldsBefore : fields,
    settings: step.settings ?? before.settings,
    open: { since: step.time, takingBack },
  }
}

const untouched = (change: Change): RecordedChange => ({
  change,
  outcome: 'not-applied',
  collateral: [],
  error: null,
  fieldsBefore: null,
  settings: change.settings,
  open: null,
})

/** Tells by line what is wrong with the order of a run's records, and returns what became of its changes. */
function foldChanges(started: RunStarted, rest: readonly JournalRecord[], file: string): RecordedChange[] {
  const changes = new Map(started.changes.map((change) => [change.id, untouched(change)]))
  const damage = (record: JournalRecord, what: string) =>
    new JournalDamage(file, record.seq + 1, what, 'What it cannot tell is never guessed.')
  let ended = false
  for (const record of rest) {
    if (ended) throw damage(record, 'the run had ended before')
    ended = record.type === 'run-finished'
    if (record.type === 'run-finished') continue
    if (record.type === 'run-started') throw damage(record, 'another run begins in its middle')
    const before = changes.get(record.change)
    if (!before) throw damage(record, 'it is about a change that this run does not have')
    changes.set(record.change, advance(before, record))
  }
  return [...changes.values()]
}

/** See `RecordedRun.heads`. What a revert writes stands in the first line, and as settings in an intent. */
function vouchingHeads({ records, hashes }: ReadRun): string[] {
  const last = records.findLastIndex((record) => record.type === 'intent' && record.settings !== undefined)
  return hashes.slice(Math.max(0, last))
}

/**
 * Folds the records of one file into the run; `null` where not even its beginning was written. Throws
 * `journal-damaged` when the records are not those of one run, in order, with the name of the file.
 */
export function foldRun(read: ReadRun, file: string): RecordedRun | null {
  const { records, head, torn } = read
  const [first, ...rest] = records
  if (!first || head.hash === null) return null
  if (first.type !== 'run-started') throw new JournalDamage(file, 1, 'a run does not begin here', null)
  if (`${first.run}.jsonl` !== basename(file))
    throw new JournalDamage(file, 1, `this is run ${first.run}, under another name`, null)
  const end = rest.findLast((record) => record.type === 'run-finished')
  return {
    id: first.run,
    startedAt: first.time,
    finishedAt: end?.time ?? null,
    halted: end?.halted ?? null,
    started: first,
    changes: foldChanges(first, rest, file),
    head: head.hash,
    heads: vouchingHeads(read),
    torn,
  }
}

/** The runs of one gateway among these, in their order, under whichever of its names they were made. */
export function runsOf(runs: readonly RecordedRun[], gatewayUrl: string): RecordedRun[] {
  const isHere = ownNames()
  return runs.filter(({ started }) => isSameGateway(started.gateway.url, gatewayUrl, isHere))
}

/** Has the run no end, as its process died? */
export function isUnfinished({ finishedAt }: Pick<RecordedRun, 'finishedAt'>): boolean {
  return finishedAt === null
}

const WROTE: readonly RecordedChange['outcome'][] = ['applied', 'unknown', 'unsettled']

/** Was this server written, or may it have been, whatever became of it since? */
export function wasWritten({ outcome, fieldsBefore }: RecordedChange): boolean {
  return WROTE.includes(outcome) || (outcome === 'drifted' && fieldsBefore !== null)
}

/** How many servers of a run had each outcome; one of which nobody knows what became counts as unknown. */
export function tallyRecorded(changes: readonly RecordedChange[]): Record<Outcome, number> {
  return tally(fates(changes))
}

/** How many servers of a run failed: those that the gateway refused, and those whose file could not be changed. */
export const failuresRecorded = (changes: readonly RecordedChange[]): ReturnType<typeof failures> =>
  failures(fates(changes))

function fates(
  changes: readonly RecordedChange[],
): (Pick<Change, 'server' | 'file'> & { outcome: Outcome })[] {
  return changes.map(({ change: { server, file }, outcome }) => ({
    server,
    file,
    outcome: outcome === 'unsettled' ? 'unknown' : outcome,
  }))
}

/** Did the run write something that may still be there, or that somebody wrote over? */
export function wroteSomething({ changes }: RecordedRun): boolean {
  return changes.some(wasWritten)
}
