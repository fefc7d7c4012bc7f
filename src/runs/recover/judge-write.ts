import { type DriftedField, driftSincePlan, holds, recordWith } from '../../core/plan/drift.ts'
import { ownMember } from '../../core/own-member.ts'
import { reportable } from '../../core/record/fields.ts'
import { hashesOf, movedFields } from '../../core/record/held.ts'
import { holdsSettings, restorable } from '../../core/record/oauth.ts'
import { aimOf, type Change } from '../../core/plan/change.ts'
import { type AppliedChange, type CollateralChange, type Outcome, settledAs } from '../../core/run/outcome.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { Place } from '../../core/record/place.ts'
import type { RecordedChange } from '../../journal/fold.ts'

const hashOnly = (sha256: string | undefined): unknown => (sha256 === undefined ? null : { sha256 })

/** The OAuth settings that should be there after the write and are not: it was cut short before it put them back. */
function unrestoredSettings(
  { change, settings }: RecordedChange,
  record: ServerRecord,
  { era }: Pick<Place, 'era'>,
): CollateralChange[] {
  const { id } = change.server
  return Object.entries(restorable(settings, record, era))
    .filter(([field, value]) => !holdsSettings(record, { [field]: value }))
    .map(([field, value]) => ({
      field,
      before: reportable(id, field, value),
      after: reportable(id, field, record[field] ?? null),
      repaired: false,
    }))
}

/**
 * What else differs from the record as it was right before the write. Whether the write did it, or somebody
 * since, can no longer be known, so it counts as not put back.
 */
function alsoChanged(
  { change, fieldsBefore, settings }: RecordedChange,
  record: ServerRecord,
  place: Pick<Place, 'era'>,
): CollateralChange[] {
  if (fieldsBefore === null) return []
  const hashes = hashesOf(fieldsBefore)
  const intended = [...place.era.alsoWrites, ...Object.keys(settings)]
  return movedFields(hashes, recordWith(record, aimOf(change), 'before'))
    .filter((field) => !intended.includes(field))
    .map((field) => ({
      field,
      before: hashOnly(ownMember(hashes, field)),
      after: reportable(change.server.id, field, ownMember(record, field) ?? null),
      repaired: false,
    }))
}

function judgeApplied(
  recorded: RecordedChange,
  record: ServerRecord,
  place: Pick<Place, 'era'>,
): AppliedChange {
  const cleared = unrestoredSettings(recorded, record, place)
  const others = alsoChanged(recorded, record, place)
  const doubt = 'other fields differ too; whether the write changed them, or somebody since, is unknown'
  const short = 'the settings that were cleared with the URL are not back'
  const error = [cleared.length > 0 ? short : '', others.length > 0 ? doubt : ''].filter(Boolean).join('; ')
  return { ...settledAs(recorded.change, 'applied', error || null), collateral: [...cleared, ...others] }
}

/** What a record tells of a write whose outcome nobody recorded. */
export function judgeWrite(
  recorded: RecordedChange,
  record: ServerRecord,
  place: Pick<Place, 'era'>,
): AppliedChange {
  const { change, open } = recorded
  if (holds(record, aimOf(change), 'after')) return judgeApplied(recorded, record, place)
  if (holds(record, aimOf(change), 'before')) {
    const outcome: Outcome = open?.takingBack ? 'reverted' : 'not-applied'
    const collateral = open?.takingBack ? unrestoredSettings(recorded, record, place) : []
    return { ...settledAs(change, outcome), collateral }
  }
  const drift = driftSincePlan(change, record).filter(({ field }) =>
    aimOf(change).some((edit) => edit.field === field),
  )
  return driftedSince(change, 'it holds neither the old value nor the new', drift)
}

/** Written, or perhaps written, and somebody else's by now. */
export function driftedSince(change: Change, error: string, drift: DriftedField[] = []): AppliedChange {
  return { ...settledAs(change, 'drifted', error), wrote: true, drift }
}
