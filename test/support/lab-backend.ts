import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { z } from 'zod'

const message = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.looseObject({ protocolVersion: z.string().optional() }).optional(),
})
type Message = z.infer<typeof message>

const tool = (name: string): unknown => ({
  name,
  description: `The ${name} tool`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
})

function resultOf(server: string, { method, params }: Message): unknown {
  if (method === 'initialize')
    return {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: server, version: '1.0.0' },
    }
  return method === 'tools/list' ? { tools: [tool('echo'), tool(`${server}_ping`)] } : {}
}

/** A request that reached a backend: for which of its servers, and with which headers. */
export interface Seen {
  server: string
  headers: IncomingHttpHeaders
}

/**
 * An MCP gateway on 127.0.0.1: any `/servers/NAME/sse` (SSE) and `/servers/NAME/mcp` (streamable HTTP) is a
 * server with the tools `echo` and `NAME_ping`. It remembers what reached it.
 */
export class Backend {
  seen: Seen[] = []
  readonly #streams = new Map<string, ServerResponse>()
  readonly #http = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy())
  })

  /** Starts one on a free port. */
  static async start(): Promise<Backend> {
    const backend = new Backend()
    await new Promise<void>((resolve) => {
      backend.#http.listen(0, '127.0.0.1', resolve)
    })
    return backend
  }

  /** Scheme, host and port. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  /** The headers of the requests for one of its servers. */
  headersFor(server: string): IncomingHttpHeaders[] {
    return this.seen.filter((each) => each.server === server).map(({ headers }) => headers)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.origin)
    const [, server = '', end] = /^\/servers\/([^/]+)\/(sse|messages|mcp)$/.exec(pathname) ?? []
    if (server) this.seen.push({ server, headers: request.headers })
    const route = `${request.method} ${end}`
    if (route === 'GET sse') return this.#open(server, response)
    if (route === 'POST mcp') return this.#answer(server, await readText(request), response)
    const stream = this.#streams.get(searchParams.get('session') ?? '')
    if (route === 'POST messages' && stream)
      return this.#relay(server, await readText(request), stream, response)
    response.writeHead(end === 'mcp' ? 405 : 404).end()
  }

  #open(server: string, response: ServerResponse): void {
    const session = randomUUID()
    this.#streams.set(session, response)
    response.on('close', () => this.#streams.delete(session))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(`event: endpoint\ndata: /servers/${server}/messages?session=${session}\n\n`)
  }

  #reply(server: string, body: string): string | null {
    const asked = message.parse(JSON.parse(body))
    if (asked.id === undefined) return null
    return JSON.stringify({ jsonrpc: '2.0', id: asked.id, result: resultOf(server, asked) })
  }

  #answer(server: string, body: string, response: ServerResponse): void {
    const reply = this.#reply(server, body)
    if (reply === null) response.writeHead(202).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(reply)
  }

  #relay(server: string, body: string, stream: ServerResponse, response: ServerResponse): void {
    const reply = this.#reply(server, body)
    response.writeHead(202).end()
    if (reply !== null) stream.write(`event: message\ndata: ${reply}\n\n`)
  }

  /** Ends it and every connection to it. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#http.close(() => resolve())
      this.#http.closeAllConnections()
    })
  }
}
