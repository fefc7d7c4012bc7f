import { describe, expect } from 'vitest'
import { type Endpoint, get, pauseFor, spoken } from '../../../src/gateway/http/http.ts'
import { says } from '../../support/hostile.ts'
import { test } from '../../support/trial.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import { Gate } from '../../../src/gateway/http/pace.ts'

const NOW = Date.parse('2026-11-27T06:00:00Z')

describe('the pause before a request is repeated', () => {
  const growing = [0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => pauseFor(undefined, attempt, NOW))

  test('grows, up to eight seconds', () => {
    expect(growing).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000])
  })

  test.for([
    '0',
    '0.0',
    '-0',
    '-1',
    '-1e999',
    '0.001',
    '1e-9',
    '',
    ' ',
    'soon',
    '1 s',
    'NaN',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 27 Nov 2026 06:00:00 GMT',
    'Fri, 32 Nov 2026 06:00:00 GMT',
  ])('is no shorter for Retry-After: %j', (header) => {
    expect([0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => pauseFor(header, attempt, NOW))).toEqual(growing)
  })

  test.for([
    ['3', 3000],
    ['2.5', 2500],
    ['3600', 3_600_000],
    ['Fri, 27 Nov 2026 06:00:20 GMT', 20_000],
    ['1e999', Infinity],
    ['Infinity', Infinity],
    ['9'.repeat(400), Infinity],
  ] as const)('is as long as it asks for where that is longer: %s', ([header, pause]) => {
    expect(pauseFor(header, 0, NOW)).toBe(pause)
  })
})

describe.concurrent('a gateway that always asks to come back', () => {
  const endpointAt = (url: string): Endpoint => ({
    url,
    key: 'sk-of-a-test',
    keyHeader: 'authorization',
    timeoutSeconds: 10,
    headers: {},
    trouble: { since: null },
    gate: new Gate(),
    redactor: new Redactor(),
  })

  test.for(['0', '-1', '0.001', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'after %s is asked no oftener than growing pauses allow',
    async (header, { serve }) => {
      const server = await serve(says(503, { error: { message: 'busy' } }, { 'retry-after': header }))
      const answer = await get(endpointAt(server.url), '/v1/mcp/server', 2000)
      expect(answer.status).toBe(503)
      // At 0, 250, 750 and 1,750 ms.
      expect(server.seen.length).toBeLessThanOrEqual(4)
      expect(server.seen.length).toBeGreaterThan(1)
    },
  )

  test.for(['1e999', '3600', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'after %s is not waited for, and its words are told',
    async (header, { serve }) => {
      const server = await serve(says(429, { error: { message: 'slow down' } }, { 'retry-after': header }))
      const endpoint = endpointAt(server.url)
      expect(spoken(await get(endpoint, '/v1/mcp/server'), endpoint)).toBe('HTTP 429: slow down')
      expect(server.seen).toHaveLength(1)
    },
  )
})
