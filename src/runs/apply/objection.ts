import { obstacle } from '../../core/plan/change.ts'
import { consentsFor, unaccepted } from '../../core/plan/consent.ts'
import { type DriftedField, driftSincePlan, driftSinceWrite, holds, reversed } from '../../core/plan/drift.ts'
import type { Era } from '../../core/record/eras.ts'
import { clearedSettings, oauthEffects } from '../../core/record/oauth.ts'
import type { Change } from '../../core/plan/plan.ts'
import { shownPath } from '../../core/show/redact.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'

/**
 * `apply`: any difference from what was planned is drift. `revert`: only a field that the run wrote and that holds
 * something else now; later edits elsewhere stay.
 */
export type Direction = 'apply' | 'revert'

/** Why a record may not be written, and in what it differs. */
export interface Objection {
  error: string
  drift: DriftedField[]
}

function driftOf(change: Change, record: ServerRecord, direction: Direction): DriftedField[] {
  if (change.edits.length === 0) return driftSinceWrite(change.landed, record)
  if (direction === 'apply') return driftSincePlan(change, record)
  // What is taken back now is what the run wrote then.
  return driftSinceWrite(reversed(change.edits), record)
}

function describe(change: Change, drift: readonly DriftedField[], direction: Direction): string {
  const fields = drift.map(({ field }) => printable(shownPath(field))).join(', ')
  return direction === 'apply' && change.edits.length > 0
    ? `changed since it was shown: ${fields}`
    : `no longer holds what was written: ${fields}`
}

/** What writing the record would lose by now that nobody consented to, in words, or `null`. */
function unasked(change: Change, record: ServerRecord, era: Era): string | null {
  const settings = { ...change.settings, ...clearedSettings(record, change.edits, era) }
  const effects = oauthEffects(record, change.edits, settings, { era, signIns: null })
  const codes: readonly string[] = unaccepted(effects, consentsFor(change.effects))
  const losses = effects.filter(({ code }) => codes.includes(code)).map(({ message }) => message)
  return losses.length === 0 ? null : `nobody was asked about this: ${losses.join('; ')}`
}

/** Why a record that was read a moment ago must be left alone, or `null`. */
export function objectionTo(
  change: Change,
  record: ServerRecord,
  direction: Direction,
  era: Era,
): Objection | null {
  if (change.edits.length > 0 && holds(record, change.edits, 'after'))
    return { error: 'it holds the new value already, and not from this run', drift: [] }
  const drift = driftOf(change, record, direction)
  if (drift.length > 0) return { error: describe(change, drift, direction), drift }
  if (change.edits.length === 0) return null
  const error = obstacle(record, era)?.message ?? unasked(change, record, era)
  return error === null ? null : { error, drift: [] }
}
