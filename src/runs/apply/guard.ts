import { obstacle } from '../../core/plan/assemble-change.ts'
import { consentsFor, unaccepted } from '../../core/plan/consent/consent.ts'
import { type DriftedField, driftSincePlan, driftSinceWrite, holds, reversed } from '../../core/plan/drift.ts'
import type { Change } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Era } from '../../core/record/eras.ts'
import { clearedSettings, oauthEffects } from '../../core/record/oauth.ts'
import { isOfRelease } from '../../core/record/resets.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { shownPath } from '../../core/show/redact.ts'
import { printable } from '../../core/show/text.ts'

/**
 * Where a change leads. `apply`: any difference from what was planned is drift. `revert`: only a field that the run wrote
 * and that holds something else now; later edits elsewhere stay. `restore`: its edits have landed before, and only its
 * settings are put back; they have to be there still.
 */
export type Direction = 'apply' | 'revert' | 'restore'

/** Where a change of a plan leads. */
export function directionOf({ edits }: Change, { reverts }: Pick<Plan, 'reverts'>): Direction {
  if (edits.length === 0) return 'restore'
  return reverts === null ? 'apply' : 'revert'
}

const LOST = 'no longer holds what was written'

const DRIFT: Record<
  Direction,
  { name: string; find: (change: Change, record: ServerRecord) => DriftedField[] }
> = {
  apply: { name: 'changed since it was shown', find: driftSincePlan },
  // What is taken back now is what the run wrote then.
  revert: { name: LOST, find: ({ edits }, record) => driftSinceWrite(reversed(edits), record) },
  restore: { name: LOST, find: ({ landed }, record) => driftSinceWrite(landed, record) },
}

/** What writing the record would lose by now that nobody consented to, in words, or `null`. */
function unasked(change: Change, record: ServerRecord, era: Era): string | null {
  const settings = { ...change.settings, ...clearedSettings(record, change.edits, era) }
  const effects = oauthEffects(record, change.edits, settings, { era, signIns: null })
  const codes: readonly string[] = unaccepted(effects, consentsFor(change.effects))
  const losses = effects.filter(({ code }) => codes.includes(code)).map(({ message }) => message)
  return losses.length === 0 ? null : `nobody was asked about this: ${losses.join('; ')}`
}

const OR_MIXED = 'or another release of LiteLLM answered'

/** Does a record show other fields than the one that a change was planned for? */
const showsOthers = ({ fields, file }: Change, record: ServerRecord): boolean =>
  file === null && !isOfRelease(fields, record)

/** Why a record that was read a moment ago is to be left alone, and in what it differs; `null` where nothing speaks against writing it. */
export function objectionTo(
  change: Change,
  record: ServerRecord,
  direction: Direction,
  era: Era,
): { error: string; drift: DriftedField[] } | null {
  const isRestore = direction === 'restore'
  if (!isRestore && holds(record, change.edits, 'after'))
    return { error: 'it holds the new value already, and not from this run', drift: [] }
  const { name, find } = DRIFT[direction]
  const drift = find(change, record)
  if (drift.length > 0) {
    const fields = drift.map(({ field }) => printable(shownPath(field))).join(', ')
    const moved = direction === 'apply' && showsOthers(change, record) ? `${name}, ${OR_MIXED}` : name
    return { error: `${moved}: ${fields}`, drift }
  }
  const error = isRestore
    ? null
    : (obstacle(record, change.edits, era)?.message ?? unasked(change, record, era))
  return error === null ? null : { error, drift: [] }
}
