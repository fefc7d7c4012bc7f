import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { exactNumber } from '../../src/core/exact-json.ts'
import { lookedAt } from '../../src/journal/looked-at.ts'

const SCHEMA = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('a'),
    name: z.string(),
    id: z.string().min(1),
    word: z.string().regex(/^\w+$/),
    time: z.iso.datetime().nullable(),
    count: z.int().min(0).max(9),
    size: z.number(),
    is: z.boolean().default(false),
    kind: z.enum(['x', 'y']).optional(),
    any: z.unknown(),
    texts: z.record(z.string(), z.string()).default({}),
    lists: z.array(z.object({ field: z.string(), before: z.string().nullable() })).min(1),
    own: z.custom<string>((value) => value === 'own'),
  }),
  z.object({
    type: z.literal('b'),
    trimmed: z.string().trim(),
    pair: z.tuple([z.int(), z.int()]).optional(),
  }),
])

const GOOD = {
  type: 'a',
  name: '',
  id: '1',
  word: 'w',
  time: '2026-11-27T00:00:00.000Z',
  count: 9,
  size: -1.5,
  is: true,
  kind: 'y',
  any: [{}],
  texts: { a: 'b' },
  lists: [{ field: 'url', before: null }],
  own: 'own',
}

/** What stands where something else should, and what nearly fits. */
const ODD: readonly unknown[] = [
  undefined,
  null,
  '',
  ' ',
  'own',
  'x',
  'a b',
  '2026-02-30T00:00:00Z',
  0,
  -0,
  1.5,
  10,
  2 ** 53,
  NaN,
  true,
  [],
  [null],
  [1, 2],
  {},
  { a: 1 },
  JSON.parse('{"__proto__":"x"}'),
  JSON.parse('{"field":"url","before":"x","more":1}'),
  [{ field: 'url', before: 'x', more: 1 }],
  [{ field: 'url' }],
  exactNumber('1.0'),
  Object.create(null),
  new Date(0),
]

const changed = fc
  .array(
    fc.tuple(
      fc.constantFrom(...Object.keys(GOOD), 'trimmed', 'pair', 'more', 'toString'),
      fc.constantFrom(...ODD),
    ),
    {
      maxLength: 3,
    },
  )
  .chain((changes) =>
    fc.record({
      type: fc.constantFrom('a', 'a', 'b', 'c'),
      without: fc.subarray(Object.keys(GOOD), { maxLength: 2 }),
      changes: fc.constant(changes),
    }),
  )
  .map(({ type, without, changes }) => {
    const members = Object.entries({ ...GOOD, ...Object.fromEntries(changes), type })
    return Object.fromEntries(members.filter(([name]) => !without.includes(name)))
  })

describe('a schema that looks first', () => {
  test('takes what the schema takes, and makes the same of it', () => {
    const looked = lookedAt(SCHEMA)
    let taken = 0
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: changed }, fc.constantFrom(...ODD)), (value) => {
        const [asked, quick] = [SCHEMA.safeParse(value), looked.safeParse(value)]
        expect(quick.success).toBe(asked.success)
        expect(quick.data).toStrictEqual(asked.data)
        if (asked.success) taken++
      }),
      { numRuns: 3000 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  test('copies nothing that is as it has to be, and leaves out what is not known', () => {
    const looked = lookedAt(SCHEMA)
    expect(looked.parse(GOOD)).toBe(GOOD)
    expect(looked.parse({ ...GOOD, more: 1 })).toStrictEqual(GOOD)
    expect(looked.parse({ type: 'b', trimmed: ' x ' })).toStrictEqual({ type: 'b', trimmed: 'x' })
  })
})
