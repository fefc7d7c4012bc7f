import { describe, expect, test } from 'vitest'
import { eraOf } from '../../../src/core/record/eras.ts'
import {
  againstResets,
  changesAcross,
  isSameRelease,
  takenByAnotherRelease,
} from '../../../src/core/record/resets.ts'
import { type ServerRecord, serverRecord } from '../../../src/core/record/server.ts'

const { era } = eraOf('1.106.2')
const { era: keeping } = eraOf('1.92.2')

const BEFORE = serverRecord.parse({
  server_id: 'a',
  server_name: 'a',
  alias: 'a',
  url: 'http://new/sse',
  transport: 'http',
  description: 'kept',
  mcp_access_groups: ['ops'],
  args: ['x'],
  env: { K: 'v' },
  allow_all_keys: true,
  is_byok: false,
})

const RESET = {
  alias: null,
  transport: 'sse',
  mcp_access_groups: [],
  args: [],
  env: {},
  allow_all_keys: false,
}

interface Write {
  before?: ServerRecord
  answered?: ServerRecord | null
  sent?: readonly string[]
}

/** What is found to be taken where a write of the URL left a record with these fields. */
const taken = (fields: Record<string, unknown>, more: Write = {}, of = era): string[] => {
  const { before = BEFORE, sent = ['server_id', 'url'] } = more
  const after = serverRecord.parse({ ...before, ...fields })
  const { answered = after } = more
  return takenByAnotherRelease({ before, after, answered, sent }, of).toSorted()
}

const without = (record: ServerRecord, field: string): ServerRecord =>
  serverRecord.parse(Object.fromEntries(Object.entries(record).filter(([name]) => name !== field)))

describe('a member of an older release has taken', () => {
  test('all that it resets, and nothing that it leaves', () => {
    expect(taken({ ...RESET, description: 'by somebody' })).toEqual(Object.keys(RESET).toSorted())
  })

  test('what there was of it', () => {
    const before = serverRecord.parse({ ...BEFORE, ...RESET, alias: 'a', transport: 'http' })
    expect(taken(RESET, { before })).toEqual(['alias', 'transport'])
  })

  test('it, also where the answer is not known', () => {
    expect(taken(RESET, { answered: null })).toEqual(Object.keys(RESET).toSorted())
  })

  test('a single field, where the answer shows the fields of another release', () => {
    const before = serverRecord.parse({ ...BEFORE, ...RESET, alias: 'a' })
    const after = serverRecord.parse({ ...before, alias: null })
    expect(taken(RESET, { before, answered: without(after, 'is_byok') })).toEqual(['alias'])
    expect(taken(RESET, { before, answered: serverRecord.parse({ ...after, rpm: null }) })).toEqual(['alias'])
  })
})

describe('nothing is taken where', () => {
  test.each<[string, Record<string, unknown>, Write]>([
    ['nothing changed', {}, {}],
    [
      'a single field was emptied',
      { env: {} },
      { before: serverRecord.parse({ ...BEFORE, ...RESET, env: { K: 'v' } }) },
    ],
    ['one of those that are always reset was not', { ...RESET, args: ['x'] }, {}],
    ['fields changed to something else', { env: { K: 'w' }, args: ['y'] }, {}],
    ['it was still there in the answer', RESET, { answered: BEFORE }],
    ['all of it was sent', RESET, { sent: Object.keys(RESET) }],
  ])('%s', (_what, fields, more) => {
    expect(taken(fields, more)).toEqual([])
  })
})

describe('a member of a newer release has taken the OAuth settings', () => {
  const held = {
    auth_type: 'oauth2',
    issuer: 'https://i',
    token_url: 'https://i/t',
    authorization_url: 'https://i/a',
  }
  const gone = { issuer: null, token_url: null, authorization_url: null }
  const before = serverRecord.parse({ ...BEFORE, ...held })

  test('where all are gone; the issuer, which may cost the client, is not put back', () => {
    expect(taken(gone, { before }, keeping)).toEqual(['authorization_url', 'token_url'])
  })

  test.each<[string, Record<string, unknown>, Write, typeof era]>([
    ['not where one is still there', { ...gone, issuer: 'https://i' }, {}, keeping],
    ['not where the URL was not sent', gone, { sent: ['server_id', 'alias'] }, keeping],
    ['not where the release itself does so, which is seen to elsewhere', gone, {}, era],
  ])('%s', (_what, fields, more, of) => {
    expect(taken(fields, { before, ...more }, of)).toEqual([])
  })
})

test('a record of another release shows other fields', () => {
  expect(isSameRelease(BEFORE, without(BEFORE, 'is_byok'))).toBe(false)
  expect(isSameRelease(without(BEFORE, 'is_byok'), BEFORE)).toBe(false)
  // Of what each read finds anew it says nothing.
  expect(isSameRelease(BEFORE, serverRecord.parse({ ...BEFORE, status: 'healthy' }))).toBe(true)
})

test('across releases, a field left out tells nothing, and nothing is nothing, however it is written', () => {
  const [before, after] = [
    { args: null, is_byok: true, env: { K: 'v' }, url: 'http://old/sse' },
    { args: [], byok_description: [], env: {}, allow_all_keys: true, url: 'http://new/sse' },
  ].map((fields) => serverRecord.parse({ server_id: 'a', ...fields }))
  expect(before && after && changesAcross(before, after, ['url'])).toEqual([
    { field: 'allow_all_keys', before: null, after: true },
    { field: 'env', before: { K: 'v' }, after: {} },
  ])
})

test('against resets, all is sent that could be reset, the new values in their places', () => {
  const edits = [{ field: 'url', after: 'http://next/sse' }]
  expect(Object.fromEntries(againstResets(BEFORE, edits).map(({ field, after }) => [field, after]))).toEqual({
    url: 'http://next/sse',
    alias: 'a',
    transport: 'http',
    mcp_access_groups: ['ops'],
    args: ['x'],
    env: { K: 'v' },
    allow_all_keys: true,
    is_byok: false,
  })
})
