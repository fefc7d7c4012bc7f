import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnose } from '../../src/core/reach/diagnose.ts'
import type { ReachKind } from '../../src/core/reach/reach.ts'
import { connect } from '../../src/gateway/connect/connect.ts'
import { handshake } from '../../src/mcp/handshake.ts'
import type { Gateway } from '../../src/gateway/port.ts'
import { isSince } from '../contract/http.ts'
import { closedOrigin } from '../support/free-port.ts'
import { type Listener, listen, type LocalServer, says, silent } from '../support/hostile.ts'
import { Backend } from '../support/lab-backend.ts'
import { rowsOf } from '../support/lab-database.ts'
import { labGateways } from '../support/lab.ts'

const PAGE = says(200, '<html>Hello</html>', { 'content-type': 'text/html' })

/** Nobody follows these: to another origin, as the port is another one. */
const elsewhere: Listener = (_, answer) =>
  void answer.writeHead(307, { location: 'http://127.0.0.1:9/mcp' }).end()

/**
 * What a release says that tells faults apart, over both transports, what a handshake from this machine finds, and which of
 * them is the cause.
 */
const FAULTS: readonly (readonly [
  what: string,
  listener: Listener | null,
  told: readonly [sse: ReachKind, http: ReachKind],
  seen: ReachKind,
])[] = [
  ['a closed port', null, ['unreachable', 'unreachable'], 'refused'],
  ['404', says(404, ''), ['not-found', 'unclear'], 'not-found'],
  ['421', says(421, 'Invalid Host header'), ['host-refused', 'host-refused'], 'host-refused'],
  ['401', says(401, {}), ['unauthorized', 'unauthorized'], 'unauthorized'],
  ['403', says(403, {}), ['forbidden', 'forbidden'], 'forbidden'],
  ['429', says(429, {}), ['rate-limited', 'rate-limited'], 'rate-limited'],
  ['500', says(500, {}), ['server-error', 'server-error'], 'server-error'],
  ['a page', PAGE, ['unclear', 'not-mcp'], 'web-page'],
  ['a redirect', elsewhere, ['redirect', 'unclear'], 'redirect'],
  ['a reset', ({ socket }) => void socket.resetAndDestroy(), ['reset', 'reset'], 'reset'],
  ['silence', silent, ['time-out', 'time-out'], 'time-out'],
]

for (const lab of labGateways()) {
  describe(`an address that LiteLLM ${lab.version} tries`, () => {
    let gateway: Gateway
    let backend: Backend
    const servers: LocalServer[] = []

    beforeAll(async () => {
      backend = await Backend.start()
      const target = { url: lab.url, keyHeader: null, timeoutSeconds: 35 }
      gateway = await connect(target, () =>
        Promise.resolve({ kind: 'key', key: lab.masterKey, source: 'the test' }),
      )
    })
    afterAll(async () => {
      for (const server of [...servers, backend]) await server?.close()
    })

    /** An address at which a listener answers, or nobody. */
    async function addressOf(listener: Listener | null): Promise<string> {
      if (!listener) return `${await closedOrigin()}/servers/one/sse`
      const server = await listen(listener)
      servers.push(server)
      return `${server.url}/servers/one/sse`
    }

    const tried = (url: string, transport = 'sse') =>
      gateway.tryAddress({ url, transport, serverId: 'none' }, 2000)

    test('lists its tools as this machine does, over both transports', async () => {
      const url = `${backend.origin}/servers/one`
      for (const [end, transport] of [
        ['sse', 'sse'],
        ['mcp', 'http'],
      ] as const) {
        const reach = await tried(`${url}/${end}`, transport)
        expect(reach).toMatchObject({ kind: 'tools', evidence: 'LiteLLM lists 2 tools' })
        expect(reach.tools).toEqual((await handshake(`${url}/${end}`, transport)).tools)
      }
    })

    for (const [what, listener, told, seen] of FAULTS) {
      test(`${what} is told as far as the release tells it, and seen from this machine`, async () => {
        const url = await addressOf(listener)
        for (const [transport, kind] of [
          ['sse', told[0]],
          ['http', told[1]],
        ] as const) {
          const said = await tried(url, transport)
          if (isSince(lab.version, '1.106.0')) expect(said.kind, transport).toBe(kind)
          else expect(['unclear', 'time-out'], transport).toContain(said.kind)
          const found = await handshake(url, transport, 1000)
          expect(found.kind, transport).toBe(seen)
          expect(diagnose(said, found), transport).toMatchObject({ kind: causeOf(said.kind, seen) })
        }
      })
    }

    /** Of what never answered LiteLLM in time nothing but what it met is a cause. */
    const causeOf = (said: ReachKind, seen: ReachKind): ReachKind =>
      said === 'time-out' && !['web-page', 'redirect'].includes(seen) ? said : seen

    test('TLS that fails is told as something else, and seen from this machine', async () => {
      const pem = (name: string): string =>
        readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url), 'utf8')
      const server = await listen(says(404, ''), { key: pem('key'), cert: pem('certificate') })
      servers.push(server)
      for (const [url, kind] of [
        [server.url, 'certificate'],
        [server.url.replace('https:', 'http:'), 'tls-only'],
        [(await addressOf(says(404, ''))).replace('http:', 'https:'), 'no-tls'],
      ] as const)
        for (const transport of ['sse', 'http'])
          expect(diagnose(await tried(url, transport), await handshake(url, transport)).kind).toBe(kind)
    })

    test('writes nothing, and gets no key of anybody', async () => {
      const before = await rowsOf(lab)
      const listed = await gateway.list()
      await tried(`${backend.origin}/servers/two/sse`)
      await tried(await addressOf(null))
      expect(await rowsOf(lab)).toEqual(before)
      expect((await gateway.list()).map(({ server_id: id }) => id)).toEqual(
        listed.map(({ server_id: id }) => id),
      )
      expect(backend.seen.length).toBeGreaterThan(0)
      expect(JSON.stringify(backend.seen)).not.toMatch(/authorization|api-key|cookie|sk-/i)
    })

    test('of a registered server are the same tools, by unprefixed names', async () => {
      const url = `${backend.origin}/servers/one/sse`
      const json = { server_name: 'reach_one', alias: 'reach_alias', url, transport: 'sse' }
      const headers = {
        authorization: `Bearer ${lab.masterKey}`,
        'content-type': 'application/json',
      }
      const made = await fetch(`${lab.url}/v1/mcp/server`, {
        method: 'POST',
        headers,
        body: JSON.stringify(json),
      })
      const { server_id: id } = (await made.json()) as { server_id: string }
      try {
        const { tools } = await gateway.tools(id)
        expect(tools).toEqual((await tried(url)).tools)
        expect((await gateway.check(id)).works).toBe('yes')
      } finally {
        await fetch(`${lab.url}/v1/mcp/server/${id}`, { method: 'DELETE', headers })
      }
    })
  })
}
