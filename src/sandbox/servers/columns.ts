import { atLeast } from '../version.ts'

/** How pydantic reads a column of the update request. A trailing `?` allows null. */
export type ColumnKind =
  | 'text'
  | 'text?'
  | 'list'
  | 'list?'
  | 'map'
  | 'map?'
  | 'flag'
  | 'flag?'
  | 'number?'
  | 'transport'
  | 'auth?'

/** One column of LiteLLM_MCPServerTable. */
export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  /** What a new row holds, and what a PUT of 1.77.2 to 1.87 writes when the column is not sent. */
  readonly fresh: unknown
  readonly since: string
  readonly until: string
  /** First release whose PUT takes it. */
  readonly sendable: string
}

const NEVER = '999.0.0'
const ALWAYS = '0.0.0'

function column(
  name: string,
  kind: ColumnKind,
  since = ALWAYS,
  more: Partial<Pick<Column, 'fresh' | 'until' | 'sendable'>> = {},
): Column {
  return { name, kind, since, fresh: EMPTY[kind], until: NEVER, sendable: since, ...more }
}

const EMPTY: Readonly<Record<ColumnKind, unknown>> = {
  text: '',
  'text?': null,
  list: [],
  'list?': null,
  map: {},
  'map?': null,
  flag: false,
  'flag?': null,
  'number?': null,
  transport: 'sse',
  'auth?': null,
}

/**
 * The columns, and when they appeared. Source: `UpdateMCPServerRequest` and `LiteLLM_MCPServerTable`
 * in `litellm/proxy/_types.py` of 1.77.7, 1.81.14 and 1.106.2; 1.82 to 1.91 from the migrations, 1.92.2 to
 * 1.105.7 from `schema.prisma`.
 */
const COLUMNS: readonly Column[] = [
  column('server_id', 'text'),
  column('server_name', 'text?'),
  column('alias', 'text?'),
  column('description', 'text?'),
  column('url', 'text?'),
  column('spec_path', 'text?', '1.81.0'),
  column('transport', 'transport'),
  column('spec_version', 'text', ALWAYS, { until: '1.77.2', fresh: '2025-06-18' }),
  column('auth_type', 'auth?'),
  column('credentials', 'map?', '1.80.0'),
  column('instructions', 'text?', '1.88.0'),
  column('mcp_access_groups', 'list'),
  column('allowed_tools', 'list?', '1.77.2', { fresh: [], sendable: '1.81.0' }),
  column('tool_name_to_display_name', 'map?', '1.88.0', { fresh: {} }),
  column('tool_name_to_description', 'map?', '1.88.0', { fresh: {} }),
  column('pinned_tools', 'map?', '1.105.7', { sendable: NEVER }),
  column('extra_headers', 'list?', '1.77.2', { fresh: [], sendable: '1.81.0' }),
  column('mcp_info', 'map?', ALWAYS, { fresh: {} }),
  column('static_headers', 'map?', '1.80.0', { fresh: {} }),
  column('env_vars', 'list?', '1.88.0', { fresh: [] }),
  column('command', 'text?'),
  column('args', 'list'),
  column('env', 'map'),
  column('issuer', 'text?', '1.93.3'),
  column('authorization_url', 'text?', '1.81.0'),
  column('token_url', 'text?', '1.81.0'),
  column('registration_url', 'text?', '1.81.0'),
  column('oauth2_flow', 'text?', '1.88.0'),
  column('token_exchange_endpoint', 'text?', '1.93.0'),
  column('audience', 'text?', '1.93.0'),
  column('subject_token_type', 'text?', '1.93.0'),
  column('token_exchange_profile', 'text?', '1.93.0'),
  column('allow_all_keys', 'flag', '1.81.0'),
  column('available_on_public_internet', 'flag', '1.81.0', { until: '1.82.0' }),
  column('available_on_public_internet', 'flag', '1.82.0', { fresh: true }),
  column('delegate_auth_to_upstream', 'flag', '1.82.0'),
  column('oauth_passthrough', 'flag', '1.82.0'),
  column('dcr_bridge', 'flag?', '1.93.0'),
  column('per_server_oauth_discovery', 'flag', '1.102.4'),
  column('is_byok', 'flag', '1.82.0'),
  column('byok_description', 'list', '1.82.0'),
  column('byok_api_key_help_url', 'text?', '1.82.0'),
  column('source_url', 'text?', '1.88.0'),
  column('timeout', 'number?', '1.88.0'),
  column('max_concurrent_requests', 'number?', '1.92.2'),
  column('rpm', 'number?', '1.106.0'),
  column('approval_status', 'text?', '1.88.0', { fresh: 'active', sendable: NEVER }),
  column('submitted_by', 'text?', '1.88.0', { sendable: NEVER }),
  column('submitted_at', 'text?', '1.88.0', { sendable: NEVER }),
  column('reviewed_at', 'text?', '1.88.0', { sendable: NEVER }),
  column('review_notes', 'text?', '1.88.0', { sendable: NEVER }),
]

/** Fields of an answer that no column holds. */
const ANSWER_ONLY: readonly (readonly [name: string, since: string])[] = [
  ['has_user_credential', '1.88.0'],
  ['connected_app_reachable', '1.100.5'],
]

/** The columns that there have ever been; where a kind has changed, as it was first. */
export const everyColumn = (): readonly Column[] => COLUMNS

/** The columns that a release stores. */
export function columnsOf(version: string): readonly Column[] {
  return COLUMNS.filter((one) => atLeast(version, one.since) && !atLeast(version, one.until))
}

/** The columns that a release's PUT reads; every other key is ignored in silence. */
export function sendableOf(version: string): readonly Column[] {
  return columnsOf(version).filter((one) => atLeast(version, one.sendable))
}

/** The columns that a release's POST reads: those of PUT, and the lists that came to PUT later. */
export function creatableOf(version: string): readonly Column[] {
  return columnsOf(version).filter((one) => one.sendable !== NEVER)
}

/** Fields that an answer carries besides the columns, all null. */
export function answerOnlyOf(version: string): readonly string[] {
  return ANSWER_ONLY.filter(([, since]) => atLeast(version, since)).map(([name]) => name)
}
