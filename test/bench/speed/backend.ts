import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface Message {
  id?: string | number
  method?: string
  params?: { protocolVersion?: string }
}

const TOOLS = [{ name: 'echo', description: 'Says it again', inputSchema: { type: 'object' } }]

function resultOf({ method, params }: Message): unknown {
  if (method === 'initialize')
    return {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'speed', version: '1.0.0' },
    }
  return method === 'tools/list' ? { tools: TOOLS } : {}
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end()
  const message = JSON.parse(await text(request)) as Message
  if (message.id === undefined) return void response.writeHead(202).end()
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message) }))
}

/** Whether the MCP server at a path is one of those that may fall silent: every fourth, by the number at its end. */
export const maySilence = (path: string): boolean => Number(/(\d+)\/mcp$/.exec(path)?.[1] ?? 1) % 4 === 0

/** MCP servers at one address, such as a gateway probes as a server is read by its id. */
export interface Backend {
  /** Scheme, host and port. */
  origin: string
  /** From now on a quarter of them accepts and never answers, or all answer again. */
  silence: (isSilent: boolean) => void
  close: () => void
}

/** Opens one on 127.0.0.1: every path that ends in `/mcp` is a server (streamable HTTP) with one tool. */
export async function openBackend(): Promise<Backend> {
  let isQuarterSilent = false
  const http = createServer((request, response) => {
    if (isQuarterSilent && maySilence(request.url ?? '')) return
    answer(request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    silence: (isSilent) => {
      isQuarterSilent = isSilent
      http.closeAllConnections()
    },
    close: () => {
      http.closeAllConnections()
      http.close()
    },
  }
}
