import { setTimeout as sleep } from 'node:timers/promises'
import { isTimeOut, MigrateError } from '../../core/errors.ts'
import { redactText } from '../../core/show/redact.ts'
import type { Redactor } from '../../core/show/secrets/redactor.ts'
import { READINESS } from '../connect/readiness.ts'
import { frontRefusal } from './front.ts'
import type { ExtraHeaders } from './extra-headers.ts'
import type { End, Gate, Turn } from './pace.ts'
import { type Answer, type Request, send } from './transport.ts'

/** How to reach a gateway and as whom. `key` is `null` until there is one. */
export interface Endpoint {
  /** Normalised, with root path, without a slash at its end. */
  url: string
  key: string | null
  /** Header that carries the key; LiteLLM's own is `Authorization`. */
  keyHeader: string
  timeoutSeconds: number
  /** For what stands before LiteLLM: sent with every request to this gateway, and to nobody else. */
  headers: ExtraHeaders
  /** Since when reads meet nothing but passing trouble, in milliseconds of `performance.now()`; shared by all who use this endpoint. */
  trouble: { since: number | null }
  /** Where requests wait that make this gateway work or ask a backend; shared in the same way. */
  gate: Gate
  /** Knows what this gateway may repeat in a failure, and nobody may see, besides the key. */
  redactor: Redactor
}

const PATIENCE_MS = 60_000

const query = (method: Request['method'], endpoint: Endpoint, path: string): Request => ({
  method,
  url: endpoint.url + path,
  headers: {
    accept: 'application/json',
    ...endpoint.headers,
    ...(endpoint.key === null ? {} : { [endpoint.keyHeader]: `Bearer ${endpoint.key}` }),
  },
  timeoutSeconds: endpoint.timeoutSeconds,
})

/** Why an answer is not LiteLLM's, where something before it gave it; `null` where it may be. */
export const refusalBefore = (
  answer: Answer,
  asked: Pick<Request, 'method' | 'url'>,
  endpoint: Endpoint,
): MigrateError | null => frontRefusal(answer, asked, { ...endpoint, redactor: redactorOf(endpoint) })

/** Sends one request. Throws `sign-in-before-gateway` where something before LiteLLM answers in its place. */
async function ask(endpoint: Endpoint, request: Request): Promise<Answer> {
  const answer = await send(request)
  const refusal = refusalBefore(answer, request, endpoint)
  if (refusal) throw refusal
  return answer
}

/** One GET without retries; `fresh` on a connection of its own. */
export function probe(endpoint: Endpoint, path: string, { fresh = false } = {}): Promise<Answer> {
  return ask(endpoint, { ...query('GET', endpoint, path), fresh })
}

/**
 * One write: sent once, never again. Whoever answered: what became of it is found out by reading. `mayLeave`: asked right
 * before it leaves. Throws `HeldBack` where it did not.
 */
export function put(
  endpoint: Endpoint,
  path: string,
  json: unknown,
  mayLeave: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<Answer> {
  return send({ ...query('PUT', endpoint, path), json, mayLeave })
}

/** One POST, sent once. */
export function post(
  endpoint: Endpoint,
  path: string,
  body: Pick<Request, 'json' | 'form'>,
): Promise<Answer> {
  return ask(endpoint, { ...query('POST', endpoint, path), ...body })
}

/** Milliseconds that `Retry-After` asks for, in seconds or as a date; `NaN` where it is neither. `now` is the wall clock's. */
function askedFor(header: string, now: number): number {
  const seconds = Number(header)
  return Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000
}

/**
 * Milliseconds until the next try, `attempt` counted from 0: a growing pause, or what the answer's `Retry-After` asks for
 * where that is longer. `Infinity` is possible.
 */
export function pauseFor(header: unknown, attempt: number, now: number = Date.now()): number {
  const own = Math.min(8000, 250 * 2 ** attempt)
  const asked = typeof header === 'string' ? askedFor(header, now) : Number.NaN
  return Number.isNaN(asked) ? own : Math.max(own, asked)
}

/** Is an answer, or its absence, worth another try? */
const isPassing = (outcome: Answer | MigrateError): boolean =>
  outcome instanceof MigrateError
    ? outcome.code === 'gateway-connection-lost'
    : [429, 503].includes(outcome.status)

async function attemptGet(endpoint: Endpoint, path: string): Promise<Answer | MigrateError> {
  try {
    return await probe(endpoint, path)
  } catch (error) {
    if (error instanceof MigrateError) return error
    throw error
  }
}

/** An answer, and how long the last try took for it, in milliseconds: without waiting for its turn. */
type TimedAnswer = Answer & { tookMs: number }

/** How a GET is repeated. `inTurn`: does it make the gateway work, so that it waits for the gate? */
interface Repeating {
  patienceMs: number
  isFinal: (outcome: Answer | MigrateError) => boolean | Promise<boolean>
  inTurn: boolean
}

/** Does the gateway answer what asks no backend? Without a key, as before anybody signed in. */
async function showsLife(endpoint: Endpoint): Promise<boolean> {
  return !((await attemptGet({ ...endpoint, key: null }, READINESS)) instanceof MigrateError)
}

const enter = (endpoint: Endpoint, isAgain: boolean): Promise<Turn> =>
  endpoint.gate.turn(isAgain, () => showsLife(endpoint))

/** How a request ended that is repeated after `pauseMs`, or not. Where it is not, nobody waits for its sake. */
function endOf(outcome: Answer | MigrateError, pauseMs: number | null): End {
  const isLost = outcome instanceof MigrateError
  if (isPassing(outcome)) return { kind: isLost ? 'lost' : 'busy', pauseMs: pauseMs ?? 0 }
  return { kind: isLost ? 'failed' : 'answered' }
}

async function repeat(
  endpoint: Endpoint,
  path: string,
  { patienceMs, isFinal, inTurn }: Repeating,
): Promise<TimedAnswer> {
  const { trouble } = endpoint
  let turn = inTurn ? await enter(endpoint, false) : null
  // By a clock that nobody sets.
  const started = performance.now()
  for (let attempt = 0; ; attempt += 1) {
    const sent = performance.now()
    const outcome = await attemptGet(endpoint, path).catch((error: unknown) => {
      turn?.({ kind: 'failed' })
      throw error
    })
    const tookMs = performance.now() - sent
    const inTrouble = isPassing(outcome) && !(await isFinal(outcome))
    trouble.since = inTrouble ? (trouble.since ?? performance.now()) : null
    const end = Math.min(started + patienceMs, (trouble.since ?? started) + PATIENCE_MS)
    const pause = pauseFor(outcome instanceof MigrateError ? null : outcome.headers['retry-after'], attempt)
    const isOver = !inTrouble || performance.now() + pause > end
    turn?.(endOf(outcome, isOver ? null : pause))
    if (isOver) {
      if (outcome instanceof MigrateError) throw outcome
      return Object.assign(outcome, { tookMs })
    }
    await sleep(pause)
    turn = inTurn ? await enter(endpoint, true) : null
  }
}

/**
 * One GET that is worth repeating: on 429, 503 and dropped connections it tries again, until `patienceMs` are
 * over or the gateway has been in such trouble for 60 s, whichever request met it. Returns the last answer,
 * whatever its status; throws the last error when there was none. `isFinal` knows answers and errors that no waiting
 * changes.
 */
export function get(
  endpoint: Endpoint,
  path: string,
  patienceMs = PATIENCE_MS,
  isFinal: Repeating['isFinal'] = () => false,
): Promise<Answer> {
  return repeat(endpoint, path, { patienceMs, isFinal, inTurn: false })
}

/** The same of a GET that makes the gateway work, in its turn: `patienceMs` begin with that. */
export function getInTurn(endpoint: Endpoint, path: string, patienceMs = PATIENCE_MS): Promise<TimedAnswer> {
  return repeat(endpoint, path, { patienceMs, isFinal: () => false, inTurn: true })
}

/** One POST that makes the gateway work, sent once, in its turn. */
export async function postInTurn(
  endpoint: Endpoint,
  path: string,
  body: Pick<Request, 'json' | 'form'>,
): Promise<Answer> {
  const turn = await enter(endpoint, false)
  let end: End = { kind: 'failed' }
  try {
    const answer = await post(endpoint, path, body)
    end = endOf(answer, null)
    return answer
  } finally {
    turn(end)
  }
}

// Of a proxy between, which waited for LiteLLM: request and gateway time-out, and Cloudflare's own.
const TIME_OUTS = [408, 504, 524]

/** Did nobody answer in time, neither LiteLLM nor what stands before it? */
export const isSilence = (outcome: Answer | MigrateError): boolean =>
  outcome instanceof MigrateError ? isTimeOut(outcome) : TIME_OUTS.includes(outcome.status)

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}

const isPlain = (value: unknown): value is string | number => ['string', 'number'].includes(typeof value)

/** FastAPI's list of what is wrong with a body: where and what, but never its `input`, which repeats what was sent. */
function validationFaults(detail: unknown): string | null {
  if (!Array.isArray(detail)) return null
  return detail
    .map(record)
    .map(({ loc, msg }) => `${[loc].flat().filter(isPlain).join('.')}: ${isPlain(msg) ? msg : ''}`)
    .join('; ')
}

/**
 * What a gateway says in a failed answer, redacted and bounded. LiteLLM uses `{error: {message}}`,
 * `{detail: {error}}` and `{detail}`; validation errors come as a list under `detail`.
 */
export function spoken(answer: Answer, endpoint: Endpoint): string {
  const { error, detail } = record(answer.json)
  const candidates = [
    record(error)['message'],
    error,
    record(detail)['error'],
    detail,
    validationFaults(detail),
  ]
  const words = candidates.find((candidate) => typeof candidate === 'string' && candidate.length > 0)
  return `HTTP ${answer.status}${typeof words === 'string' ? `: ${redactText(words, redactorOf(endpoint))}` : ''}`
}

/** What knows all that nobody may see, and that a gateway may repeat. */
export const redactorOf = ({ key, redactor }: Pick<Endpoint, 'key' | 'redactor'>): Redactor =>
  key === null ? redactor : redactor.learn(key)
