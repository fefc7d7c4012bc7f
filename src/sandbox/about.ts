import { type Answer, NOT_FOUND, ok, refused } from './answers.ts'
import { sendableOf } from './servers/columns.ts'
import type { Ask } from './request.ts'
import type { World } from './world.ts'

/** What readiness says before 1.88, and details after. */
function details(world: World): Record<string, unknown> {
  const current = !world.release.verboseErrors
  const connected = current || !world.database ? 'healthy' : 'connected'
  return {
    status: connected,
    db: world.database ? 'connected' : 'Not connected',
    cache: null,
    ...(!world.hideVersion && { litellm_version: world.release.version }),
    success_callbacks: ['sync_deployment_callback_on_success'],
    use_aiohttp_transport: true,
  }
}

/** GET /health/readiness, without a key. */
export function readiness(world: World): Answer {
  const all = details(world)
  return ok(world.release.versionIn === 'readiness' ? all : { status: all['status'], db: all['db'] })
}

/** GET /health/readiness/details, from 1.88. */
export function readinessDetails(world: World): Answer {
  return world.hideVersion ? NOT_FOUND : ok(details(world))
}

/** GET /health/liveliness, without a key. */
export function liveliness(): Answer {
  return ok("I'm alive!")
}

/** GET /openapi.json: as much of it as tells the version and what PUT knows. */
export function openapi(world: World): Answer {
  if (world.hideVersion) return NOT_FOUND
  const { version } = world.release
  const properties = Object.fromEntries(sendableOf(version).map(({ name }) => [name, { title: name }]))
  return ok({
    openapi: '3.1.0',
    info: { title: 'LiteLLM API', version },
    paths: {},
    components: { schemas: { UpdateMCPServerRequest: { type: 'object', properties } } },
  })
}

/** GET /: the API's own page. */
export function home(): Answer {
  const page =
    '<!DOCTYPE html>\n<html><head><title>LiteLLM API - Swagger UI</title></head><body></body></html>\n'
  return { status: 200, text: page, headers: { 'content-type': 'text/html; charset=utf-8' } }
}

/** GET /v1/mcp/discover: a curated list, for admins. */
export function discover({ caller }: Ask): Answer {
  if (caller.role === 'proxy_admin' || caller.role === 'proxy_admin_viewer') {
    return ok({ servers: [], categories: [] })
  }
  const role = caller.role ?? 'internal_user'
  return refused(403, `Only proxy admins can access MCP discovery. Your role=${role}`)
}
