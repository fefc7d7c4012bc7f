import { canonical } from '../../core/canonical.ts'
import { ownMember } from '../../core/own-member.ts'
import { type FieldChange, isRepairable, reportable, shownChanges } from '../../core/record/fields.ts'
import type { CollateralChange } from '../../core/run/outcome.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { Era } from '../../core/record/eras.ts'
import type { Place } from '../../core/record/place.ts'
import { takenByAnotherRelease } from '../../core/record/resets.ts'

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

/** What a repair should write. `taken`: the fields among them that a member of another release took. */
export interface Repairs {
  fields: string[]
  taken: string[]
}

/** What is ours to repair among the changes. */
export function repairsOf(changes: readonly FieldChange[], around: AroundWrite, era: Era): Repairs {
  const others = takenByAnotherRelease(around, era)
  const taken = changes.map(({ field }) => field).filter((field) => others.includes(field))
  const fields = changes
    .filter((each) => taken.includes(each.field) || isOursToRepair(each, around))
    .map(({ field }) => field)
  return { fields, taken }
}

/**
 * Writes the lost values back, once, and reads again. Returns the fields that are as before now, and the record as it
 * is; `null` where it could not be read. `isLate`: nothing was written, as somebody changed it meanwhile.
 */
export async function repair(
  place: Place,
  around: AroundWrite,
  fields: readonly string[],
): Promise<{ repaired: string[]; after: ServerRecord | null; isLate: boolean }> {
  const lost = Object.fromEntries(fields.map((field) => [field, ownMember(around.before, field) ?? null]))
  const edits = Object.entries(lost).map(([field, after]) => ({ field, after }))
  const answer = await place.write({ ...around.after, ...lost }, edits)
  const isLate = answer.kind === 'refused' && answer.isLate === true
  const reading = await place.read(around.before.server_id)
  if (reading.kind !== 'record') return { repaired: [], after: null, isLate }
  const { record: after } = reading
  const still = shownChanges(around.before, after, around.intended).map(({ field }) => field)
  return { repaired: fields.filter((field) => !still.includes(field)), after, isLate }
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
