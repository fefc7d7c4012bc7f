import { describe, expect, test } from 'vitest'
import { eraOf } from '../../../src/core/record/eras.ts'
import { hangEffect, hangingLast } from '../../../src/core/record/may-hang.ts'
import { type ServerRecord, serverRecord } from '../../../src/core/record/server.ts'

const OLD = 'http://localhost:8585/servers/fetch/sse'
const MOVE = [{ field: 'url', before: OLD, after: 'http://mcp-proxy-sse:8080/servers/fetch/sse' }]
const RENAME = [{ field: 'static_headers.x-origin', before: 'http://a', after: 'http://b' }]

const record = (more: Record<string, unknown>): ServerRecord =>
  serverRecord.parse({ server_id: 'id', url: OLD, transport: 'sse', ...more })

const looks = (version: string | null, more: Record<string, unknown>, edits = MOVE): boolean =>
  hangEffect(record(more), edits, eraOf(version).era).length > 0

const OPEN = { auth_type: 'oauth2' }
const TOLD = { auth_type: 'oauth2', authorization_url: 'https://id.example/authorize' }
const EXCHANGE = { auth_type: 'oauth2_token_exchange' }
const EXCHANGE_TOLD = { ...EXCHANGE, token_url: 'https://id.example/token' }
const DELEGATE = { auth_type: 'oauth_delegate' }

describe('which writes wait for the server’s URL', () => {
  test.each([
    // version, oauth2, with authorization_url, token exchange, with token_url, oauth_delegate
    ['1.77.7', false, false, false, false, false],
    ['1.80.11', false, false, false, false, false],
    ['1.81.14', true, true, false, false, false],
    ['1.87.5', true, false, false, false, false],
    ['1.90.7', true, false, false, false, false],
    ['1.92.2', true, null, true, null, false],
    ['1.96.2', true, true, true, true, true],
    ['1.100.5', false, false, false, false, false],
    ['1.106.2', false, false, false, false, false],
    ['2.0.0', false, false, false, false, false],
  ])('on %s', (version, ...expected) => {
    const found = [OPEN, TOLD, EXCHANGE, EXCHANGE_TOLD, DELEGATE].map((each) => looks(version, each))
    // Whether 1.92.2 clears the settings with the URL is another column's matter.
    expect(found.filter((_, i) => expected[i] !== null)).toEqual(expected.filter((each) => each !== null))
  })

  test('on a release that nobody knows: all that any release looks for', () => {
    for (const each of [OPEN, TOLD, EXCHANGE, EXCHANGE_TOLD, DELEGATE]) expect(looks(null, each)).toBe(true)
  })

  test('never those of servers that nobody signs in to so, or that have no URL', () => {
    for (const version of ['1.81.14', '1.92.2', '1.96.2', null]) {
      for (const auth_type of ['none', 'bearer_token', 'api_key', null])
        expect(looks(version, { auth_type })).toBe(false)
      expect(looks(version, { ...OPEN, url: null }, RENAME)).toBe(false)
      expect(looks(version, { ...OPEN, url: '' }, RENAME)).toBe(false)
    }
  })

  test('also where another field is written: LiteLLM looks at the URL that is there', () => {
    const [effect] = hangEffect(record(OPEN), RENAME, eraOf('1.90.7').era)
    expect(effect?.message).toContain('written last: ')
    expect(effect?.message).toContain('at its URL')
  })

  test('a setting that the same write gives the server, or clears, counts as it is afterwards', () => {
    const era = { searches: [{ types: ['oauth2'], unless: ['authorization_url'] }] }
    const given = [
      ...MOVE,
      { field: 'authorization_url', before: null, after: 'https://id.example/authorize' },
    ]
    const count = (edits: typeof given, wipesOAuth: boolean): number =>
      hangEffect(record(TOLD), edits, { ...era, wipesOAuth }).length
    expect([count(MOVE, false), count(MOVE, true), count(given, true)]).toEqual([0, 1, 0])
  })
})

test('they go last, and the others keep their order', () => {
  const may = { code: 'may-hang', message: '', reversible: true }
  const other = { code: 'reauthorization', message: '', reversible: false }
  const changes = [
    { id: 1, effects: [other, may] },
    { id: 2, effects: [other] },
    { id: 3, effects: [may] },
    { id: 4, effects: [] },
  ]
  expect(hangingLast(changes).map(({ id }) => id)).toEqual([2, 4, 1, 3])
})
