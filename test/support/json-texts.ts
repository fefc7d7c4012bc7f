import fc from 'fast-check'
import { anyCharacter } from './any-text.ts'

/** Numbers that JavaScript rounds, or writes in another way. */
export const ODD_NUMBERS = [
  '1.0',
  '10.0',
  '-0',
  '-0.0',
  '1E5',
  '1e5',
  '1e400',
  '-1e-400',
  '12345678901234567891',
  '-9007199254740993',
  '0.1000000000000000055511151231257827',
  '1.10',
  '100000000000000000000000',
] as const

const number = fc.oneof(
  fc.constantFrom(...ODD_NUMBERS, '0', '7'),
  fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,40})?([eE][+-]?\d{1,3})?$/),
)

const text = fc.oneof(
  fc.constantFrom('', '1.0', '"isLosslessNumber":true', '\u0000', '\ufeff', '\ufffd', '\u2028', '\u{1f600}'),
  fc.string({ unit: anyCharacter, maxLength: 12 }),
)

const name = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'value',
    'isLosslessNumber',
    '1',
    '',
  ),
  text,
)

const quoted = text.map((one) => JSON.stringify(one))

const objectOf = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`

const deep = fc
  .integer({ min: 1, max: 300 })
  .map((levels) => `${'[{"a":'.repeat(levels / 2)}1.0${'}]'.repeat(levels / 2)}`)

const { any, object } = fc.letrec<{ any: string; object: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    number,
    quoted,
    fc.constantFrom('null', 'true', 'false'),
    deep,
    fc.array(tie('any'), { maxLength: 4 }).map((members) => `[${members.join(',')}]`),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(name, tie('any')), { maxLength: 5, selector: ([key]) => key })
    .map(objectOf),
}))

/** Texts of JSON, compact, with odd numbers, odd names, odd texts, and deep. */
export const jsonTexts = (): fc.Arbitrary<string> => any

/** The same, objects only. */
export const objectTexts = (): fc.Arbitrary<string> => object
