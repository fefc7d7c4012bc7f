import type { Line } from './conversation.ts'
import { eventsIn, type StreamEvent } from './event-stream.ts'
import { Finding } from './finding.ts'
import { open, type Opened, textOf, wholeText } from './wire.ts'

const STREAM = 'text/event-stream'
const EITHER = `application/json, ${STREAM}`

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const answers = (message: unknown, id: number): boolean =>
  typeof message === 'object' && message !== null && 'id' in message && message.id === id

/** The message of a stream that answers a request; others, such as the server's own requests, are passed over. */
async function answerIn(events: AsyncIterator<StreamEvent>, id: number): Promise<unknown> {
  for (;;) {
    const { value, done } = (await events.next()) as IteratorResult<StreamEvent, undefined>
    if (done) throw new Finding('unclear', 'it closes its stream before it answers')
    const message = parsed(value.text)
    if (value.kind === 'message' && answers(message, id)) return message
  }
}

/** Where messages are to be sent, as the server's first event says: at its own origin, as MCP wants it. */
async function endpointOf(url: URL, events: AsyncIterator<StreamEvent>): Promise<URL> {
  const { value, done } = (await events.next()) as IteratorResult<StreamEvent, undefined>
  if (done || value.kind !== 'endpoint' || !URL.canParse(value.text, url.href))
    throw new Finding('wrong-transport', 'it answers with a stream, but not as an MCP server over SSE does')
  const endpoint = new URL(value.text, url)
  if (endpoint.origin !== url.origin)
    throw new Finding('unclear', `it sends messages to ${endpoint.origin}, which is not followed`)
  return endpoint
}

/** HTTP+SSE: one stream for all answers, and a POST for each message. */
export async function lineOverSse(url: URL, signal: AbortSignal): Promise<Line> {
  const { type, body } = await open(url, { method: 'GET', accept: STREAM }, signal)
  if (!type.startsWith(STREAM)) {
    body.destroy()
    throw new Finding('wrong-transport', `it answers HTTP 200, but not with an event stream`)
  }
  const events = eventsIn(textOf(body))
  const endpoint = await endpointOf(url, events)
  const post = async (json: unknown): Promise<void> => {
    const { body: receipt } = await open(endpoint, { method: 'POST', accept: EITHER, json }, signal)
    receipt.resume()
  }
  return {
    ask: async (message) => {
      await post(message)
      return answerIn(events, message.id)
    },
    tell: post,
    agree: () => {},
  }
}

async function answerOf({ type, body }: Opened, id: number): Promise<unknown> {
  if (type.startsWith(STREAM)) {
    const message = await answerIn(eventsIn(textOf(body)), id)
    body.destroy()
    return message
  }
  return parsed(await wholeText(body))
}

/** Streamable HTTP: every message is a POST, and its answer comes as JSON or as a stream. */
export function lineOverHttp(url: URL, signal: AbortSignal): Line & { end: () => Promise<void> } {
  const headers: Record<string, string> = {}
  const post = async (json: unknown): Promise<Opened> => {
    const opened = await open(url, { method: 'POST', accept: EITHER, headers, json }, signal)
    const session = opened.header('mcp-session-id')
    if (session !== null) headers['mcp-session-id'] = session
    return opened
  }
  return {
    ask: async (message) => answerOf(await post(message), message.id),
    tell: async (message) => void (await post(message)).body.resume(),
    agree: (protocol) => void (headers['mcp-protocol-version'] = protocol),
    // Leaves no session behind, where there is one; a server need not know how.
    end: async () => {
      if (headers['mcp-session-id'] === undefined) return
      const request = { method: 'DELETE' as const, accept: EITHER, headers }
      await open(url, request, signal).then(
        ({ body }) => body.resume(),
        () => {},
      )
    },
  }
}
