import { movedFields, reportable } from './fields.ts'
import type { Change, Edit } from './plan.ts'
import type { ServerRecord } from './server.ts'

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
  return edits.every((edit) => (record[edit.field] ?? null) === edit[side])
}

/** The same edits, the other way. */
export function reversed(edits: readonly Edit[]): Edit[] {
  return edits.map(({ field, before, after }) => ({ field, before: after, after: before }))
}

const value = (record: ServerRecord, field: string): unknown => record[field] ?? null

function untouchedField(change: Change, record: ServerRecord, field: string): DriftedField {
  const hash = change.fields[field]
  const kept = hash === undefined ? null : { sha256: hash }
  return { field, before: kept, ours: kept, now: reportable(change.server.id, field, value(record, field)) }
}

/**
 * What differs between a record and the state that a change was planned for, edited fields first; empty when it
 * has not drifted.
 */
export function driftSincePlan(change: Change, record: ServerRecord): DriftedField[] {
  const moved = movedFields(change.fields, record)
  const edits = change.edits.filter(({ field }) => moved.includes(field))
  const edited = edits.map(({ field, before, after }) => ({
    field,
    before,
    ours: after,
    now: value(record, field),
  }))
  const others = moved.filter((field) => !edits.some((edit) => edit.field === field))
  return [...edited, ...others.map((field) => untouchedField(change, record, field))]
}

/** The fields in which a record no longer holds what a run wrote with `edits`; later edits elsewhere are none. */
export function driftSinceWrite(edits: readonly Edit[], record: ServerRecord): DriftedField[] {
  return edits
    .filter(({ field, after }) => (record[field] ?? null) !== after)
    .map(({ field, before, after }) => ({ field, before, ours: after, now: value(record, field) }))
}
