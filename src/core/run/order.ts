import type { Note } from '../plan/plan.ts'

/** A run, as far as its place among others goes. `startedAt`: ISO 8601, in UTC, by a clock that may have been wrong. */
export interface Placed {
  id: string
  startedAt: string
  /** `ordinal`: see `nextOrdinal`; journals of before lack it. */
  started: { ordinal?: number | undefined }
}

/** The greatest ordinal: so many runs no journal holds, and a number beyond it is no number that a run was given. */
export const LAST_ORDINAL = 1_000_000_000

const ordinalOf = ({ started }: Placed): number => started.ordinal ?? 0

/** Those without an ordinal first; then by ordinal, and by time. */
function compare(a: Placed, b: Placed): number {
  const byTime = a.startedAt < b.startedAt ? -1 : Number(a.startedAt > b.startedAt)
  return ordinalOf(a) - ordinalOf(b) || byTime
}

/**
 * Runs, oldest first: by their ordinals, whatever a clock said; runs of one ordinal by time, as two gateways may have runs at
 * once. Those of a program that knew none stand by time before the first run that counted them as it began: such a program
 * may have written to the journal later, too.
 */
export function inOrder<T extends Placed>(runs: readonly T[]): T[] {
  const sorted = runs.toSorted(compare)
  const uncounted = sorted.filter(({ started }) => started.ordinal === undefined)
  const numbered = sorted.slice(uncounted.length)
  let placed = 0
  const result = numbered.flatMap((run) => {
    const smaller = numbered.findIndex((other) => ordinalOf(other) === ordinalOf(run))
    const from = placed
    // It counted the runs with smaller ordinals, and the first of those without one.
    placed = Math.max(from, ordinalOf(run) - 1 - smaller)
    return [...uncounted.slice(from, placed), run]
  })
  return [...result, ...uncounted.slice(placed)]
}

/**
 * The ordinal of a run that begins now: greater than that of any run in the journal, and than the number of all of them.
 * `unreadable`: how many of its files cannot be read, and may hold one each.
 */
export function nextOrdinal(runs: readonly Placed[], unreadable: number): number {
  const greatest = runs.reduce((most, run) => Math.max(most, ordinalOf(run)), runs.length)
  return Math.min(greatest + unreadable + 1, LAST_ORDINAL)
}

/** By how much the clocks of two machines that share a journal may differ, in milliseconds. */
const TOLERANCE_MS = 60_000

/** What is odd about a run that began in the future by a clock, as a sentence; `null` where nothing is. `now`: ISO 8601. */
export function aheadOfClock({ id, startedAt }: Placed, now: string): string | null {
  const ahead = Date.parse(startedAt) - Date.parse(now)
  if (!(ahead > TOLERANCE_MS)) return null
  return `Run ${id} began at ${startedAt}, which is in the future by this machine's clock (${now}): that clock is wrong, or the one of then was. The order of runs does not depend on it.`
}

/** The same as a remark to a plan that is about this run. */
export function clockNotes(run: Placed, now: string): Note[] {
  const message = aheadOfClock(run, now)
  return message === null ? [] : [{ code: 'clock-ahead', server: null, field: null, message }]
}
