import { gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { describe, expect } from 'vitest'
import { LiteLlmGateway } from '../../../src/gateway/servers/litellm.ts'
import { type Listener, forward, inFrontOf, says } from '../../support/hostile.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, sentence, test, TWO, writes } from '../../support/trial.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import { Gate } from '../../../src/gateway/http/pace.ts'

watchForLeaks()

const LIST = 'GET /v1/mcp/server'
const WRITE = 'PUT /v1/mcp/server'

/** Writes these bytes in the place of an answer, and ends the connection. */
const raw = (answer: ServerResponse, bytes: string): void => {
  answer.socket?.end(bytes)
}

/** Hands a write on, and answers it with these bytes when it has landed. */
const landsAnd =
  (to: string, bytes: string): Listener =>
  (asked, answer) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.on('end', async () => {
      const { authorization = '' } = asked.headers
      const headers = { authorization, 'content-type': 'application/json' }
      await fetch(to + asked.url, { method: 'PUT', headers, body: Buffer.concat(chunks) })
      raw(answer, bytes)
    })
  }

/** Sends what may come before an answer first. */
const early =
  (to: string): Listener =>
  (asked, answer) => {
    answer.writeContinue()
    answer.writeEarlyHints({ link: '</style.css>; rel=preload' })
    forward(to)(asked, answer)
  }

describe.concurrent('answers that only look odd are taken for what they are:', () => {
  test('interim ones before each answer: exit 0', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const server = await serve(early(trial.sandbox.url))
    expect((await trial.call(['--yes', '--url', server.url])).code).toBe(0)
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('HTTP/1.0, one connection each: exit 0', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const server = await serve((asked, answer) => {
      const chunks: Buffer[] = []
      asked.on('data', (chunk: Buffer) => chunks.push(chunk))
      asked.on('end', async () => {
        const { method = 'GET', headers } = asked
        const { authorization } = headers
        const given = await fetch(trial.sandbox.url + asked.url, {
          method,
          headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
          body: method === 'GET' ? null : Buffer.concat(chunks),
        })
        const body = await given.text()
        raw(answer, `HTTP/1.0 ${given.status} -\r\ncontent-type: application/json\r\n\r\n${body}`)
      })
    })
    expect((await trial.call(['--yes', '--url', server.url])).code).toBe(0)
    expect(writes(trial.sandbox)).toBe(2)
  })
})

test('a list that is compressed, which nobody asked for, and is 50 MB inside: exit 1, nothing written', {
  timeout: 120_000,
}, async ({ open, serve }) => {
  const trial = await open({ servers: TWO })
  const bomb = gzipSync(`[${' '.repeat(50_000_000)}]`)
  const server = await serve(
    inFrontOf(trial.sandbox.url, {
      [LIST]: (_, answer) => {
        answer.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
      },
    }),
  )
  const { code, stderr } = await trial.call(['--yes', '--url', server.url])
  expect([code, writes(trial.sandbox)]).toEqual([1, 0])
  expect(sentence(stderr)).toContain('The list of MCP servers is not a JSON array')
})

describe.concurrent('what cannot be read is a failure in a sentence, and no record:', () => {
  const cases: readonly (readonly [string, Listener, RegExp])[] = [
    ['a header of 70 kB', says(200, {}, { 'x-a': 'a'.repeat(70_000) }), /does not speak HTTP/],
    [
      'an answer that is cut',
      (_, answer) => raw(answer, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'),
      /was lost/,
    ],
    [
      'an answer longer than it says',
      (_, answer) => raw(answer, 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{"server_id":"id-fetch"}'),
      /is not what LiteLLM sends|does not speak HTTP|was lost/,
    ],
    [
      'chunks that are none',
      (_, answer) => raw(answer, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\nxx\r\n'),
      /does not speak HTTP|was lost/,
    ],
  ]
  for (const [what, listener, message] of cases)
    test(what, async ({ serve }) => {
      const server = await serve(listener)
      const endpoint = {
        url: server.url,
        key: 'sk-of-a-test',
        keyHeader: 'authorization',
        timeoutSeconds: 10,
        headers: {},
        trouble: { since: null },
        gate: new Gate(),
        redactor: new Redactor(),
      }
      const gateway = new LiteLlmGateway(endpoint, { url: server.url, version: '1.106.2', account: 'a test' })
      const reading = await gateway.read('id-fetch', 0)
      expect(reading).toMatchObject({ kind: 'unreadable', message: expect.stringMatching(message) as string })
    })
})

describe.concurrent('a write whose answer is broken is found out by reading: exit 0, and no second write', () => {
  for (const [what, bytes] of [
    ['cut', 'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"server_id":'],
    ['in chunks that are none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\nxx\r\n'],
    ['no HTTP', 'what?\r\n\r\n'],
    ['nothing at all', ''],
  ] as const)
    test(what, async ({ open, serve }) => {
      const trial = await open({ servers: TWO })
      const server = await serve(
        inFrontOf(trial.sandbox.url, { [WRITE]: landsAnd(trial.sandbox.url, bytes) }),
      )
      const finished = await trial.call(['--yes', '--json', '--url', server.url])
      expect([finished.code, writes(trial.sandbox)]).toEqual([0, 2])
      expect(documentOf(finished)).toMatchObject({
        changes: [{ outcome: 'applied' }, { outcome: 'applied' }],
      })
    })
})
