import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test as base } from 'vitest'
import { handshake, thisMachine } from '../../src/gateway/handshake.ts'
import { closedOrigin } from '../support/free-port.ts'
import { type Listener, listen, type LocalServer, says, silent } from '../support/hostile.ts'
import { Backend } from '../support/lab-backend.ts'

/** Tests that start local servers, which end with the test. */
const test = base.extend<{ serve: (listener: Listener) => Promise<LocalServer> }>({
  // oxlint-disable-next-line no-empty-pattern
  serve: async ({}, use) => {
    const servers: LocalServer[] = []
    await use(async (listener) => {
      const server = await listen(listener)
      servers.push(server)
      return server
    })
    for (const server of servers) await server.close()
  },
})

const SSE = { 'content-type': 'text/event-stream' }

/** Answers each message of a stream with the next of these texts. */
function scripted(...texts: readonly string[]): Listener {
  const rest = [...texts]
  return (asked, answer) => {
    if (asked.method !== 'POST') return void answer.writeHead(405).end()
    if (rest.length === 0) return void answer.writeHead(202).end()
    answer.writeHead(200, SSE).write(rest.shift() ?? '')
  }
}

const result = (id: number, value: object): string => JSON.stringify({ jsonrpc: '2.0', id, result: value })
const HELLO = `data: ${result(0, { protocolVersion: '2025-03-26' })}\n\n`

describe('an MCP handshake from this machine', () => {
  test('lists the tools of a server over either transport, and carries no key', async () => {
    const backend = await Backend.start()
    try {
      const url = `${backend.origin.replace('//', '//anna:sk-hidden-in-the-address@')}/servers/fetch`
      const sse = await handshake(`${url}/sse`, 'sse')
      const http = await handshake(`${url}/mcp`, 'http')
      expect(sse).toMatchObject({ kind: 'tools', evidence: 'it lists 2 tools' })
      expect(http).toEqual(sse)
      expect(sse.tools?.map(({ name }) => name)).toEqual(['echo', 'fetch_ping'])
      expect(JSON.stringify(backend.seen)).not.toMatch(/authorization|api-key|cookie/i)
    } finally {
      await backend.close()
    }
  })

  const STATUSES = [
    [404, 'not-found'],
    [421, 'host-refused'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [405, 'wrong-transport'],
    [500, 'server-error'],
    [418, 'unclear'],
  ] as const
  test('tells what a status means, on both transports', async ({ serve }) => {
    for (const [status, kind] of STATUSES) {
      const { url } = await serve(says(status, 'Invalid Host header', { 'content-type': 'text/plain' }))
      const evidence = `HTTP ${status} (Invalid Host header)`
      expect(await handshake(`${url}/sse`, 'sse')).toEqual({ kind, tools: null, evidence })
      expect(await handshake(`${url}/mcp`, 'http')).toEqual({ kind, tools: null, evidence })
    }
  })

  test('tells an unknown host, a closed port, and what is no HTTP', async () => {
    const origin = await closedOrigin()
    expect(await handshake('http://no-such-host.invalid:8080/servers/f/sse', 'sse')).toMatchObject({
      kind: 'unknown-host',
    })
    expect(await handshake(`${origin}/servers/f/sse`, 'sse')).toMatchObject({ kind: 'refused' })
    expect(await handshake('stdio://x', 'sse')).toMatchObject({ kind: 'unclear' })
    const babble = createServer((socket) => void socket.end('220 mail.example ESMTP\r\n'))
    await new Promise<void>((resolve) => {
      babble.listen(0, '127.0.0.1', resolve)
    })
    const { port } = babble.address() as AddressInfo
    expect(await handshake(`http://127.0.0.1:${port}/sse`, 'sse')).toMatchObject({ kind: 'wrong-transport' })
    babble.close()
  })

  test('gives up on a server that never answers, and says after how long', async ({ serve }) => {
    const { url } = await serve(silent)
    const evidence = 'from this machine: it does not answer within 0.2 s'
    expect(await thisMachine(200).look(`${url}/sse`, 'sse')).toEqual({
      kind: 'time-out',
      tools: null,
      evidence,
    })
    const { url: quiet } = await serve((_, answer) => {
      answer.writeHead(200, SSE).write('event: endpoint\ndata: /messages\n\n')
    })
    expect(await handshake(`${quiet}/sse`, 'sse', 200)).toMatchObject({ kind: 'time-out' })
  })

  test('takes a page, and a stream of another kind, for the wrong transport', async ({ serve }) => {
    const page = await serve(says(200, '<html>Hello</html>', { 'content-type': 'text/html' }))
    expect(await handshake(`${page.url}/sse`, 'sse')).toMatchObject({ kind: 'wrong-transport' })
    expect(await handshake(`${page.url}/mcp`, 'http')).toMatchObject({ kind: 'wrong-transport' })
    const news = await serve(says(200, 'data: news\n\n', SSE))
    expect(await handshake(`${news.url}/sse`, 'sse')).toMatchObject({ kind: 'wrong-transport' })
  })

  test('follows a redirect within the origin only', async ({ serve }) => {
    const elsewhere = await serve(says(200, {}))
    const server = await serve(({ url }, answer) => {
      const to = url === '/sse' ? '/sse/' : `${elsewhere.url}/sse`
      answer.writeHead(307, { location: to }).end()
    })
    const { kind, evidence } = await handshake(`${server.url}/sse`, 'sse')
    expect([kind, evidence]).toEqual(['unclear', `it redirects to ${elsewhere.url}, which is not followed`])
    expect(server.seen).toHaveLength(2)
    const astray = await serve(says(200, `event: endpoint\ndata: ${elsewhere.url}/m\n\n`, SSE))
    expect(await handshake(`${astray.url}/sse`, 'sse')).toMatchObject({ kind: 'unclear' })
    expect(elsewhere.seen).toEqual([])
  })

  test('reads an answer cut into pieces, and all pages of a list', async ({ serve }) => {
    const schema = { type: 'object', properties: { a: {}, b: {} } }
    const turned = { properties: { b: {}, a: {} }, type: 'object' }
    const first = result(1, { tools: [{ name: 'two', inputSchema: schema }], nextCursor: 'more' })
    const second = result(2, { tools: [{ name: 'one', inputSchema: turned }] })
    const list = [`: hello\r\n\r\ndata: ${first}\r\n\r\n`, `event: message\ndata: ${second}\n\n`]
    const answers = [HELLO, '', ...list]
    const { url } = await serve((asked, answer) => {
      const text = asked.method === 'POST' ? (answers.shift() ?? '') : ''
      answer.writeHead(200, SSE).flushHeaders()
      for (const character of text) answer.write(character)
    })
    const { kind, tools } = await handshake(`${url}/mcp`, 'http')
    expect([kind, tools?.map(({ name }) => name)]).toEqual(['tools', ['one', 'two']])
    expect(new Set(tools?.map(({ schema: hash }) => hash)).size).toBe(1)
  })

  test('tells a server without tools, and one that refuses, in redacted words', async ({ serve }) => {
    const none = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'no' } })
    const bare = await serve(scripted(HELLO, '', `data: ${none}\n\n`))
    expect(await handshake(`${bare.url}/mcp`, 'http')).toMatchObject({ kind: 'no-tools', tools: null })
    const empty = await serve(scripted(HELLO, '', `data: ${result(1, { tools: [] })}\n\n`))
    expect(await handshake(`${empty.url}/mcp`, 'http')).toMatchObject({ kind: 'no-tools', tools: [] })
    const words = 'token sk-secret-of-the-server is bad'
    const refusal = JSON.stringify({ jsonrpc: '2.0', id: 0, error: { code: -32000, message: words } })
    const angry = await serve(scripted(`data: ${refusal}\n\n`))
    expect(await handshake(`${angry.url}/mcp`, 'http')).toMatchObject({
      kind: 'unclear',
      evidence: 'it answers initialize with error -32000 (token sk-*** is bad)',
    })
  })
})
