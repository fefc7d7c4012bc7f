import type { Row } from '../support/lab-database.ts'

/** Columns that only other kinds of servers use, or that LiteLLM fills by itself. */
const NOT_SET_BY_HAND = [
  // OAuth and token exchange; the fleet has servers with these that are left alone.
  'authorization_url',
  'registration_url',
  'token_url',
  'oauth2_flow',
  'oauth_passthrough',
  'delegate_auth_to_upstream',
  'token_exchange_endpoint',
  'token_exchange_profile',
  'audience',
  'subject_token_type',
  'dcr_bridge',
  'issuer',
  'per_server_oauth_discovery',
  // Servers made from an OpenAPI file, and those to which each user brings a key.
  'spec_path',
  'is_byok',
  // Health, submissions and pins.
  'last_health_check',
  'health_check_error',
  'submitted_by',
  'submitted_at',
  'reviewed_at',
  'review_notes',
  'pinned_tools',
]

const isEmpty = (value: unknown): boolean =>
  value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0)

/** The columns, among those that a server reached by URL can have set, that none of these servers has set. */
export function unsetColumns(rows: Readonly<Record<string, Row>>, names: readonly string[]): string[] {
  const meant = names.map((name) => rows[name] ?? {})
  const columns = Object.keys(meant[0] ?? {}).filter((column) => !NOT_SET_BY_HAND.includes(column))
  return columns.filter((column) => meant.every((row) => isEmpty(row[column])))
}
