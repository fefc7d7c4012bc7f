import { MigrateError } from '../../core/errors.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'
import { aimOf } from '../../core/plan/change.ts'
import { driftSinceWrite } from '../../core/plan/drift.ts'
import { isAccessField, reportable, shownChanges } from '../../core/record/fields.ts'
import { isSameRelease } from '../../core/record/resets.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { printsOf, type Sighting } from '../../core/record/sighting.ts'
import { fieldOf, valueAt } from '../../core/record/path.ts'
import type { AppliedChange } from '../../core/run/outcome.ts'
import { endsAtOnce } from '../../core/run/report.ts'
import type { Snapshot } from '../../gateway/port.ts'
import type { ApplyResult } from './apply.ts'
import type { ApplyContext } from './context.ts'
import { enter, JournalFailure } from './intent.ts'

const SINCE =
  'after it was written, other fields changed; whether LiteLLM did that, or somebody, is not known'

/** How long that list may take: nobody waits for long when all is done. */
const LIST_MS = 5000

/** A written server, with how it was seen last: what the answer to its write showed. */
interface Written {
  change: AppliedChange
  seen: Sighting
}

/** Does the list show anything of a written server otherwise than it is to be? What it does not list, it does not tell. */
function isSuspect({ change, seen }: Written, list: Snapshot, { gateway: { era } }: ApplyContext): boolean {
  const { prints } = seen
  if (!prints) return false
  const entry = list.entry(change.server.id)
  if (!entry || printsOf(entry, aimOf(change), era).rest !== prints.rest) return true
  const [now, ours] = [entry['updated_at'], seen.kept.read()['updated_at']]
  const tellsTime = era.putBody === 'changed-fields' && typeof now === 'string' && typeof ours === 'string'
  // Another worker may list for a while what was there before the write.
  const isStale = !era.listTrusted && (!tellsTime || now === prints.stamp)
  const isOther = aimOf(change).some(({ field, before, after }) => {
    const value = valueAt(entry, field)
    return fieldOf(field) in entry && value !== after && !(isStale && value === before)
  })
  return isOther || (tellsTime && now !== ours && !isStale)
}

/** What became of a written server since, by its record; `null` where it is as it was written. */
function judgeSince({ change, seen }: Written, now: ServerRecord): AppliedChange | null {
  const drift = driftSinceWrite(aimOf(change), now)
  if (drift.length > 0)
    return {
      ...change,
      outcome: 'drifted',
      drift,
      error: 'it was written, and somebody changed it after that',
    }
  const then = seen.kept.read()
  if (!isSameRelease(then, now)) return null
  const { id } = change.server
  const others = shownChanges(then, now, []).map(({ field, before, after }) => {
    return {
      field,
      before: reportable(id, field, before),
      after: reportable(id, field, after),
      repaired: false,
    }
  })
  const error = change.error === null ? SINCE : `${change.error}; ${SINCE}`
  return others.length === 0 ? null : { ...change, collateral: [...change.collateral, ...others], error }
}

async function lookAt(
  written: Written,
  { gateway, stopRequested }: ApplyContext,
): Promise<AppliedChange | null> {
  const { change } = written
  if (stopRequested()) return null
  const reading = await gateway.read(change.server.id)
  if (reading.kind === 'record') return judgeSince(written, reading.record)
  if (reading.kind === 'absent')
    return { ...change, outcome: 'drifted', error: 'it was written, and is no longer there' }
  return {
    ...change,
    outcome: 'unknown',
    error: `the list shows it otherwise than it was written, and ${reading.message}`,
  }
}

/** The written servers that the list shows otherwise than they are to be. */
async function suspectsIn(changes: readonly AppliedChange[], context: ApplyContext): Promise<Written[]> {
  const written = changes.flatMap((change): Written[] => {
    const seen = context.lookout.seen(change.server.id)
    return change.outcome === 'applied' && change.file === null && seen ? [{ change, seen }] : []
  })
  if (written.length === 0) return []
  try {
    const list = await context.lookout.list(LIST_MS)
    const suspects = written.filter((each) => isSuspect(each, list, context))
    list.giveBack()
    return suspects
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    // Each was compared with the answer to its own write.
    return []
  }
}

async function lookedBack(result: ApplyResult, context: ApplyContext): Promise<ApplyResult> {
  const found = new Map<string, AppliedChange>()
  await inParallel(READS_AT_ONCE, await suspectsIn(result.changes, context), async (written) => {
    const since = await lookAt(written, context)
    if (since) found.set(since.id, since)
  })
  for (const since of found.values()) {
    // What changed since a write is nothing that a revert would look for, but for who may reach the server.
    const { id, outcome, error } = since
    const collateral = since.collateral.filter(({ field, repaired }) => repaired || isAccessField(field))
    await enter(context, { type: 'outcome', change: id, outcome, collateral, error })
  }
  const isOpened = [...found.values()].some(({ collateral }) =>
    collateral.some(({ field }) => isAccessField(field)),
  )
  return {
    ...result,
    changes: result.changes.map((change) => found.get(change.id) ?? change),
    halted: result.halted ?? (isOpened ? 'security' : null),
  }
}

/**
 * Compares once more, by one list at the end of a run, all that it wrote, and finds out by reading what the list shows
 * otherwise. Not after a signal, nor where LiteLLM or the journal does not answer.
 */
export async function lookBack(result: ApplyResult, context: ApplyContext): Promise<ApplyResult> {
  const { silence, stopRequested, onFault } = context
  if (endsAtOnce(result.halted) || result.halted === 'journal' || silence.cause !== null || stopRequested())
    return result
  try {
    return await lookedBack(result, context)
  } catch (error) {
    if (error instanceof JournalFailure) return { ...result, halted: 'journal', trouble: error.message }
    // What was written is told all the same.
    onFault(error)
    return result
  }
}
