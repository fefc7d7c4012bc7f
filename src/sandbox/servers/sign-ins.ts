import { mayGet } from '../people/access.ts'
import { type Answer, noDatabase, ok, refused } from '../answers.ts'
import type { SandboxRow } from '../options.ts'
import { type Ask, fieldsOf } from '../request.ts'
import { timestamp, type World } from '../world.ts'

/** A row of LiteLLM_MCPUserCredentials that holds an OAuth token; the token itself is not kept. */
export interface SignIn {
  readonly connectedAt: string
  readonly expiresAt: string | null
  readonly updatedAt: string
}

/** Dates as Python's `isoformat` writes them. */
function isoformat(when = new Date()): string {
  return timestamp(when).replace('Z', '+00:00')
}

/** Notes that a user has signed in to a server. */
export function keepSignIn(world: World, id: string, userId: string, expiresAt: string | null = null): void {
  const users = world.signIns.get(id) ?? new Map<string, SignIn>()
  users.set(userId, { connectedAt: isoformat(), expiresAt, updatedAt: isoformat() })
  world.signIns.set(id, users)
}

/**
 * Whether this caller may keep something of their own for a server (`_authorize_and_fetch_mcp_server`): for who is
 * no admin an unknown server is a forbidden one.
 */
function refusal({ world, caller, id }: Ask): Answer | undefined {
  if (!world.database) return noDatabase(false)
  const isAdmin = caller.role === 'proxy_admin' || caller.role === 'proxy_admin_viewer'
  const known = world.rows.has(id) || world.config.has(id)
  if (known && mayGet(world, caller, id)) return undefined
  if (isAdmin) return refused(404, `MCP Server ${id} not found`)
  const text = `User does not have permission to access mcp server with id ${id}. You can only manage mcp servers that you have access to.`
  return refused(403, text)
}

/** POST /v1/mcp/server/{id}/oauth-user-credential: the caller's own token, as after a sign-in. */
export function storeSignIn(ask: Ask): Answer {
  const { world, caller, id, text } = ask
  const no = refusal(ask)
  if (no) return no
  if (!caller.userId) return refused(400, 'User ID not found in token')
  const seconds = fieldsOf(text)['expires_in']
  const expiresAt = typeof seconds === 'number' ? isoformat(new Date(Date.now() + seconds * 1000)) : null
  keepSignIn(world, id, caller.userId, expiresAt)
  return ok({
    server_id: id,
    has_credential: true,
    expires_at: expiresAt,
    is_expired: false,
    connected_at: null,
  })
}

/** GET /v1/mcp/server/{id}/user-credentials, from 1.104: whose tokens are stored, for admins; any id will do. */
export function listSignIns({ world, caller, id }: Ask): Answer {
  if (caller.role !== 'proxy_admin' && caller.role !== 'proxy_admin_viewer')
    return refused(403, 'Admin access required to view MCP server user credentials.')
  if (!world.database) return noDatabase(false)
  const users = [...(world.signIns.get(id) ?? [])]
  return ok(
    users.map(([userId, { connectedAt, expiresAt, updatedAt }]) => ({
      user_id: userId,
      credential_type: 'oauth2',
      expires_at: expiresAt,
      connected_at: connectedAt,
      updated_at: updatedAt,
    })),
  )
}

const IDENTITY = [
  'url',
  'spec_path',
  'auth_type',
  'oauth2_flow',
  'issuer',
  'authorization_url',
  'token_url',
  'registration_url',
]
const CLIENT_IDENTITY = ['client_id', 'client_secret', 'scopes', 'upstream_resource']

/** What decides for whom and by whom a token is made out (`mcp_oauth_token_identity` of db.py). */
export function tokenIdentity(row: SandboxRow): string {
  const client = (row['credentials'] ?? {}) as Record<string, unknown>
  return JSON.stringify([
    ...IDENTITY.map((name) => row[name] ?? null),
    ...CLIENT_IDENTITY.map((name) => client[name] ?? null),
  ])
}
