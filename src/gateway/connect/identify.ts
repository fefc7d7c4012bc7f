import { z } from 'zod'
import { type ErrorCode, isTimeOut, MigrateError } from '../../core/errors.ts'
import { redactText } from '../../core/show/redact.ts'
import { type Endpoint, get, redactorOf, spoken } from '../http/http.ts'
import { tlsWanted, tooLong } from './mistaken-url.ts'
import { isNotReady, READINESS, readiness, release } from './readiness.ts'
import { speaksTls } from '../http/speaks-tls.ts'
import type { Answer } from '../http/transport.ts'

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
  const shown = (text: string): string => redactText(text, redactorOf(endpoint))
  const elsewhere = target && target.origin !== new URL(endpoint.url).origin
  const root = target?.pathname.replace(/\/health\/readiness\/?$/, '') ?? ''
  throw new MigrateError(
    'gateway-redirect',
    elsewhere
      ? `${endpoint.url} redirects to another origin, ${shown(target.origin)}; the key is never sent there`
      : `${endpoint.url} redirects the admin API`,
    target && target.pathname.endsWith('readiness')
      ? `If that is your gateway, use --url ${shown(target.origin + root)}`
      : ROOT_PATH_HINT,
  )
}

/** What a gateway tells of itself without a key. `version`: `null` where that is hidden from strangers (1.88 and later). */
export interface Identified {
  version: string | null
  /** Has it a database? */
  database: boolean
}

/** `_get_health_readiness_details` and its like in `_health_endpoints.py`, the same from 1.77.7 to 1.106.2. */
const NONE_AT_ALL = 'Not connected'

type IsFinal = Parameters<typeof get>[3]

/** A database in trouble is not the same as none: what it holds cannot be seen, and is there all the same. */
const troubled = (what: string, hint: string): MigrateError => new MigrateError('no-database', what, hint)

/** Without a key: is this LiteLLM, and has it a database? */
async function readReadiness(endpoint: Endpoint, isFinal: IsFinal): Promise<Identified> {
  const answer = await get({ ...endpoint, key: null }, READINESS, FIRST_LOOK_MS, isFinal)
  refuseRedirect(answer, endpoint)
  const body = readiness.safeParse(answer.json)
  if (isNotReady(answer))
    throw troubled(
      `LiteLLM at ${endpoint.url} says that it is not ready (${spoken(answer, endpoint)})`,
      'Most often its database is down. Start it, then try again.',
    )
  if (answer.status !== 200 || !body.success) {
    throw new MigrateError(
      'not-litellm',
      `${endpoint.url} does not answer like LiteLLM (${READINESS}: ${spoken(answer, endpoint)})`,
      ROOT_PATH_HINT,
    )
  }
  const { db, litellm_version: version = null } = body.data
  if (db !== 'connected' && db !== NONE_AT_ALL)
    throw troubled(
      `LiteLLM at ${endpoint.url} does not say that its database is connected (db: ${redactText(db ?? 'nothing', redactorOf(endpoint))})`,
      'Make sure that its database runs and that LiteLLM reaches it, then try again.',
    )
  return { version, database: db === 'connected' }
}

const SERVERS = '/v1/mcp/server'

/** POST alone: FastAPI refuses GET there in its own words, before any key is looked at. */
const TEST_ROUTE = '/mcp-rest/test/connection'

const wrongMethod = z.looseObject({ detail: z.literal('Method Not Allowed') })

/**
 * Still without a key: does it have LiteLLM's MCP admin API? Told by a route that comes and goes with it, as a question for
 * the list without a key makes LiteLLM log an error (1.77.7 by its source; tried on 1.81.14 and 1.106.2). Only where that does
 * not tell the list is asked for: its 401 has a form of its own.
 */
async function requireMcpApi(anonymous: Endpoint): Promise<void> {
  const endpoint = { ...anonymous, key: null }
  const refused = await get(endpoint, TEST_ROUTE, FIRST_LOOK_MS)
  if (refused.status === 405 && wrongMethod.safeParse(refused.json).success) return
  const answer = await get(endpoint, SERVERS, FIRST_LOOK_MS)
  refuseRedirect(answer, endpoint)
  const open = answer.status === 200 && Array.isArray(answer.json)
  const locked = z
    .looseObject({ error: z.looseObject({ type: z.string().nullish() }) })
    .safeParse(answer.json)
  if (open) return
  if ((answer.status === 401 || answer.status === 403) && locked.success) return
  throw new MigrateError(
    'not-litellm',
    `${endpoint.url} does not have LiteLLM's MCP admin API (${SERVERS}: ${spoken(answer, endpoint)})`,
    `LiteLLM has it since 1.74, when the Python package mcp is installed. ${ROOT_PATH_HINT}`,
  )
}

/** Nothing was there that could be something else than was meant. */
const NOTHING_THERE: readonly ErrorCode[] = ['gateway-refused-connection', 'gateway-unknown-host']

/** It was LiteLLM that answered, or so much that nobody knows. */
const TOLD: readonly ErrorCode[] = ['no-database', 'not-admin', 'answer-too-large', 'usage']

/**
 * Proves, without sending a key, that this is LiteLLM with its MCP admin API, and learns whether it has a database. Where
 * it is not: whether plain HTTP was spoken to TLS, or the URL goes on where LiteLLM's ends.
 */
export async function identifyGateway(endpoint: Endpoint): Promise<Identified> {
  let tls: Promise<boolean> | null = null
  const isTls = (): Promise<boolean> => (tls ??= speaksTls(endpoint.url))
  try {
    // A connection that TLS cuts is not worth another try.
    const found = await readReadiness(endpoint, (outcome) =>
      outcome instanceof MigrateError ? isTls() : isNotReady(outcome),
    )
    await requireMcpApi(endpoint)
    return found
  } catch (error) {
    if (!(error instanceof MigrateError) || [...NOTHING_THERE, ...TOLD].includes(error.code)) throw error
    if (await isTls()) throw tlsWanted(endpoint.url)
    // Where nothing answers at all, a shorter URL would only be waited for as long.
    if (isTimeOut(error)) throw error
    throw (await tooLong(endpoint)) ?? error
  }
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
    'Try again when it is healthy. Nothing was changed.',
  )
}
