import type { Era, PutBody } from './eras.ts'
import { storedInfo } from './fields.ts'
import { fieldsWith } from './path.ts'
import type { Edit } from '../plan/change.ts'
import type { ServerRecord } from './server.ts'

/** A field to write and its new value, whole. */
export interface FieldEdit {
  field: string
  after: unknown
}

// Every writable field of 1.77.1 and before (UpdateMCPServerRequest there; 1.74.0 has fewer and ignores the rest).
const WHOLE = [
  'server_name',
  'alias',
  'description',
  'transport',
  'spec_version',
  'auth_type',
  'url',
  'mcp_info',
  'mcp_access_groups',
  'command',
  'args',
  'env',
]

// What 1.77.7 to 1.87 write although a request leaves it out. Not server_name: with it, a missing alias is made up.
// With the transport goes the url: LiteLLM wants both or neither.
const DEFAULTED = [
  'url',
  'alias',
  'transport',
  'mcp_access_groups',
  'args',
  'env',
  'allow_all_keys',
  'available_on_public_internet',
  'is_byok',
  'byok_description',
  'delegate_auth_to_upstream',
  'oauth_passthrough',
]

const held = (record: ServerRecord, fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    fields
      .map((field) => [field, record[field]])
      .filter(([, value]) => value !== null && value !== undefined),
  )

/** LiteLLM checks a transport against what has to come with it in the same body. */
function defaulted(record: ServerRecord): string[] {
  if (record.transport === 'stdio') return [...DEFAULTED, 'command']
  return record.url ? DEFAULTED : [...DEFAULTED, 'spec_path']
}

const CONTEXT: Record<PutBody, (record: ServerRecord) => Record<string, unknown>> = {
  'whole-record': (record) => held(record, WHOLE),
  'defaulted-fields': (record) => held(record, defaulted(record)),
  'changed-fields': () => ({}),
}

/** The fields in which edits stand, whole: those of a record read a moment ago, with the new texts in their places. */
export function wholeFields(record: ServerRecord, edits: readonly Edit[]): Record<string, unknown> {
  return fieldsWith(
    record,
    edits.map(({ field, after }) => ({ path: field, value: after })),
  )
}

/** What to send for edits. */
export function fieldEdits(
  record: ServerRecord,
  edits: readonly Edit[],
  { injectsFlags }: Pick<Era, 'injectsFlags'>,
): FieldEdit[] {
  return Object.entries(wholeFields(record, edits)).map(([field, value]) => ({
    field,
    after: field === 'mcp_info' && injectsFlags ? storedInfo(value) : value,
  }))
}

/**
 * The body of a PUT that changes `edits` and nothing else, made from a record read by id a moment ago. It never
 * holds credentials nor a null that was not asked for: from 1.96 a null there erases what is stored.
 */
export function writeBody(
  kind: PutBody,
  record: ServerRecord,
  edits: readonly FieldEdit[],
): Record<string, unknown> {
  const changed = Object.fromEntries(edits.map(({ field, after }) => [field, after]))
  return { server_id: record.server_id, ...CONTEXT[kind](record), ...changed }
}

const WAY_OUT = 'rename it on the admin page first, or update LiteLLM to 1.88 or later, which needs no names'

/**
 * Why a record cannot be written on a release without damage to its names, or `null`. Names in a body are
 * checked (no `-`), a space becomes `_`, and where the whole record is sent, a missing alias is made up.
 */
export function nameObstacle(kind: PutBody, record: ServerRecord): string | null {
  if (kind === 'changed-fields') return null
  if (/[-\s]/.test(record.alias ?? ''))
    return `this release refuses or changes an alias with a hyphen or a space when the server is written: ${WAY_OUT}`
  if (kind === 'defaulted-fields') return null
  if (/-/.test(record.server_name ?? ''))
    return `this release refuses a name with a hyphen when the server is written: ${WAY_OUT}`
  return record.server_name && !record.alias
    ? `this release would give the server an alias of its own when it is written: ${WAY_OUT}`
    : null
}
