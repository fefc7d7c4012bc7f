import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const NAMES = ['filesystem', 'postgres', 'fetch', 'monitoring', 'n8n', 'playwright', 'timescaledb']

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: { readonly protocolVersion?: string }
}

function tool(name: string): unknown {
  const inputSchema = { type: 'object', properties: { text: { type: 'string' } } }
  return { name, description: `The ${name} tool`, inputSchema }
}

function resultOf(server: string, { method, params }: Message): unknown {
  if (method === 'initialize') {
    const serverInfo = { name: server, version: '1.0.0' }
    return { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo }
  }
  return method === 'tools/list' ? { tools: [tool('echo'), tool(`${server}_ping`)] } : {}
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function open(streams: Map<string, ServerResponse>, server: string, response: ServerResponse): void {
  const session = randomUUID()
  streams.set(session, response)
  response.on('close', () => streams.delete(session))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(`event: endpoint\ndata: /servers/${server}/messages?session=${session}\n\n`)
}

async function receive(
  stream: ServerResponse,
  server: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const message = JSON.parse(await bodyOf(request)) as Message
  response.writeHead(202).end()
  if (message.id === undefined) return
  const answer = { jsonrpc: '2.0', id: message.id, result: resultOf(server, message) }
  stream.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`)
}

/**
 * The guide's seven MCP servers over SSE at `http://localhost:8585/servers/{name}/sse`, each with the
 * tools `echo` and `{name}_ping`, for real proxies to reach; `/faults/{status}/…` answers with that status. Loopback only. Rejects when the port is taken.
 */
export async function startGuideServers(port = 8585): Promise<{ close(): Promise<void> }> {
  const streams = new Map<string, ServerResponse>()
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const [, server = '', endpoint] = /^\/servers\/([^/]+)\/(sse|messages)$/.exec(pathname) ?? []
    const stream = streams.get(searchParams.get('session') ?? '')
    const [, status] = /^\/faults\/(\d{3})\//.exec(pathname) ?? []
    if (status) response.writeHead(Number(status)).end()
    else if (!NAMES.includes(server)) response.writeHead(404).end()
    else if (endpoint === 'sse' && request.method === 'GET') open(streams, server, response)
    else if (endpoint === 'sse') response.writeHead(405).end()
    else if (!stream) response.writeHead(404).end()
    else receive(stream, server, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, '127.0.0.1', resolve)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      http.close(() => resolve())
      http.closeAllConnections()
    })
  return { close }
}
