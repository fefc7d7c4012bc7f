import { setTimeout as sleep } from 'node:timers/promises'
import { holds } from '../../core/plan/drift.ts'
import { aimOf } from '../../core/plan/change.ts'
import { type AppliedChange, settledAs } from '../../core/run/outcome.ts'
import type { Reading } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'
import { type RecordedChange, type RecordedRun, wasWritten } from '../../journal/fold.ts'
import { driftedSince, judgeWrite } from './judge-write.ts'
import { Listener } from './listener.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'
import { placeOf } from '../../files/place.ts'
import { until } from '../until.ts'

/** Does a reading settle it while a write may be under way? The old value does not. */
function isClear(reading: Reading, recorded: RecordedChange): boolean {
  if (reading.kind !== 'record') return reading.kind === 'absent'
  const from = recorded.open?.takingBack ? 'after' : 'before'
  return !holds(reading.record, aimOf(recorded.change), from)
}

/** Who is asked what became of a run, and how long a write in flight is looked for. */
interface Inquiry {
  gateway: Gateway
  listener: Listener
  patienceMs: number
}

/**
 * How much is left of the time in which a write may land that began at `since`, in milliseconds. A clock that was set back
 * meanwhile makes that the future: then nothing is known to have passed, and no more than all of it is left.
 */
function leftOf(patienceMs: number, since: string): number {
  const passed = Date.now() - Date.parse(since)
  return Math.max(0, patienceMs - Math.max(0, passed))
}

/** Asks the gateway what became of one write, until it is clear or `patienceMs` after its intent are over. */
async function findOut(
  recorded: RecordedChange,
  { gateway, listener, patienceMs }: Inquiry,
): Promise<AppliedChange> {
  const { change, open } = recorded
  const place = placeOf(gateway, change)
  const begun = performance.now()
  const end = begun + (open ? leftOf(patienceMs, open.since) : 0)
  const look = (): Promise<Reading> => listener.read(place, change.server.id)
  const decide = (reading: Reading): Reading | null => (isClear(reading, recorded) ? reading : null)
  const early = begun < end ? (await until({ ms: end - begun }, look, decide)).decision : null
  if (!early) await sleep(Math.max(0, end - performance.now()))
  // Whatever it shows now: no write can be under way any more.
  const reading = early ?? (await look())
  if (reading.kind === 'record') return judgeWrite(recorded, reading.record, place)
  return reading.kind === 'absent'
    ? driftedSince(change, 'it is no longer there')
    : settledAs(change, 'unknown', reading.message)
}

/** What is left of a write whose outcome was recorded, and is `known`: a revert of this run, or somebody else, may have been there since. */
async function lookAgain(
  recorded: RecordedChange,
  known: AppliedChange,
  { gateway, listener }: Inquiry,
): Promise<AppliedChange> {
  const { change, outcome, collateral } = recorded
  const place = placeOf(gateway, change)
  const reading = await listener.read(place, change.server.id)
  if (reading.kind === 'absent') return { ...driftedSince(change, 'it is no longer there'), collateral }
  if (reading.kind !== 'record') return { ...known, error: `as recorded; ${reading.message} this time` }
  const isNew = holds(reading.record, aimOf(change), 'after')
  if (isNew === (outcome === 'applied') && (isNew || holds(reading.record, aimOf(change), 'before')))
    return known
  return {
    ...judgeWrite({ ...recorded, fieldsBefore: null }, reading.record, place),
    wrote: true,
    collateral,
  }
}

/** What became of one change: nothing where nothing was tried, otherwise what the gateway says. */
function find(recorded: RecordedChange, inquiry: Inquiry): Promise<AppliedChange> {
  const { change, outcome, collateral, error } = recorded
  if (outcome === 'unsettled' || outcome === 'unknown') return findOut(recorded, inquiry)
  const known = { ...settledAs(change, outcome, error), collateral }
  if (outcome === 'applied' || outcome === 'reverted') return lookAgain(recorded, known, inquiry)
  return Promise.resolve({ ...known, wrote: wasWritten(recorded) })
}

/**
 * What became of each change of a run, in their order, asked of the gateway where the journal does not know. Throws
 * `run-interrupted` where LiteLLM does not answer.
 */
export async function findAllOut(
  run: RecordedRun,
  gateway: Gateway,
  patienceMs: number,
): Promise<AppliedChange[]> {
  const inquiry = { gateway, listener: new Listener(gateway, run.id), patienceMs }
  const found = new Map<RecordedChange, AppliedChange>()
  await inParallel(READS_AT_ONCE, run.changes, async (recorded) => {
    found.set(recorded, await find(recorded, inquiry))
  })
  return run.changes.flatMap((recorded) => found.get(recorded) ?? [])
}
