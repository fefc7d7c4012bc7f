import { parsedJson } from '../core/parsed-json.ts'
import type { Line } from './conversation.ts'
import { eventsIn, type StreamEvent } from './event-stream.ts'
import { Finding } from './finding.ts'
import { oddAnswer, open, type Opened, textOf, wholeText } from './wire.ts'

const STREAM = 'text/event-stream'
const JSON_TYPE = 'application/json'
const EITHER = `${JSON_TYPE}, ${STREAM}`

const isMessage = (message: unknown): message is object =>
  typeof message === 'object' && message !== null && ('result' in message || 'error' in message)

// A request of the server's own may have the same id, and is no answer.
const answers = (message: unknown, id: number): boolean =>
  isMessage(message) && 'id' in message && message.id === id

/** The message of a stream that answers a request; others, such as the server's own requests, are passed over. */
async function answerIn(events: AsyncIterator<StreamEvent>, id: number): Promise<unknown> {
  for (;;) {
    const { value, done } = (await events.next()) as IteratorResult<StreamEvent, undefined>
    if (done) throw new Finding({ event: 'ended' })
    const message = parsedJson(value.text)
    if (value.kind === 'message' && answers(message, id)) return message
  }
}

/** Where messages must be sent, as the server's `endpoint` event says: at its own origin, as MCP wants it. */
async function endpointOf(url: URL, events: AsyncIterator<StreamEvent>): Promise<URL> {
  for (;;) {
    const { value, done } = (await events.next()) as IteratorResult<StreamEvent, undefined>
    if (done) throw new Finding({ event: 'foreign' })
    if (value.kind !== 'endpoint') continue
    if (!URL.canParse(value.text, url.href)) throw new Finding({ event: 'foreign' })
    const endpoint = new URL(value.text, url)
    if (endpoint.origin !== url.origin) throw new Finding({ event: 'endpoint', at: endpoint.href })
    return endpoint
  }
}

/** HTTP+SSE: one stream for all answers, and a POST for each message. */
export async function lineOverSse(url: URL, signal: AbortSignal): Promise<Line> {
  const opened = await open(url, { method: 'GET', accept: STREAM }, signal)
  if (!opened.type.startsWith(STREAM)) throw await oddAnswer(opened)
  const events = eventsIn(textOf(opened.body))
  const endpoint = await endpointOf(url, events).catch((error: unknown) => {
    throw signal.aborted ? new Finding({ event: 'late', opened: true }) : error
  })
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

async function answerOf(opened: Opened, id: number): Promise<unknown> {
  const { type, body } = opened
  if (type.startsWith(STREAM)) {
    const message = await answerIn(eventsIn(textOf(body)), id)
    body.destroy()
    return message
  }
  if (!type.startsWith(JSON_TYPE)) throw await oddAnswer(opened)
  const text = await wholeText(body)
  const message = parsedJson(text)
  if (!isMessage(message)) throw await oddAnswer(opened, text)
  return message
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
    // Ends the session, where there is one; a server need not know how.
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
