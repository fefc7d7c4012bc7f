import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Reach } from '../../src/core/reach.ts'
import type { Docker, Ended } from '../../src/docker/port.ts'
import { witnessInside } from '../../src/docker/witness.ts'
import { handshake } from '../../src/gateway/handshake.ts'
import { listen, type LocalServer, says } from '../support/hostile.ts'
import { ANSWERS, named } from '../support/mcp/answers.ts'
import { talkative } from '../support/mcp/conversations.ts'
import { limitMs, on, onBackend, onTls } from '../support/mcp/places.ts'
import { runPython } from './run.ts'

vi.setConfig({ maxConcurrency: 4 })

/** Looks as from inside a container, with the script that is run there. */
async function lookInside(
  url: string,
  transport: string,
  limit = 8000,
  env: Record<string, string> = {},
): Promise<Reach> {
  const look = (_: string, [, ...args]: string[]): Promise<Ended> =>
    runPython([...args.slice(0, -1), String(limit / 1000)], env).then((ended) => ({
      ...ended,
      stdout: ended.stdout.slice(0, 1 << 20),
    }))
  const witness = witnessInside({ look } as unknown as Docker, { id: 'x', name: 'litellm' })
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

test('a certificate for another host name is told from one that nobody knows', async () => {
  const trusted = {
    SSL_CERT_FILE: fileURLToPath(new URL('../gateway/tls/certificate.pem', import.meta.url)),
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
