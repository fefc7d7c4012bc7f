import type { Caller } from '../people/accounts.ts'
import { answerOnlyOf } from './columns.ts'
import type { SandboxRow } from '../options.ts'
import type { Probe } from '../backends/probes.ts'
import { timestamp, type World } from '../world.ts'
import { copyOf } from '../json.ts'

/** A server as an answer shows it. */
export type View = Record<string, unknown>

const EMPTIED_FOR_USERS = {
  lists: ['extra_headers', 'args'],
  nulls: [
    'credentials',
    'url',
    'spec_path',
    'static_headers',
    'command',
    'issuer',
    'authorization_url',
    'token_url',
    'registration_url',
    'token_exchange_endpoint',
    'audience',
    'subject_token_type',
    'token_exchange_profile',
    'env_vars',
  ],
} as const

const EMPTIED_FOR_LIMITED_KEYS = {
  lists: ['extra_headers', 'args', 'allowed_tools', 'mcp_access_groups', 'teams'],
  nulls: [
    ...EMPTIED_FOR_USERS.nulls.filter((name) => name !== 'spec_path'),
    'health_check_error',
    'last_health_check',
    'created_by',
    'updated_by',
    'created_at',
    'updated_at',
  ],
} as const

/** Only the fields a release has can be emptied. */
function emptied(view: View, fields: { lists: readonly string[]; nulls: readonly string[] }): View {
  const blank = [
    ...fields.lists.map((name): [string, unknown] => [name, []]),
    ...fields.nulls.map((name): [string, unknown] => [name, null]),
    ['env', {}] as [string, unknown],
  ]
  return { ...view, ...Object.fromEntries(blank.filter(([name]) => name in view)) }
}

function withPublicFlags(world: World, info: unknown): unknown {
  const { publicFlags } = world.release
  if (publicFlags.length === 0) return info
  const flags = Object.fromEntries(publicFlags.map((name) => [name, false]))
  return { ...(info as object | null), ...flags }
}

/** Scopes are no secret: 1.105 shows them, earlier releases hide credentials whole. */
function shownCredentials(world: World, credentials: unknown): unknown {
  const scopes = (credentials as { scopes?: unknown } | null)?.scopes
  const show = world.release.scopesShown && Array.isArray(scopes) && scopes.length > 0
  return show ? { scopes } : null
}

function common(world: World, row: SandboxRow): View {
  return {
    ...copyOf(row),
    ...('credentials' in row && { credentials: shownCredentials(world, row['credentials']) }),
    ...Object.fromEntries(answerOnlyOf(world.release.version).map((name) => [name, null])),
    ...(world.release.configFlagged && { is_config: world.config.has(row.server_id) }),
    teams: [],
    mcp_info: withPublicFlags(world, copyOf(row['mcp_info'])),
  }
}

/** A stored row as POST, PUT and GET by id answer it; a probe's result where there was one. */
export function stored(world: World, row: SandboxRow, probe?: Probe): View {
  const health = {
    status: probe?.status ?? 'unknown',
    last_health_check: probe ? timestamp().slice(0, -1) : null,
    health_check_error: probe?.error ?? null,
  }
  return { ...common(world, row), ...health }
}

/** mcp_info as the registry completes it (`build_mcp_server_from_table`). */
export function completedInfo(row: SandboxRow): Record<string, unknown> {
  const info = { ...(row['mcp_info'] as Record<string, unknown> | null) }
  info['server_name'] ??= row['server_name'] ?? row.server_id
  if (!('description' in info) && row['description']) info['description'] = row['description']
  return info
}

/** Empty maps are null in the registry, and so in what it lists. */
function orNull(value: unknown): unknown {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? null : value
}

const NULL_WHEN_EMPTY = [
  'static_headers',
  'env_vars',
  'tool_name_to_display_name',
  'tool_name_to_description',
]

/**
 * A server as the registry tells it from 1.81 on, where several fields are not what is stored.
 * Source: `build_mcp_server_table` of `mcp_server_manager.py`; observed on 1.81.14 and 1.106.2.
 */
export function fromRegistry(world: World, row: SandboxRow): View {
  const info = completedInfo(row)
  const view = common(world, { ...row, mcp_info: info, description: info['description'] ?? null })
  const emptied = NULL_WHEN_EMPTY.filter(
    (name) => name in view && !(world.release.rawNulls && name === 'env_vars'),
  )
  for (const name of emptied) view[name] = orNull(view[name])
  if ('subject_token_type' in view) {
    view['subject_token_type'] ??= 'urn:ietf:params:oauth:token-type:access_token'
    view['token_exchange_profile'] ??= 'rfc8693'
  }
  const now = timestamp().slice(0, -1)
  const dates = world.release.listDates === 'now' ? { created_at: now, updated_at: now } : {}
  return {
    ...view,
    ...dates,
    created_by: null,
    updated_by: null,
    status: null,
    last_health_check: null,
    health_check_error: null,
  }
}

/** What LiteLLM takes out of a view for callers who are not full admins, and for route-limited keys. */
export function forCaller(world: World, caller: Caller, view: View): View {
  if (caller.allowedRoutes.length > 0 && world.release.list === 'registry') {
    const flags = world.release.publicFlags
    const info = flags.length === 0 ? null : Object.fromEntries(flags.map((name) => [name, false]))
    return { ...emptied(view, EMPTIED_FOR_LIMITED_KEYS), mcp_info: info }
  }
  const hide = world.release.urlsAdminOnly && caller.role !== 'proxy_admin'
  return hide ? emptied(view, EMPTIED_FOR_USERS) : view
}
