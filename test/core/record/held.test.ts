import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, sha256 } from '../../../src/core/canonical.ts'
import { exactNumber } from '../../../src/core/exact-json.ts'
import { fieldHashes, settableFields } from '../../../src/core/record/fields.ts'
import { fingerprint, hashesOf, isAsHeld, movedFields } from '../../../src/core/record/held.ts'
import { KeptRecord } from '../../../src/core/record/kept.ts'
import { serverRecord } from '../../../src/core/record/server.ts'

/** The hashes of a record as version 1 of the journal holds them. */
const plainHashes = (record: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settableFields(record)).map(([field, value]) => [
      field,
      sha256(canonical([record['server_id'], field, value])).slice(0, 32),
    ]),
  )

const names = fc.constantFrom('url', 'alias', 'credentials', 'issuer', 'n', '__proto__', '7', 'a"b')
const values = fc.oneof(
  fc.constant(null),
  fc.constant('null'),
  fc.constant(''),
  fc.jsonValue({ maxDepth: 2 }),
)
const records = fc
  .array(fc.tuple(names, values))
  .map((members) => ({
    ...(Object.fromEntries(
      members.filter(([name, value]) => !['url', 'alias'].includes(name) || typeof value === 'string'),
    ) as Record<string, unknown>),
    server_id: 'id-1',
  }))
  .map((value) => serverRecord.parse(value))

describe('hashes of the fields of a record', () => {
  test('are those of version 1, and tell any two records apart that differ in a field', () => {
    fc.assert(
      fc.property(records, records, (before, after) => {
        const [hashes, kept] = [fieldHashes(before), new KeptRecord(before)]
        expect(hashes).toEqual(plainHashes(before))
        expect(fingerprint(hashes)).toBe(sha256(canonical(hashes)))
        expect(movedFields(hashes, after).length === 0).toBe(isAsHeld(hashes, after))
        expect(movedFields(hashes, before)).toEqual([])
        // A record that is kept says the same as its hashes.
        expect(hashesOf(kept)).toEqual(hashes)
        expect(movedFields(kept, after)).toEqual(movedFields(hashes, after))
        expect(isAsHeld(kept, after)).toBe(isAsHeld(hashes, after))
        // So does one that is kept beside any other.
        const beside = new KeptRecord(after, kept)
        expect(hashesOf(beside)).toEqual(fieldHashes(after))
        expect(movedFields(beside, before)).toEqual(movedFields(fieldHashes(after), before))
      }),
    )
  })

  test('tell numbers apart that JavaScript rounds to one, where the record is kept', () => {
    const [before, after] = ['12345678901234567000', '12345678901234567890'].map((text) =>
      serverRecord.parse({ server_id: 'id-1', cost: exactNumber(text) }),
    )
    if (!before || !after) throw new Error('there are two')
    expect(movedFields(new KeptRecord(before), after)).toEqual(['cost'])
    expect(movedFields(new KeptRecord(before), before)).toEqual([])
    // An earlier version may have made hashes from what it had rounded.
    expect(movedFields(fieldHashes(before), after)).toEqual([])
  })

  test('tell nothing from a field that is not there, and both from a value', () => {
    const states = [{}, { x: null }, { x: 'null' }, { x: 0 }].map((each) =>
      serverRecord.parse({ server_id: 'id-1', ...each }),
    )
    for (const [i, before] of states.entries())
      for (const [j, after] of states.entries())
        for (const held of [fieldHashes(before), new KeptRecord(before)])
          expect(movedFields(held, after)).toEqual(i === j ? [] : ['x'])
  })
})
