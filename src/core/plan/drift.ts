import { ownMember } from '../own-member.ts'
import { reportable } from '../record/fields.ts'
import { hashesOf, movedFields } from '../record/held.ts'
import { fieldsWith, valueAt } from '../record/path.ts'
import { aimOf, type Change, type Edit } from './change.ts'
import type { ServerRecord } from '../record/server.ts'

/**
 * A field of a drifted server in three states: before this tool touched it, as the tool wrote it or meant to, and
 * now. Of values that were never kept there is a hash, `{sha256}`.
 */
export interface DriftedField {
  field: string
  before: unknown
  ours: unknown
  now: unknown
}

/** Does a record hold one side of every edit? */
export function holds(record: ServerRecord, edits: readonly Edit[], side: 'before' | 'after'): boolean {
  return edits.every((edit) => valueAt(record, edit.field) === edit[side])
}

/** The record with one side of every edit in it, whatever it holds there now. */
export function recordWith(
  record: ServerRecord,
  edits: readonly Edit[],
  side: 'before' | 'after',
): ServerRecord {
  return {
    ...record,
    ...fieldsWith(
      record,
      edits.map((edit) => ({ path: edit.field, value: edit[side] })),
    ),
  }
}

/** The same edits, the other way. */
export function reversed(edits: readonly Edit[]): Edit[] {
  return edits.map(({ before, after, ...rest }) => ({ ...rest, before: after, after: before }))
}

/** Fields that no edit is about, by the hashes of what they held. */
function untouchedFields(change: Change, record: ServerRecord, fields: readonly string[]): DriftedField[] {
  if (fields.length === 0) return []
  const hashes = hashesOf(change.fields)
  return fields.map((field) => {
    const hash = ownMember(hashes, field)
    const kept = hash === undefined ? null : { sha256: hash }
    const now = reportable(change.server.id, field, ownMember(record, field) ?? null)
    return { field, before: kept, ours: kept, now }
  })
}

/**
 * What differs between a record and the state that a change was planned for, edited fields first; empty when it
 * has not drifted.
 */
export function driftSincePlan(change: Change, record: ServerRecord): DriftedField[] {
  const edited = aimOf(change)
    .filter((edit) => !holds(record, [edit], 'before'))
    .map(({ field, before, after }) => ({ field, before, ours: after, now: valueAt(record, field) }))
  // What else moved, beside the edited places or in other fields.
  const others = movedFields(change.fields, recordWith(record, aimOf(change), 'before'))
  return [...edited, ...untouchedFields(change, record, others)]
}

/** The places at which a record no longer holds what a run wrote with `edits`; later edits elsewhere do not count. */
export function driftSinceWrite(edits: readonly Edit[], record: ServerRecord): DriftedField[] {
  return edits
    .filter((edit) => !holds(record, [edit], 'after'))
    .map(({ field, before, after }) => ({ field, before, ours: after, now: valueAt(record, field) }))
}
