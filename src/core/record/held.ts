import { canonical, sha256 } from '../canonical.ts'
import { ownMember } from '../own-member.ts'
import { fieldHashes, hash, settableFields, settableNames } from './fields.ts'
import { KeptRecord } from './kept.ts'
import type { ServerRecord } from './server.ts'

/** A hash of each field, by its name. */
export type Hashes = Readonly<Record<string, string>>

/**
 * What the fields of a record held: a hash of each, as a journal has them, or the record itself. Of thousands of those no
 * hashes are kept, nor made before somebody asks.
 */
export type HeldFields = Hashes | KeptRecord

/** The hashes of what was held. */
export const hashesOf = (held: HeldFields): Hashes =>
  held instanceof KeptRecord ? fieldHashes(held.read()) : held

/** Do two records of a server hold the same in every field that an edit can change? */
export function isSameState(a: ServerRecord, b: ServerRecord): boolean {
  const text = (each: ServerRecord): string => canonical([each.server_id, settableFields(each)])
  return text(a) === text(b)
}

/** Does a record hold just that still? Then its hashes would be the same. */
export function isAsHeld(held: HeldFields, record: ServerRecord): boolean {
  if (held instanceof KeptRecord) return isSameState(held.read(), record)
  const now = fieldHashes(record)
  const fields = Object.keys(now)
  return (
    fields.length === Object.keys(held).length &&
    fields.every((field) => ownMember(held, field) === now[field])
  )
}

/**
 * Is this the value that a record held in a field, by the hashes of its fields? Earlier versions knew numbers rounded only,
 * and their journals stay good.
 */
export function heldValue(
  { id, hashes }: { id: string; hashes: Hashes },
  field: string,
  value: unknown,
): boolean {
  const held = ownMember(hashes, field)
  return held !== undefined && (held === hash(id, field, value) || held === hash(id, field, value, 'rounded'))
}

/** One hash over all of `fieldHashes`: the state that a plan was made for. */
export function fingerprint(hashes: Hashes): string {
  const names = Object.keys(hashes)
  // As `fieldHashes` puts them, but where the name of a field is a number.
  const isInOrder = names.every((name, i) => i === 0 || (names[i - 1] ?? '') < name)
  return sha256(isInOrder ? JSON.stringify(hashes) : canonical(hashes))
}

/** The names of the fields that were held. */
export const heldNames = (held: HeldFields): string[] =>
  held instanceof KeptRecord ? settableNames(held.read()) : Object.keys(held)

/** The names of what a record of this id held, and whether it held a value in a field. */
function heldIn(held: HeldFields, id: string) {
  if (!(held instanceof KeptRecord))
    return {
      names: Object.keys(held),
      isHeld: (field: string, value: unknown) => heldValue({ id, hashes: held }, field, value),
    }
  const record = held.read()
  const fields = settableFields(record)
  const isHeld = (field: string, value: unknown): boolean =>
    record.server_id === id && Object.hasOwn(fields, field) && canonical(fields[field]) === canonical(value)
  return { names: Object.keys(fields), isHeld }
}

/** The fields in which a record differs from what was held earlier, by name, in order. */
export function movedFields(held: HeldFields, record: ServerRecord): string[] {
  const now = settableFields(record)
  const { names, isHeld } = heldIn(held, record.server_id)
  const isSame = (field: string): boolean => Object.hasOwn(now, field) && isHeld(field, ownMember(now, field))
  return [...new Set([...names, ...Object.keys(now)])].filter((field) => !isSame(field)).toSorted()
}
