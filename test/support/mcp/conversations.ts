import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Listener, says } from '../hostile.ts'
import { type Answer, both, on, onBackend, onKnowing, rpcError, SSE, TEXT } from './places.ts'
import { status } from './statuses.ts'

async function idOf(asked: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of asked) text += String(chunk)
  return (JSON.parse(text) as { id?: unknown }).id
}

const RESULT = { protocolVersion: '2025-03-26', tools: [{ name: 'one', inputSchema: {} }] }

/** Streamable HTTP that knows no sessions, as FastMCP with `stateless_http`: a GET opens a stream on which nothing comes. */
const stateless: Listener = (asked, answer) => {
  if (asked.method !== 'POST') return answer.writeHead(200, SSE).flushHeaders()
  void idOf(asked).then((id) =>
    answer
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, result: RESULT })),
  )
}

/** Streamable HTTP with more to say of its tools than Docker hands on. */
export const talkative: Listener = (asked, answer) => {
  const inputSchema = { description: 'x'.repeat(1 << 20) }
  const tools = ['one', 'two'].map((name) => ({ name, inputSchema }))
  void idOf(asked).then((id) =>
    says(200, { jsonrpc: '2.0', id, result: { ...RESULT, tools } })(asked, answer),
  )
}

/** Says that it fails, by JSON-RPC. */
const failing =
  (code: number, message: string): Listener =>
  (asked, answer) =>
    void idOf(asked).then(
      (id) => says(200, { jsonrpc: '2.0', id, error: { code, message } })(asked, answer),
      () => answer.writeHead(405).end(),
    )

const stream =
  (text: string) =>
  (_: IncomingMessage, answer: ServerResponse): void =>
    void answer.writeHead(200, SSE).end(text)

/** Servers that speak MCP, or nearly so. */
export const CONVERSATIONS: readonly Answer[] = [
  {
    what: 'HTTP+SSE',
    start: onBackend('sse'),
    sse: ['tools', 'it lists 2 tools'],
    http: ['wrong-transport', 'HTTP 404; over HTTP+SSE it lists 2 tools'],
  },
  {
    what: 'Streamable HTTP',
    start: onBackend('mcp'),
    sse: ['wrong-transport', 'HTTP 405; over Streamable HTTP it lists 2 tools'],
    http: ['tools', 'it lists 2 tools'],
  },
  {
    what: 'Streamable HTTP that opens a stream to anybody',
    start: on(stateless),
    sse: ['wrong-transport', 'it does not answer within N s; over Streamable HTTP it lists 1 tool'],
    http: ['tools', 'it lists 1 tool'],
    waits: 4000,
  },
  ...['Bad Request: Missing session ID', 'Bad Request: No valid session ID provided'].map((said) =>
    status(400, 'wrong-transport', rpcError(-32_600, said), said),
  ),
  status(
    406,
    'wrong-transport',
    rpcError(-32_000, 'Not Acceptable: Client must accept both'),
    'Not Acceptable: Client must accept both',
  ),
  status(400, 'wrong-transport', 'session_id is required', 'session_id is required'),
  {
    what: 'HTTP 400 with an error of JSON-RPC',
    start: on(says(400, rpcError(-32_000, 'Bad Request'))),
    sse: ['wrong-transport', 'HTTP 400 (Bad Request)'],
    http: ['unclear', 'HTTP 400 (Bad Request)'],
  },
  {
    what: 'an error of JSON-RPC to initialize',
    start: on(failing(-32_000, 'token sk-secret-of-the-server is bad')),
    sse: ['wrong-transport', 'HTTP 405'],
    http: ['server-error', 'it answers initialize with error -32000 (token sk-*** is bad)'],
  },
  {
    what: 'JSON-RPC that is not MCP',
    start: on(failing(-32_601, 'Method not found')),
    sse: ['wrong-transport', 'HTTP 405'],
    http: ['not-mcp', 'it answers initialize with error -32601 (Method not found)'],
  },
  both(
    'JSON of another kind',
    on(says(200, { hello: 1 })),
    'not-mcp',
    'HTTP 200 with application/json ({"hello":1})',
  ),
  both('a plain text', on(says(200, 'ok', TEXT)), 'not-mcp', 'HTTP 200 with text/plain (ok)'),
  both(
    '204',
    on((_, answer) => void answer.writeHead(204).end()),
    'not-mcp',
    'HTTP 204 with no content type',
  ),
  {
    what: 'a stream of another kind',
    start: on(stream('data: news\n\n')),
    sse: ['not-mcp', 'it answers, but does not speak MCP'],
    http: ['reset', 'it closes its stream before it answers'],
  },
  {
    what: 'a stream with messages for another origin',
    start: onKnowing((other) => stream(`event: endpoint\ndata: ${other}/messages\n\n`)),
    sse: ['redirect', 'it wants its messages at OTHER, which is not followed'],
    http: ['reset', 'it closes its stream before it answers'],
  },
  {
    what: 'a stream whose messages go nowhere',
    start: on((asked, answer) => {
      if (asked.method === 'POST') says(404, 'No', TEXT)(asked, answer)
      else answer.writeHead(200, SSE).write('event: endpoint\ndata: /messages\n\n')
    }),
    sse: ['not-found', 'where it wants its messages: HTTP 404 (No)'],
    http: ['not-found', 'HTTP 404 (No)'],
  },
]
