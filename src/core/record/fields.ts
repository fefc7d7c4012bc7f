import { canonical, sha256 } from '../canonical.ts'
import { ownMember } from '../own-member.ts'
import type { ServerRecord } from './server.ts'

/** What probes put into a record, or into an entry of the list: it changes by itself. */
export const PROBED: readonly string[] = [
  'status',
  'last_health_check',
  'health_check_error',
  'has_user_credential',
  'connected_app_reachable',
]

/** Fields that change by themselves: who wrote last, and what the probe of a read found. */
const VOLATILE = new Set(['updated_at', 'updated_by', ...PROBED])

/** Fields that no PUT can set (`UpdateMCPServerRequest` has none of them): they say nothing about an edit. */
const RESPONSE_ONLY = [
  'created_at',
  'created_by',
  'teams',
  'is_config',
  'pinned_tools',
  'approval_status',
  'submitted_by',
  'submitted_at',
  'reviewed_at',
  'review_notes',
]

/** Injected into `mcp_info` by reads, from `litellm_settings.public_mcp_servers`. */
const INJECTED_INFO = new Set(['is_public', 'is_public_explicit'])

/** Is a place in a record one of those? No edit leads there. */
export const isInjected = (path: string): boolean =>
  [...INJECTED_INFO].some((name) => new RegExp(`^mcp_info\\.${name}(?![\\w-])`).test(path))

/** Fields whose collateral change gives somebody access to a server, or takes it away. */
const ACCESS = ['mcp_access_groups', 'allow_all_keys', 'available_on_public_internet', 'mcp_info.is_public']

/** Fields that hold no secret by their nature, and may be shown and journalled in clear when they changed. */
const HARMLESS = [
  'alias',
  'allow_all_keys',
  'allowed_tools',
  'approval_status',
  'auth_type',
  'available_on_public_internet',
  'delegate_auth_to_upstream',
  'is_byok',
  'mcp_access_groups',
  'mcp_info.is_public',
  'oauth_passthrough',
  'server_name',
  'transport',
]

/** `mcp_info` as it is stored, as far as a read tells: without what reads put into it. */
export function storedInfo(info: unknown): unknown {
  return info !== null && typeof info === 'object'
    ? without(info as Record<string, unknown>, INJECTED_INFO)
    : info
}

const without = (object: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)))

const UNSETTABLE = new Set([...VOLATILE, ...RESPONSE_ONLY])

/** The fields of a record that an edit can change, in their order. */
export const settableNames = (record: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(record).filter((field) => !UNSETTABLE.has(field))

/** What a record holds in such a field, without what reads put into it. */
export function settableValue(record: Readonly<Record<string, unknown>>, field: string): unknown {
  const value = record[field]
  return field === 'mcp_info' && !Array.isArray(value) ? storedInfo(value) : value
}

/** The record without what no edit can have changed: what a person means by "the same server". */
export function settableFields(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(settableNames(record).map((field) => [field, settableValue(record, field)]))
}

const PUBLIC = new Set(['is_public'])

/** Everything the API shows of a server, one entry a field; public availability apart from the rest of `mcp_info`. */
function shown(record: ServerRecord): Record<string, unknown> {
  const rest = without(record, VOLATILE)
  if (!record.mcp_info) return rest
  const isPublic =
    'is_public' in record.mcp_info ? { 'mcp_info.is_public': record.mcp_info['is_public'] } : {}
  return { ...rest, mcp_info: without(record.mcp_info, PUBLIC), ...isPublic }
}

/** The first half of a SHA-256, as hexadecimal digits. */
export const print = (json: string): string => sha256(json).slice(0, 32)

/** The hash of what a server holds in a field. `rounded`: with numbers as JavaScript rounds them. */
export const hash = (id: string, field: string, value: unknown, numbers?: 'rounded'): string =>
  print(canonical([id, field, value], numbers))

/**
 * A hash of each field that an edit can change, as 32 hexadecimal digits, so that a later read can tell which
 * fields moved without anyone having kept their values.
 */
export function fieldHashes(record: ServerRecord): Record<string, string> {
  const start = `[${JSON.stringify(record.server_id)},`
  const members = settableNames(record)
    .toSorted()
    .map((field) => {
      const name = JSON.stringify(field)
      // As `hash` does: this is done for sixty fields of thousands of servers.
      return `${name}:"${print(`${start}${name},${canonical(settableValue(record, field))}]`)}"`
    })
  // Thousands of these are kept. Those that are parsed share one list of names in V8; put together by name, each has its own.
  return JSON.parse(`{${members.join(',')}}`) as Record<string, string>
}

/** A field that changed though nobody asked for it. */
export interface FieldChange {
  field: string
  before: unknown
  after: unknown
}

/** Every shown field, other than `intended`, that differs between two reads of one server. */
export function shownChanges(
  before: ServerRecord,
  after: ServerRecord,
  intended: readonly string[],
): FieldChange[] {
  const [was, is] = [shown(before), shown(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].toSorted()
  return names
    .filter((field) => !intended.includes(field))
    .map((field) => ({ field, before: ownMember(was, field) ?? null, after: ownMember(is, field) ?? null }))
    .filter(({ before, after }) => canonical(before) !== canonical(after))
}

/** Does a change of this field open a server to somebody, or close it? */
export function isAccessField(field: string): boolean {
  return ACCESS.includes(field)
}

/** A value as it may be reported: itself in fields that hold no secret, otherwise its hash. */
export function reportable(id: string, field: string, value: unknown): unknown {
  return value === null || HARMLESS.includes(field) ? value : { sha256: hash(id, field, value) }
}

/** Can a PUT put this field back? What LiteLLM computes, and credentials, cannot be. */
export function isRepairable(field: string): boolean {
  return ![...RESPONSE_ONLY, 'credentials', 'server_id', 'mcp_info.is_public'].includes(field)
}
