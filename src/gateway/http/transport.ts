import { type ClientRequest, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { type Agents, type CancelableRequest, got, type Method, type Progress, type Response } from 'got'
import { MigrateError } from '../../core/errors.ts'
import { exactText } from '../../core/exact-json.ts'
import { parsedJson } from '../../core/parsed-json.ts'
import { HeldBack, HeldBody } from './held-back.ts'
import { type Proxy, proxyFor, requireForGateway, throughProxy } from './proxy.ts'
import { TransportError, transportError } from './transport-errors.ts'

/** No answer larger than this is read; the list of 1,000 servers has 1.5 MB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** One request: at most one of `json` and `form` is its body. */
export interface Request {
  method: 'GET' | 'POST' | 'PUT'
  url: string
  headers: Record<string, string>
  timeoutSeconds: number
  json?: unknown
  form?: Record<string, string>
  /** On a connection of its own, as every write is. */
  fresh?: boolean
  /** Asked once the connection is made, right before anything leaves. Of a request with `json` only. */
  mayLeave?: () => Promise<boolean>
}

/**
 * One answer, whatever its status. `text` and `json` are for looking: what is no UTF-8 reads as U+FFFD, and numbers are as
 * JavaScript rounds them; `json` is `undefined` where the body is no JSON. What is to be sent back is read from `body`.
 */
export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  json: unknown
  text: string
  body: Buffer
}

// A write must not go out on a connection that the other side may just be closing.
const freshConnection = (): { agent: Agents } => ({
  agent: { http: new HttpAgent(), https: new HttpsAgent() },
})

/** Headers, body and time limit of a request; JSON as exact as it was read, which got would not write. */
function content({ headers, json, form, timeoutSeconds }: Request) {
  const timeout = { request: timeoutSeconds * 1000 }
  if (json !== undefined)
    return { headers: { ...headers, 'content-type': 'application/json' }, body: exactText(json), timeout }
  return form ? { headers, form, timeout } : { headers, timeout }
}

/** The same of a body that is held back, with an answer that has its whole time from when that has left. */
const heldContent = ({ stream, length }: HeldBody, { headers, timeoutSeconds }: Request) => ({
  headers: { ...headers, 'content-type': 'application/json', 'content-length': String(length) },
  body: stream,
  timeout: { response: timeoutSeconds * 1000, read: timeoutSeconds * 1000 },
})

/** An answer as it came. What is only looked at is made when somebody looks: a long list is read from its body alone. */
function answerOf({ statusCode: status, headers, body }: Response<Buffer>): Answer {
  let read: { json: unknown } | null = null
  return {
    status,
    headers,
    body,
    get text() {
      return new TextDecoder().decode(body)
    },
    get json() {
      read ??= { json: parsedJson(this.text) }
      return read.json
    },
  }
}

/** What became of a request without an answer. What was held back is known not to have left. */
function failureOf(error: unknown, request: Request, held: HeldBody | null, proxy: Proxy | null): Error {
  if (error instanceof HeldBack || held?.state === 'asking') return new HeldBack()
  const failure = transportError(error, request, proxy)
  return held?.state === 'connecting'
    ? new TransportError(failure.code, failure.message, failure.hint, false)
    : failure
}

/** Calls a request off whose answer is larger than may be. */
function bounded(pending: CancelableRequest<Response<Buffer>>): { readonly isTooLarge: boolean } {
  const size = { isTooLarge: false }
  void pending.on('downloadProgress', ({ transferred }: Progress) => {
    if (transferred <= MAX_ANSWER_BYTES || size.isTooLarge) return
    size.isTooLarge = true
    pending.cancel()
  })
  return size
}

/**
 * Sends one request, once: no retry, no redirect followed, no compressed answer asked for. Throws a
 * `TransportError` that says whether the request may have arrived; it never carries a header or a body. Throws `HeldBack`
 * where `mayLeave` had the last word and nothing left.
 */
export async function send(request: Request): Promise<Answer> {
  const proxy = proxyFor(request.url)
  if (proxy) requireForGateway(request, proxy)
  const unproxied = request.method === 'GET' && !request.fresh ? {} : freshConnection()
  const { mayLeave } = request
  const held = mayLeave ? new HeldBody(exactText(request.json), mayLeave) : null
  const { headers, ...own } = held ? heldContent(held, request) : content(request)
  const pending = got(request.url, {
    method: request.method satisfies Method,
    headers: { 'user-agent': 'mcp-url-migrate', ...headers },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    responseType: 'buffer',
    ...(proxy ? await throughProxy(request.url, proxy) : unproxied),
    ...own,
  })
  if (held)
    void pending.on('request', (sent: ClientRequest) => {
      void held.accompany(sent, request.timeoutSeconds * 1000)
    })
  const size = bounded(pending)
  try {
    const response = await pending
    // An answer to nothing: a proxy is tired of waiting, and says so before it is sent anything.
    if (held && held.state !== 'left') throw new HeldBack()
    return answerOf(response)
  } catch (error) {
    await held?.asked()
    if (size.isTooLarge)
      throw new MigrateError('answer-too-large', 'The gateway sent an answer of more than 32 MB', null)
    throw failureOf(error, request, held, proxy)
  }
}
