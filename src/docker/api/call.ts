import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { got, type Response } from 'got'
import type { z } from 'zod'
import { parsedJson } from '../../core/parsed-json.ts'
import { Refusal } from './ask.ts'
import type { Endpoint } from '../connect/endpoint.ts'

/** The most that is read of an answer, in bytes. A thousand containers make a list of 3 MB. */
const ANSWER_LIMIT = 16 * 1024 * 1024

/** One request of the Engine API. `limit`: of the answer, in bytes. `signal` closes the connection. */
export interface EngineRequest {
  method: 'GET' | 'POST'
  path: string
  query?: Record<string, string>
  json?: object
  limit: number
  signal: AbortSignal
}

/** What an engine answered. `end`: is the body whole, or was it stopped at the limit or by the signal? */
export interface EngineAnswer {
  headers: IncomingHttpHeaders
  body: Buffer
  end: 'whole' | 'limit' | 'signal'
}

function send({ base, agent }: Endpoint, { method, path, query = {}, json, signal }: EngineRequest) {
  const url = new URL(base + path)
  url.search = new URLSearchParams(query).toString()
  return got.stream(url, {
    method,
    agent,
    signal,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    headers: { 'user-agent': 'mcp-url-migrate' },
    ...(json ? { json } : {}),
  })
}

/** The client's own errors hold the whole request and its certificates: their code and text are all that goes on. */
function withoutRequest(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('unknown error')
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  // A code of the client's own says less than the text.
  return Object.assign(new Error(error.message), code === null || code.startsWith('ERR_GOT') ? {} : { code })
}

function requireSuccess({ statusCode, headers }: Response, body: Buffer): void {
  if (statusCode < 200 || statusCode > 299) throw new Refusal(statusCode, parsedJson(body.toString('utf8')))
  if (/^(?!identity$)./i.test(headers['content-encoding'] ?? ''))
    throw new Error('its answer is compressed, which nobody asked for')
}

/** What a stream brings until its end, or until enough has come, or until the signal. It is closed then. */
async function read(
  stream: Readable,
  { limit, signal }: EngineRequest,
): Promise<Omit<EngineAnswer, 'headers'>> {
  const chunks: Buffer[] = []
  let [length, end]: [number, EngineAnswer['end']] = [0, 'whole']
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length <= limit) continue
      end = 'limit'
      break
    }
  } catch (error) {
    if (!signal.aborted) throw withoutRequest(error)
    end = 'signal'
  }
  return { body: Buffer.concat(chunks).subarray(0, limit), end }
}

/**
 * Asks an engine once: no retry, no redirect followed, no proxy. Throws a `Refusal` for what is no success, and an error
 * with the system's code, or with words, where no answer came or it was cut off.
 */
export async function call(endpoint: Endpoint, question: EngineRequest): Promise<EngineAnswer> {
  const stream = send(endpoint, question)
  const responses: Response[] = []
  stream.once('response', (opened: Response) => responses.push(opened))
  stream.on('error', () => {}) // what comes after the end of the answer is nobody's
  const { body, end } = await read(stream, question)
  const [response] = responses
  if (!response) throw new Error(end === 'signal' ? 'no answer' : 'the connection was cut')
  requireSuccess(response, body)
  return { headers: response.headers, body, end }
}

/** A question with the most that is read of its answer, where that is not the usual. */
export type WholeRequest = Omit<EngineRequest, 'limit'> & { limit?: number }

/** An answer that is of use only as a whole. Throws where it is longer than is read. */
export async function callForAll(endpoint: Endpoint, question: WholeRequest): Promise<EngineAnswer> {
  const { limit = ANSWER_LIMIT } = question
  const answer = await call(endpoint, { ...question, limit })
  if (answer.end === 'limit') throw new Error(`its answer is longer than ${limit / 1024 / 1024} MB`)
  if (answer.end === 'signal') throw new Error('its answer is incomplete')
  return answer
}

/** An answer in JSON, read by a schema. Throws where it is something else. */
export async function callForJson<T>(
  schema: z.ZodType<T>,
  endpoint: Endpoint,
  question: WholeRequest,
): Promise<T> {
  const json = parsedJson((await callForAll(endpoint, question)).body.toString('utf8'))
  if (json === undefined) throw new Error('its answer is not JSON')
  const read = schema.safeParse(json)
  if (!read.success) throw new Error('its answer is not that of a Docker engine')
  return read.data
}
