import { canonical } from '../../core/canonical.ts'
import { ownMember } from '../../core/own-member.ts'
import { type FieldChange, isRepairable, reportable, shownChanges } from '../../core/record/fields.ts'
import type { CollateralChange } from '../../core/run/outcome.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { Era } from '../../core/record/eras.ts'
import type { Place } from '../../core/record/place.ts'
import { isSetting } from '../../core/record/oauth.ts'
import { changesAcross, isSameRelease, takenByAnotherRelease } from '../../core/record/resets.ts'
import { until } from '../until.ts'
import type { Write } from './context.ts'
import { intendMending, type JournalFailure } from './intent.ts'

/** The states of one server around a write: before, in the gateway's answer (where it held one), and read back. */
export interface AroundWrite {
  before: ServerRecord
  answered: ServerRecord | null
  after: ServerRecord
  /** The fields that were meant to change. */
  intended: readonly string[]
  /** The fields that the request carried. */
  sent: readonly string[]
  /** Is it an entry of a file? That shows what it has, and a release shows the same fields in each of its answers. */
  inFile: boolean
}

/** Can all fields be compared? Not where a member of another release, with other fields, answered one of the reads. */
export const isComparable = ({ before, after, inFile }: AroundWrite): boolean =>
  inFile || isSameRelease(before, after)

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

/** Everything that changed besides what was meant, as far as it can be compared. */
export function findCollateral(around: AroundWrite): FieldChange[] {
  const find = isComparable(around) ? shownChanges : changesAcross
  return find(around.before, around.after, around.intended)
}

/** What a repair should write. `taken`: the fields among them that a member of another release took. */
interface Repairs {
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
  const still = findCollateral({ ...around, after }).map(({ field }) => field)
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

/** What was found besides, what of it was put back, and what kept the journal from taking more. */
interface Mended {
  collateral: CollateralChange[]
  /** What a member of another release took. */
  taken: readonly string[]
  failure: JournalFailure | null
}

/** How often a repair is made anew that was held back, as somebody else edited the server meanwhile. */
const REPAIRS = 3

/** Finds what changed besides, and writes back what is ours to repair. */
export async function mend(write: Write, around: AroundWrite, tries = REPAIRS): Promise<Mended> {
  const { change, place, silence, company } = write
  const changes = findCollateral(around)
  const { fields: writes, taken } = repairsOf(changes, around, place.era)
  const unmended = reportCollateral(change.server.id, changes, [])
  if (writes.length === 0 || silence.cause !== null) return { collateral: unmended, taken, failure: null }
  company.resets ||= !taken.every(isSetting)
  const failure = await intendMending(write, { purpose: 'repair', writes, record: around.after })
  if (failure) return { collateral: unmended, taken, failure }
  write.tell('repairing')
  const { repaired, after, isLate } = await repair(place, around, writes)
  if (isLate && after && tries > 1) return mend(write, { ...around, after }, tries - 1)
  return { collateral: reportCollateral(change.server.id, changes, repaired), taken, failure: null }
}

/** How long such a member is looked for: a balancer takes turns. */
const LIKEWISE_MS = 5000

/** The states around a write, with a last read from a member of the release that was read before, if one answers. */
export async function readLikewise(
  { place, change, patienceMs }: Write,
  around: AroundWrite,
): Promise<AroundWrite> {
  if (isComparable(around)) return around
  const { decision } = await until(
    { ms: Math.min(patienceMs, LIKEWISE_MS) },
    (leftMs) => place.read(change.server.id, leftMs),
    (reading) => {
      const again = reading.kind === 'record' ? { ...around, after: reading.record } : null
      return again && isComparable(again) ? again : null
    },
  )
  return decision ?? around
}
