import { type IncomingMessage, type OutgoingHttpHeaders, request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { Finding, findingOf, findingOfStatus } from './finding.ts'

const MAX_BYTES = 8 * 1024 * 1024
const MAX_REDIRECTS = 3

/** One request of a handshake. It has no header but these: no key, nothing that a gateway stores. */
export interface Sent {
  method: 'GET' | 'POST' | 'DELETE'
  accept: string
  headers?: Record<string, string>
  json?: unknown
}

/** A successful answer, its body still to be read. */
export interface Opened {
  status: number
  /** The content type in lower case, empty where there is none. */
  type: string
  header: (name: string) => string | null
  body: IncomingMessage
}

function headersOf({ accept, headers, json }: Sent, text: string | null): OutgoingHttpHeaders {
  const about = json === undefined ? {} : { 'content-type': 'application/json' }
  const length = text === null ? {} : { 'content-length': Buffer.byteLength(text) }
  return { 'user-agent': 'mcp-url-migrate', accept, connection: 'close', ...about, ...length, ...headers }
}

function send(url: URL, sent: Sent, signal: AbortSignal): Promise<IncomingMessage> {
  const text = sent.json === undefined ? null : JSON.stringify(sent.json)
  const request = url.protocol === 'https:' ? overTls : overHttp
  return new Promise((resolve, reject) => {
    const pending = request(
      url,
      { method: sent.method, headers: headersOf(sent, text), agent: false, signal },
      resolve,
    )
    pending.on('error', reject)
    pending.end(text ?? undefined)
  })
}

/** The bytes of a body as text, piece by piece. Throws a finding where there is no end of them. */
export async function* textOf(body: IncomingMessage): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BYTES) throw new Finding('unclear', 'its answer has no end')
    yield decoder.decode(chunk as Buffer, { stream: true })
  }
}

/** A body, whole. */
export async function wholeText(body: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of textOf(body)) text += piece
  return text
}

async function beginningOf(body: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const piece of textOf(body)) {
      text += piece
      if (text.length > 500) break
    }
  } catch {
    // What was read of it is enough.
  }
  return text
}

/** Where a redirect leads, at the same origin only: what is behind another one is another server. */
function redirected(url: URL, location: string | undefined): URL {
  const next = location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : null
  if (!next) throw new Finding('unclear', 'it redirects to nowhere')
  if (next.origin !== url.origin)
    throw new Finding('unclear', `it redirects to ${next.origin}, which is not followed`)
  return next
}

const keepsMethod = (status: number, { method }: Sent): boolean =>
  status === 307 || status === 308 || (method === 'GET' && [301, 302, 303].includes(status))

/** Sends one request, follows redirects within the origin, and throws a finding for whatever is no success. */
export async function open(address: URL, sent: Sent, signal: AbortSignal): Promise<Opened> {
  let url = address
  for (let redirects = 0; ; redirects += 1) {
    const body = await send(url, sent, signal).catch((error: unknown) => {
      throw findingOf(error)
    })
    const status = body.statusCode ?? 0
    const type = (body.headers['content-type'] ?? '').toLowerCase()
    if (status >= 200 && status < 300) {
      const header = (name: string): string | null => body.headers[name]?.toString() ?? null
      return { status, type, header, body }
    }
    if (keepsMethod(status, sent) && redirects < MAX_REDIRECTS) {
      body.destroy()
      url = redirected(url, body.headers.location)
      continue
    }
    const text = await beginningOf(body)
    body.destroy()
    throw findingOfStatus(status, type, text)
  }
}
