import { describe, expect, test as base } from 'vitest'
import { handshake, thisMachine } from '../../src/mcp/handshake.ts'
import { type Listener, listen, type LocalServer, silent } from '../support/hostile.ts'
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

// What keeps an address from being used is in the table that `answers.test.ts` plays.
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

  test('tells a server without tools', async ({ serve }) => {
    const none = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'no' } })
    const bare = await serve(scripted(HELLO, '', `data: ${none}\n\n`))
    expect(await handshake(`${bare.url}/mcp`, 'http')).toMatchObject({ kind: 'no-tools', tools: null })
    const empty = await serve(scripted(HELLO, '', `data: ${result(1, { tools: [] })}\n\n`))
    expect(await handshake(`${empty.url}/mcp`, 'http')).toMatchObject({ kind: 'no-tools', tools: [] })
  })
})
