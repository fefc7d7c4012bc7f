import { z } from 'zod'
import { MigrateError } from '../core/errors.ts'
import { printable } from '../core/text.ts'
import { type Endpoint, get, spoken } from './http.ts'
import type { Answer } from './transport.ts'

/** A release as a gateway may call itself; anything else is not believed, nor printed. */
const release = z.string().regex(/^v?\d+\.\d+\.\d+[\w.+-]{0,40}$/)

const readiness = z.looseObject({
  status: z.string(),
  db: z.string().nullish(),
  litellm_version: release.nullish().catch(null),
})

/** How long passing trouble of what may be no gateway at all is sat out: a wrong address is told soon. */
const FIRST_LOOK_MS = 10_000

const ROOT_PATH_HINT =
  'Check --url: host, port, and the root path (SERVER_ROOT_PATH) if the gateway has one, as in https://host/litellm.'

function refuseRedirect(answer: Answer, endpoint: Endpoint): void {
  if (answer.status < 300 || answer.status > 399) return
  const location = answer.headers['location']
  const target =
    typeof location === 'string' && URL.canParse(location, endpoint.url)
      ? new URL(location, endpoint.url)
      : null
  const elsewhere = target && target.origin !== new URL(endpoint.url).origin
  const root = target?.pathname.replace(/\/health\/readiness\/?$/, '') ?? ''
  throw new MigrateError(
    'gateway-redirect',
    elsewhere
      ? `${endpoint.url} redirects to another origin, ${printable(target.origin)}; the key is never sent there`
      : `${endpoint.url} redirects the admin API`,
    target && target.pathname.endsWith('readiness')
      ? `If that is your gateway, use --url ${printable(target.origin + root)}`
      : ROOT_PATH_HINT,
  )
}

/** LiteLLM's own 503: it runs, and its database does not. */
const isNotReady = ({ status, json, text }: Answer): boolean =>
  status === 503 && (readiness.safeParse(json).success || /Service Unhealthy/.test(text))

/** Without a key: is this LiteLLM, and does it have its database? Returns the release where it is told openly. */
async function readReadiness(endpoint: Endpoint): Promise<string | null> {
  const answer = await get({ ...endpoint, key: null }, '/health/readiness', FIRST_LOOK_MS, isNotReady)
  refuseRedirect(answer, endpoint)
  const body = readiness.safeParse(answer.json)
  if (isNotReady(answer)) {
    throw new MigrateError(
      'no-database',
      `LiteLLM at ${endpoint.url} says that it is not ready (${spoken(answer, endpoint)})`,
      'Most often its database is down. Start it, then try again.',
    )
  }
  if (answer.status !== 200 || !body.success) {
    throw new MigrateError(
      'not-litellm',
      `${endpoint.url} does not answer like LiteLLM (/health/readiness: ${spoken(answer, endpoint)})`,
      ROOT_PATH_HINT,
    )
  }
  if (body.data.db !== 'connected') {
    throw new MigrateError(
      'no-database',
      `LiteLLM at ${endpoint.url} has no database connected, so it keeps no MCP servers that could be edited`,
      'Servers in config.yaml are edited there. Otherwise set DATABASE_URL and restart LiteLLM.',
    )
  }
  return body.data.litellm_version ?? null
}

/** Still without a key: does it have LiteLLM's MCP admin API? Its 401 has a form of its own. */
async function requireMcpApi(endpoint: Endpoint): Promise<void> {
  const answer = await get({ ...endpoint, key: null }, '/v1/mcp/server', FIRST_LOOK_MS)
  refuseRedirect(answer, endpoint)
  const open = answer.status === 200 && Array.isArray(answer.json)
  const locked = z
    .looseObject({ error: z.looseObject({ type: z.string().nullish() }) })
    .safeParse(answer.json)
  if (open || ((answer.status === 401 || answer.status === 403) && locked.success)) return
  throw new MigrateError(
    'not-litellm',
    `${endpoint.url} does not have LiteLLM's MCP admin API (/v1/mcp/server: ${spoken(answer, endpoint)})`,
    `LiteLLM has it since 1.74, when the Python package mcp is installed. ${ROOT_PATH_HINT}`,
  )
}

/**
 * Proves, without sending a key, that this is LiteLLM with a database and its MCP admin API. Returns the
 * release, or `null` where it is hidden from strangers (1.88 and later).
 */
export async function identifyGateway(endpoint: Endpoint): Promise<string | null> {
  const version = await readReadiness(endpoint)
  await requireMcpApi(endpoint)
  return version
}

const description = z.looseObject({
  info: z.looseObject({ title: z.string().regex(/litellm/i), version: release }),
})

/**
 * The release as an admin may learn it: `/health/readiness/details`, else `info.version` of `/openapi.json`. `null`
 * where the gateway does not tell it; throws `release-unreadable` where it only failed to, as what a write has to
 * contain depends on it.
 */
export async function readVersion(endpoint: Endpoint): Promise<string | null> {
  const details = await get(endpoint, '/health/readiness/details')
  const told = readiness.safeParse(details.json).data?.litellm_version
  if (told) return told
  const openapi = await get(endpoint, '/openapi.json')
  const described = description.safeParse(openapi.json).data?.info.version
  if (described) return described
  const failed = [details, openapi].find(({ status }) => status === 429 || status >= 500)
  if (!failed) return null
  throw new MigrateError(
    'release-unreadable',
    `LiteLLM at ${endpoint.url} could not tell its release (${spoken(failed, endpoint)}), and what a write must contain depends on it`,
    'Try again when it is out of trouble. Nothing was changed.',
  )
}
