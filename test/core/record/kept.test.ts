import { expect, test } from 'vitest'
import { exactNumber } from '../../../src/core/exact-json.ts'
import { KeptRecord } from '../../../src/core/record/kept.ts'
import { serverRecord } from '../../../src/core/record/server.ts'

test('a record that was kept is as it was read, each number too', () => {
  const record = serverRecord.parse({
    server_id: 'a',
    url: null,
    cost: exactNumber('1.10'),
    __proto__: { x: 1 },
  })
  expect(new KeptRecord(record).read()).toEqual(record)
})
