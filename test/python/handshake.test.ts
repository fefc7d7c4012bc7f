import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Reach } from '../../src/core/reach/reach.ts'
import { witnessInside } from '../../src/docker/witness/witness.ts'
import { handshake } from '../../src/mcp/handshake.ts'
import { type Listener, listen, type LocalServer, says } from '../support/hostile.ts'
import { ANSWERS, named } from '../support/mcp/answers.ts'
import { talkative } from '../support/mcp/conversations.ts'
import { limitMs, on, onBackend, onTls } from '../support/mcp/places.ts'
import { engineHere } from './run.ts'

vi.setConfig({ maxConcurrency: 4 })

const STREAM = { 'content-type': 'text/event-stream' }

/** Looks as from inside a container, with the script that is run there. */
async function lookInside(
  url: string,
  transport: string,
  limit = 8000,
  env: Record<string, string> = {},
): Promise<Reach> {
  const witness = witnessInside(engineHere({ seconds: limit / 1000, env }), { id: 'x', name: 'litellm' })
  const reach = await witness.look(url, transport)
  return { ...reach, evidence: reach.evidence.replace('from inside the container litellm: ', '') }
}

describe.concurrent('the client inside the container finds what the one of this program finds:', () => {
  let other: LocalServer
  beforeAll(async () => {
    other = await listen(says(200, {}))
  })
  afterAll(() => other.close())

  for (const answer of ANSWERS) {
    const { what, start, sse, http } = answer
    test(`the cause of ${what}`, async () => {
      const place = await start(other.url)
      try {
        for (const [transport, found] of [
          ['sse', sse],
          ['http', http],
        ] as const) {
          const inside = await lookInside(place.url, transport, limitMs(answer))
          expect([inside.kind, named(inside.evidence, place.url, other.url)], transport).toEqual(found)
          if (answer.waits === undefined) expect(inside).toEqual(await handshake(place.url, transport))
        }
        expect(other.seen, 'nothing is followed to another origin').toEqual([])
      } finally {
        await place.close()
      }
    })
  }
})

test('nothing is carried out of the container of what stands at another origin', async () => {
  const inner = await listen(says(403, 'role=admin secret-access-key=hidden-in-there'))
  const ways: [what: string, listener: Listener][] = [301, 302, 303, 307, 308].map((status) => [
    `HTTP ${status}`,
    (_, answer) => void answer.writeHead(status, { location: `${inner.url}/latest/meta-data` }).end(),
  ])
  ways.push([
    'the endpoint of a stream',
    says(200, `event: endpoint\ndata: ${inner.url}/messages\n\n`, STREAM),
  ])
  for (const [what, listener] of ways) {
    const place = await listen(listener)
    for (const transport of ['sse', 'http']) {
      const engine = engineHere()
      await witnessInside(engine, { id: 'x', name: 'litellm' }).look(`${place.url}/sse`, transport)
      expect([what, place.seen.length > 0, engine.ran.length > 0]).toEqual([what, true, true])
      for (const { stdout, stderr } of engine.ran.map(({ ended }) => ended)) {
        expect(stdout, what).toContain('"event"')
        expect(stdout + stderr, what).not.toContain('hidden-in-there')
      }
    }
    await place.close()
  }
  expect(inner.seen).toEqual([])
  await inner.close()
})

test('a certificate for another host name is told from one that nobody knows', async () => {
  const trusted = {
    SSL_CERT_FILE: fileURLToPath(new URL('../support/tls/certificate.pem', import.meta.url)),
  }
  const place = await onTls(says(404, 'No', { 'content-type': 'text/plain' }), 'https')('')
  expect(await lookInside(place.url, 'http', 8000, trusted)).toMatchObject({ kind: 'not-found' })
  // The same place by an address that the certificate does not name.
  const astray = place.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')
  expect(await lookInside(astray, 'http', 8000, trusted)).toMatchObject({
    kind: 'certificate',
    evidence: 'its certificate is for another host name',
  })
  await place.close()
})

test('the tools are the same, by the hashes of their schemas', async () => {
  const place = await onBackend('mcp')('')
  const inside = await lookInside(place.url, 'http')
  expect(inside.tools).toHaveLength(2)
  expect(inside).toEqual(await handshake(place.url, 'http'))
  await place.close()
})

test('a list of tools that is longer than what Docker hands on is told of all the same', async () => {
  const place = await on(talkative)('')
  const [inside, here] = [await lookInside(place.url, 'http'), await handshake(place.url, 'http')]
  expect(inside).toMatchObject({ kind: 'tools', evidence: here.evidence })
  expect(inside.tools?.map(({ name }) => name)).toEqual(here.tools?.map(({ name }) => name))
  await place.close()
})
