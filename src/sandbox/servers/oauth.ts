import type { SandboxRow } from '../options.ts'
import type { Release } from '../release.ts'

type Fields = Readonly<Record<string, unknown>>
type Secrets = Readonly<Record<string, unknown>>

/** Columns that belong to the authorization server behind the old url (`_AUTH_FLOW_SCOPED_FIELDS`, db.py). */
const FLOW_COLUMNS = [
  'issuer',
  'authorization_url',
  'token_url',
  'registration_url',
  'oauth2_flow',
  'dcr_bridge',
  'token_exchange_endpoint',
  'audience',
  'subject_token_type',
  'token_exchange_profile',
]

const TOKENS = ['access_token', 'refresh_token', 'expires_in']
const CLIENT = [
  'client_id',
  'client_secret',
  'token_endpoint_auth_method',
  'redirect_uris',
  'dcr_issuer',
  'dcr_server_url',
  'scope',
  ...TOKENS,
]

function blank(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

function without(secrets: Secrets, names: readonly string[]): Secrets {
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => !names.includes(name)))
}

/** `oauth_credentials_for_upstream_edit`: the client survives only when its issuer is known and stays. */
function secretsAfterMove(row: SandboxRow, secrets: Secrets, issuerKept: boolean): Secrets {
  const issuer = blank(secrets['dcr_issuer']) ?? blank(row['issuer'])
  const keep = issuer !== null && Boolean(secrets['client_id']) && issuerKept
  const rest = without(secrets, [...(keep ? TOKENS : CLIENT), 'auth_value'])
  return keep
    ? { ...rest, dcr_issuer: issuer, dcr_server_url: secrets['dcr_server_url'] ?? row['url'] }
    : rest
}

/** `_bind_submitted_oauth_client`: a client that says not where it is from is bound to the new place. */
function bound(secrets: Secrets, issuer: unknown, url: unknown): Secrets {
  if (!secrets['client_id'] || secrets['dcr_issuer'] || secrets['dcr_server_url']) return secrets
  return { ...secrets, dcr_issuer: blank(issuer), dcr_server_url: blank(url) }
}

interface Move {
  readonly url: boolean
  readonly issuer: boolean
  readonly type: boolean
}

/** Up to 1.105 a first issuer is no change of it: `issuer_changed` in `update_mcp_server` (1.96.2, 1.105.7). */
function moveOf(release: Release, row: SandboxRow, sent: Fields): Move {
  const counts = release.urlDropsClient || blank(row['issuer']) !== null
  return {
    url: typeof sent['url'] === 'string' && sent['url'] !== row['url'],
    issuer: 'issuer' in sent && counts && blank(sent['issuer']) !== blank(row['issuer']),
    type: Boolean(sent['auth_type']) && sent['auth_type'] !== row['auth_type'],
  }
}

function credentialsAfter(
  release: Release,
  row: SandboxRow,
  sent: Fields,
  move: Move,
  cleared: Fields,
): Fields {
  const old = (row['credentials'] ?? {}) as Secrets
  const supplied = sent['credentials'] as Secrets | null | undefined
  const moved = release.urlDropsClient && row['auth_type'] === 'oauth2' && (move.url || move.issuer)
  const kept = moved ? secretsAfterMove(row, old, !move.issuer && !move.type) : old
  if (supplied === undefined || supplied === null) {
    if (supplied === null) return { credentials: null }
    if (moved) return { credentials: kept }
    return move.type && 'credentials' in row ? { credentials: null } : {}
  }
  const isClient = release.urlDropsClient && (sent['auth_type'] ?? row['auth_type']) === 'oauth2'
  const own = isClient
    ? bound(supplied, cleared['issuer'] ?? sent['issuer'] ?? row['issuer'], sent['url'] ?? row['url'])
    : supplied
  return { credentials: move.type || row['credentials'] === null ? own : { ...kept, ...own } }
}

/**
 * What a partial PUT writes besides the sent columns, when it moves an upstream: the ten OAuth
 * columns emptied unless sent with another value, and the credentials that survive.
 * Source: `update_mcp_server` of db.py; from 1.94 for the columns, from 1.106.0 for the client.
 */
export function afterMove(release: Release, row: SandboxRow, sent: Fields): Fields {
  const move = moveOf(release, row, sent)
  const wipes = release.urlWipesOAuth && (move.url || move.issuer || move.type)
  const stale = wipes
    ? FLOW_COLUMNS.filter((name) => name in row && (!(name in sent) || sent[name] === row[name]))
    : []
  const cleared = Object.fromEntries(stale.map((name) => [name, null]))
  return { ...cleared, ...credentialsAfter(release, row, sent, move, cleared) }
}
