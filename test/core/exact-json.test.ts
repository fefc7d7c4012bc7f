import fc from 'fast-check'
import { isLosslessNumber, parse, stringify } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import { canonical } from '../../src/core/canonical.ts'
import { exactText, readExactBytes, readExactly } from '../../src/core/exact-json.ts'
import { parsedJson } from '../../src/core/parsed-json.ts'
import { jsonTexts, ODD_NUMBERS } from '../support/json-texts.ts'

const valueOf = (text: string): unknown => {
  const read = readExactly(text)
  return read.kind === 'json' ? read.value : expect.fail(`${text}: ${read.what}`)
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

describe('JSON that is read exactly', () => {
  test.for(ODD_NUMBERS)('is written again as it was: %s', (number) => {
    const text = `{"a":[${number}],"b":{"c":${number}}}`
    expect(exactText(valueOf(text))).toBe(text)
    expect(exactText(valueOf(text), 1)).toContain(`"c": ${number}`)
    expect(canonical(valueOf(text))).toBe(text)
  })

  test('holds every value as it was, whatever it is', () => {
    fc.assert(
      fc.property(jsonTexts(), (text) => {
        const value = valueOf(text)
        // Read and written by the library alone, which takes every number as its text.
        expect(exactText(value)).toBe(stringify(parse(text)))
        expect(valueOf(exactText(value, 2))).toEqual(value)
      }),
    )
  })

  test('has plain numbers where these are what stood there', () => {
    expect(valueOf('[0,1,-1,10,0.5,1e+21,123456789012345]')).toEqual([
      0, 1, -1, 10, 0.5, 1e21, 123_456_789_012_345,
    ])
    expect([valueOf('1.0'), valueOf('-0'), valueOf('1E5')].every(isLosslessNumber)).toBe(true)
  })

  test('keeps names that mean something to JavaScript, and touches no prototype', () => {
    const text = '{"__proto__":{"x":1.0},"constructor":2,"toString":3,"a":{"__proto__":null}}'
    expect(exactText(valueOf(text))).toBe(text)
    expect(Object.getPrototypeOf(valueOf(text))).toBe(Object.prototype)
  })

  test('is not taken for a number where it only looks like one of the library', () => {
    const text = '{"isLosslessNumber":true,"value":"1.0","n":1.0}'
    expect(exactText(valueOf(text))).toBe(text)
    expect(exactText('"isLosslessNumber":true')).toBe(String.raw`"\"isLosslessNumber\":true"`)
  })

  test.for([
    ['{"a":1,"b":{"c":1,"c":2}}', 'it holds the name "c" twice, with two values'],
    ['{"a":1,"a":1.0}', 'it holds the name "a" twice, with two values'],
    [String.raw`{"a":"\\\":{[","b\"":1,"a":":"}`, 'it holds the name "a" twice, with two values'],
    ['{"__proto__":1,"__proto__":2}', 'it holds the name "__proto__" twice, with two values'],
    [String.raw`["\ud800"]`, 'it holds half of a character (a lone surrogate)'],
    [String.raw`{"\uDC00x":1}`, 'it holds half of a character (a lone surrogate)'],
    [`{"a":${nested(500)}}`, 'it is nested deeper than 500 levels'],
    [nested(200_000), 'it is nested deeper than 500 levels'],
    [`{"a":1.0,"b":${nested(200_000)}}`, 'it is nested deeper than 500 levels'],
    [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'it is nested deeper than 500 levels'],
    ['', 'it is not JSON'],
    ['[1', 'it is not JSON'],
    ['01', 'it is not JSON'],
    ['NaN', 'it is not JSON'],
  ] as const)('is a fault where it could not be sent back: %#', ([text, what]) => {
    expect(readExactly(text)).toEqual({ kind: 'fault', what })
  })

  test('takes what is harmless: a pair of surrogates, a name twice with one value, NUL, 500 levels', () => {
    expect(valueOf(String.raw`"\ud83d\ude00\u0000"`)).toBe('\u{1f600}\u0000')
    expect(valueOf(String.raw`"\\ud800"`)).toBe(String.raw`\ud800`)
    expect(valueOf('{"a":{"b":1.0},"a":{"b":1.0}}')).toEqual(valueOf('{"a":{"b":1.0}}'))
    expect(exactText(valueOf(nested(500)))).toBe(nested(500))
  })

  test('is UTF-8, with or without a byte order mark', () => {
    const bytes = (...more: number[]) => Buffer.from([0x22, ...more, 0x22])
    expect(readExactBytes(bytes(0xe9))).toEqual({ kind: 'fault', what: 'it is not UTF-8' })
    // A surrogate, and a slash in two bytes.
    for (const odd of [bytes(0xed, 0xa0, 0x80), bytes(0xc0, 0xaf)])
      expect(readExactBytes(odd)).toEqual({ kind: 'fault', what: 'it is not UTF-8' })
    expect(readExactBytes(Buffer.from('\ufeff"é"'))).toEqual({ kind: 'json', value: 'é' })
    expect(readExactBytes(bytes(0xef, 0xbf, 0xbd))).toEqual({ kind: 'json', value: '\ufffd' })
  })
})

test('JSON that is only looked at is no JSON where it is too deep to be walked through', () => {
  expect(parsedJson(nested(500))).toBeInstanceOf(Array)
  expect([parsedJson(nested(501)), parsedJson(nested(200_000))]).toEqual([undefined, undefined])
})
