import { expect, test } from 'vitest'
import { exactNumber } from '../../../src/core/exact-json.ts'
import { KeptRecord } from '../../../src/core/record/kept.ts'
import { serverRecord } from '../../../src/core/record/server.ts'

const RECORD = { server_id: 'a', url: 'http://old', cost: exactNumber('1.10'), mcp_info: { x: [1] } }

test('a record that was kept is as it was read, each number too', () => {
  const record = serverRecord.parse({
    server_id: 'a',
    url: null,
    cost: exactNumber('1.10'),
    ['__proto__']: { x: 1 },
  })
  expect(new KeptRecord(record).read()).toEqual(record)
})

test.each<[string, object]>([
  ['another URL', { ...RECORD, url: 'http://new' }],
  ['a number written another way', { ...RECORD, cost: exactNumber('1.100') }],
  ['a field more', { ...RECORD, instructions: null }],
  ['a field of an odd name more', { ...RECORD, ['__proto__']: { x: 1 }, constructor: 'x', 7: null }],
  ['a field less', { server_id: 'a', url: 'http://old' }],
])(
  'a record that is kept beside one with %s is as it was read, and so is a third beside it',
  (_what, other) => {
    const [first, second] = [RECORD, other].map((each) => serverRecord.parse(each))
    if (!first || !second) throw new Error('there are two')
    const beside = new KeptRecord(second, new KeptRecord(first))
    expect(beside.read()).toEqual(second)
    expect(new KeptRecord(first, beside).read()).toEqual(first)
  },
)

test('a record that is kept beside another is no longer than what differs', () => {
  const [first, second] = [RECORD, { ...RECORD, url: 'http://new' }].map((each) => serverRecord.parse(each))
  if (!first || !second) throw new Error('there are two')
  const { json } = new KeptRecord(second, new KeptRecord(first))
  expect(new TextDecoder().decode(json)).toBe('{"url":"http://new"}')
})

test('a record that is kept stands in no document', () => {
  expect(JSON.stringify({ kept: new KeptRecord(serverRecord.parse(RECORD)) })).toBe('{"kept":"(record)"}')
})
