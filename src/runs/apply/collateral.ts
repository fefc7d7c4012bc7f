import { canonical } from '../../core/canonical.ts'
import { ownMember } from '../../core/own-member.ts'
import { type FieldChange, isRepairable, reportable, shownChanges } from '../../core/record/fields.ts'
import type { CollateralChange } from '../../core/run/outcome.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { Place } from '../../core/record/place.ts'

/** The states of one server around a write: before, in the gateway's answer (where it held one), and read back. */
export interface AroundWrite {
  before: ServerRecord
  answered: ServerRecord | null
  after: ServerRecord
  /** The fields that were meant to change. */
  intended: readonly string[]
  /** The fields that the request carried. */
  sent: readonly string[]
}

/**
 * Is a change the gateway's doing, and can it be put back? Only where the request carried the field, and the
 * gateway's own answer shows another value than was sent. What the request did not carry may be anybody's edit,
 * and nobody's edit is written over.
 */
function isOursToRepair({ field, after }: FieldChange, { answered, sent }: AroundWrite): boolean {
  return (
    isRepairable(field) &&
    sent.includes(field) &&
    answered !== null &&
    canonical(ownMember(answered, field)) === canonical(after)
  )
}

const remaining = (changes: readonly FieldChange[], repaired: readonly string[]): FieldChange[] =>
  changes.filter(({ field }) => !repaired.includes(field))

/** Everything that changed besides what was meant. */
export function findCollateral(around: AroundWrite): FieldChange[] {
  return shownChanges(around.before, around.after, around.intended)
}

/** The fields among them that a repair should write. */
export function fieldsToRepair(changes: readonly FieldChange[], around: AroundWrite): string[] {
  return changes.filter((each) => isOursToRepair(each, around)).map(({ field }) => field)
}

/** Writes the lost values back, once, and reads again. Returns the fields that are as before now. */
export async function repair(
  place: Place,
  around: AroundWrite,
  fields: readonly string[],
): Promise<string[]> {
  const lost = Object.fromEntries(fields.map((field) => [field, ownMember(around.before, field) ?? null]))
  const edits = Object.entries(lost).map(([field, after]) => ({ field, after }))
  await place.write({ ...around.after, ...lost }, edits)
  const reading = await place.read(around.before.server_id)
  if (reading.kind !== 'record') return []
  const still = shownChanges(around.before, reading.record, around.intended).map(({ field }) => field)
  return fields.filter((field) => !still.includes(field))
}

/** The changes as they may be shown and journalled. */
export function reportCollateral(
  id: string,
  changes: readonly FieldChange[],
  repaired: readonly string[],
): CollateralChange[] {
  const unrepaired = new Set(remaining(changes, repaired).map(({ field }) => field))
  return changes.map(({ field, before, after }) => ({
    field,
    before: reportable(id, field, before),
    after: reportable(id, field, after),
    repaired: !unrepaired.has(field),
  }))
}
