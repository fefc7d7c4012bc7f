import { type IncomingMessage, type OutgoingHttpHeaders, request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { BEGINNING } from '../core/reach/observed.ts'
import { Finding, findingOf } from './finding.ts'

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
  /** The URL that gave it, and the method that it was asked with. */
  at: URL
  method: string
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
      // User info that a redirect or an endpoint may have would be sent as a password.
      { method: sent.method, headers: headersOf(sent, text), agent: false, signal, auth: null },
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
    if (bytes > MAX_BYTES) throw new Finding({ event: 'endless', what: 'answer' })
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
      if (text.length > BEGINNING) break
    }
  } catch {
    // What was read of it is enough.
  }
  body.destroy()
  return text.slice(0, BEGINNING)
}

/** The finding that an answer is with which MCP does not go on. `beginning`: of its body, where somebody has read it. */
export async function oddAnswer(
  { at, method, status, type, header, body }: Opened,
  beginning?: string,
): Promise<Finding> {
  return new Finding({
    event: 'answer',
    at: at.href,
    method,
    status,
    type,
    location: header('location'),
    challenge: header('www-authenticate') !== null,
    beginning: beginning?.slice(0, BEGINNING) ?? (await beginningOf(body)),
  })
}

/** Where a redirect is followed to: within the origin, as what is behind another one is another server, and with its method. */
function next({ at, method, status, header }: Opened): URL | null {
  const location = header('location')
  const keepsMethod = [307, 308].includes(status) || (method === 'GET' && [301, 302, 303].includes(status))
  if (!keepsMethod || location === null || !URL.canParse(location, at.href)) return null
  const to = new URL(location, at)
  return to.origin === at.origin ? to : null
}

async function openOnce(at: URL, sent: Sent, signal: AbortSignal): Promise<Opened> {
  const body = await send(at, sent, signal).catch((error: unknown) => {
    throw findingOf(error)
  })
  const header = (name: string): string | null => body.headers[name]?.toString() ?? null
  const type = (header('content-type') ?? '').toLowerCase()
  return { at, method: sent.method, status: body.statusCode ?? 0, type, header, body }
}

/** Sends one request, follows redirects within the origin, and throws a finding for whatever is no success. */
export async function open(address: URL, sent: Sent, signal: AbortSignal): Promise<Opened> {
  let url = address
  for (let redirects = 0; ; redirects += 1) {
    const opened = await openOnce(url, sent, signal)
    if (opened.status >= 200 && opened.status < 300) return opened
    const to = redirects < MAX_REDIRECTS ? next(opened) : null
    if (to === null) throw await oddAnswer(opened)
    opened.body.destroy()
    url = to
  }
}
