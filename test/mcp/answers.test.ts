import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { handshake } from '../../src/mcp/handshake.ts'
import { listen, type LocalServer, says } from '../support/hostile.ts'
import { ANSWERS, named } from '../support/mcp/answers.ts'
import { limitMs } from '../support/mcp/places.ts'

vi.setConfig({ maxConcurrency: 8 })

// `test/python/handshake.test.ts` plays the same table to the client inside LiteLLM's container.
describe.concurrent('an MCP client on this machine finds', () => {
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
        const found = await Promise.all(
          ['sse', 'http'].map(async (transport) => {
            const { kind, evidence } = await handshake(place.url, transport, limitMs(answer))
            return [kind, named(evidence, place.url, other.url)]
          }),
        )
        expect(found).toEqual([sse, http])
        expect(other.seen, 'nothing is followed to another origin').toEqual([])
      } finally {
        await place.close()
      }
    })
  }
})
