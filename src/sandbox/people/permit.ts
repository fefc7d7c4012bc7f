import type { Caller } from './accounts.ts'
import { type Answer, crash, proxyError } from '../answers.ts'
import { HOLDER_PATHS } from '../holders/holders.ts'
import type { Release } from '../release.ts'

/** As much of a request as the route checks look at. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

const ADMIN_ONLY = [
  '/get/internal_user_settings',
  '/health/readiness/details',
  '/user/new',
  '/user/update',
  // Some of these tell others what is theirs; the sandbox plays them for full admins alone.
  ...HOLDER_PATHS,
]
const KEY_ROUTES = ['/key/generate', '/key/info', '/v2/key/info', '/user/info', '/user/new']
const SERVERS = '/v1/mcp/server'
const TOOLS = '/mcp-rest/tools/list'
const CHAT = '/v1/chat/completions'

function within(path: string, route: string): boolean {
  return path === route || path.startsWith(`${route}/`)
}

/** What `allowed_routes: ["llm_api_routes"]` lets through, as observed. */
function isModelRoute(release: Release, { method, path }: Asked): boolean {
  if (path === CHAT) return true
  if (release.routeLimits === 'crash') return false
  if (path === TOOLS || (release.routeLimits === 'coarse' && path === SERVERS)) return true
  return release.routeLimits === 'fine' && method === 'GET' && within(path, SERVERS)
}

function isManagementRoute(release: Release, { path }: Asked): boolean {
  return KEY_ROUTES.includes(path) || (release.routeLimits === 'fine' && within(path, SERVERS))
}

function routeAllowed(release: Release, route: string, asked: Asked): boolean {
  if (route === 'llm_api_routes') return isModelRoute(release, asked)
  if (route === 'management_routes') return isManagementRoute(release, asked)
  return release.routeLimits === 'crash' ? asked.path === route : within(asked.path, route)
}

/** `route_checks.py`; observed on 1.105.7 and 1.106.2. */
const MUST_CHANGE =
  "This account's password must be changed before the session can be used: it was either found in a known data breach or set by an admin. Change it via POST /user/password/change (UI: /ui/change-password), then log in again."

/** The check of a key's own `allowed_routes`. 1.77.7 fails with an uncaught exception instead of a 403. */
function limitOfKey(release: Release, caller: Caller, asked: Asked): Answer | undefined {
  const routes = caller.allowedRoutes
  if (routes.length === 0 || routes.some((route) => routeAllowed(release, route, asked))) return undefined
  if (release.routeLimits === 'crash') return crash(release)
  if (caller.mustChangePassword) return { status: 403, json: { detail: MUST_CHANGE } }
  const named = `[${routes.map((route) => `'${route}'`).join(', ')}]`
  return {
    status: 403,
    json: {
      detail: `Virtual key is not allowed to call this route. Only allowed to call routes: ${named}. Tried to call route: ${asked.path}`,
    },
  }
}

function readOnlyAdminMay(release: Release, { method, path }: Asked): boolean {
  if (release.readOnlyAdmin === 'reads' && method === 'GET') return true
  if (['/key/info', '/v2/key/info', '/user/info', '/v2/user/info'].includes(path)) return true
  return release.readOnlyAdmin === 'list' && (path === SERVERS || path === TOOLS)
}

function maskedUser(release: Release, userId: string | null): string {
  if (userId === null) return release.maskedKeys === 'all' ? '*******' : 'unknown'
  const hidden = Math.min(12, Math.max(userId.length - 8, 0))
  return userId.length <= 8 ? '*'.repeat(3) : userId.slice(0, 6) + '*'.repeat(hidden) + userId.slice(-2)
}

function adminsOnly(release: Release, caller: Caller, { path }: Asked): Answer {
  const role = caller.role ?? 'unknown'
  return proxyError(
    401,
    `Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route=${path}. Your role=${role}. Your user_id=${maskedUser(release, caller.userId)}`,
  )
}

/** `/user/info` tells a user only of itself; who may read all is a full admin, or from 1.90 a read-only one. */
function limitOfUser(release: Release, caller: Caller, { path, query }: Asked): Answer | undefined {
  const id = query.get('user_id') ?? caller.userId
  const reads = caller.role === 'proxy_admin_viewer' && release.readOnlyAdmin === 'reads'
  if (path !== '/user/info' || reads || (id !== null && id === caller.userId)) return undefined
  return proxyError(
    403,
    `key not allowed to access this user's info. user_id=${id}, key's user_id=${caller.userId ?? 'None'}`,
  )
}

/** The check of the user's role. Source: `auth/route_checks.py`; observed on all three releases. */
function limitOfRole(release: Release, caller: Caller, asked: Asked): Answer | undefined {
  if (caller.role === 'proxy_admin') return undefined
  const foreign = limitOfUser(release, caller, asked)
  if (foreign) return foreign
  if (caller.role === 'proxy_admin_viewer') {
    return readOnlyAdminMay(release, asked)
      ? undefined
      : proxyError(
          403,
          `user not allowed to access this route, role= proxy_admin_viewer. Trying to access: ${asked.path}`,
        )
  }
  const needsUser = asked.path === '/key/generate' && caller.userId === null
  return needsUser || ADMIN_ONLY.includes(asked.path) ? adminsOnly(release, caller, asked) : undefined
}

/** Why this caller may not call this route at all, or undefined. 1.105 asks the key before the role. */
export function forbidden(release: Release, caller: Caller, asked: Asked): Answer | undefined {
  const checks = release.verboseErrors ? [limitOfRole, limitOfKey] : [limitOfKey, limitOfRole]
  for (const check of checks) {
    const answer = check(release, caller, asked)
    if (answer) return answer
  }
  return undefined
}
