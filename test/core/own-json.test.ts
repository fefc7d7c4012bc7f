import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readExactly } from '../../src/core/exact-json.ts'
import { readOwnJson } from '../../src/core/own-json.ts'
import { jsonTexts } from '../support/json-texts.ts'

/** What is said of a text that is no JSON of ours; `read` where it is. */
function fault(text: string): string {
  const read = readOwnJson(text)
  return read.kind === 'json' ? 'read' : `${read.place.line}:${read.place.column} ${read.what}`
}

function placeOf(text: string, path: readonly PropertyKey[]): string {
  const read = readOwnJson(text)
  if (read.kind === 'fault') throw new Error(read.what)
  const { line, column } = read.placeOf(path)
  return `${line}:${column}`
}

describe('JSON of ours is read', () => {
  test('as JSON.parse reads it, whatever it holds and however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 1, '\t', '\r\n '), (value, space) => {
        // A line end that JSON.stringify does not make.
        const json = JSON.stringify(value, null, space).replaceAll('\n', space === 1 ? '\r' : '\n')
        expect(readOwnJson(json)).toMatchObject({ kind: 'json', value: JSON.parse(json) as unknown })
      }),
    )
  })

  test('and exactly: no number and no name is altered', () => {
    fc.assert(
      fc.property(jsonTexts(), (text) => {
        const read = readOwnJson(text)
        // Ours alone ends at a hundred levels.
        if (read.kind === 'json') expect({ kind: 'json', value: read.value }).toEqual(readExactly(text))
        else expect(read.what).toBe('there are more than 100 levels')
      }),
    )
  })

  test('or refused as JSON.parse refuses it, wherever it was damaged', () => {
    const whole = '{"a": [1, -2.5e+3, "x\\u0041\\n", true, null, {"é": {}, "": []}], "b": "" }'
    const piece = fc.constantFrom(
      '',
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '0',
      '.',
      '-',
      'e',
      'null',
      '\n',
    )
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(3), piece, (at, gone, put) => {
        const text = whole.slice(0, at) + put + whole.slice(at + gone)
        const read = readOwnJson(text)
        // Ours alone refuses a name that stands twice.
        if (read.kind === 'fault' && read.what.includes('second time')) return
        const same = readExactly(text)
        expect([read.kind, read.kind === 'json' && read.value]).toEqual([
          same.kind,
          same.kind === 'json' && same.value,
        ])
      }),
      { numRuns: 2000 },
    )
  })

  test('with a byte order mark, and with names that mean something to JavaScript', () => {
    expect(fault('\ufeff{}')).toBe('read')
    const read = readOwnJson('{"__proto__": {"a": 1}, "constructor": 2}')
    expect(read.kind === 'json' && Object.keys(read.value as object)).toEqual(['__proto__', 'constructor'])
    expect(read.kind === 'json' && Object.getPrototypeOf(read.value)).toBe(Object.prototype)
  })
})

test.each([
  ['1:1 the JSON ends too early', ''],
  ['2:2 the JSON ends too early', ' \n '],
  ['1:8 the JSON ends too early', '{"a": 1'],
  ['3:1 this is not JSON: a name in double quotes is expected here', '{\n  "a": 1,\n}'],
  ['2:5 this is not JSON: : is expected here', '{\r\n"a" 1}'],
  ['1:4 this is not JSON: , or ] is expected here', '[1 2]'],
  ['1:4 this is not JSON: a value is expected here', '[1,]'],
  ['1:7 this is not JSON: a value is expected here', '{"a": tru}'],
  ['1:7 this is not JSON: a value is expected here', '{"a": "x\ny"}'],
  ['1:2 this is not JSON: a value is expected here', '[01]'],
  ['1:4 the JSON ends before this', '{} {}'],
  ['1:1 this is not JSON: a value is expected here', '// no\n{}'],
  ['2:2 this name appears here a second time', '{"a": 1,\n "a": 2}'],
  ['1:102 there are more than 100 levels', '['.repeat(500_000)],
])('a fault is told with its line and column: %s', (said, text) => {
  expect(fault(text)).toBe(said)
})

test('a place is that of a name, of a value in a list, or of what is nearest around it', () => {
  const text = '{\n  "a": [1,\n    {"b": null}],\n  "c": 2\n}'
  const places: [path: PropertyKey[], place: string][] = [
    [[], '1:1'],
    [['a'], '2:3'],
    [['a', 0], '2:9'],
    [['a', 1], '3:5'],
    [['a', 1, 'b'], '3:6'],
    [['a', 1, 'missing', 'more'], '3:5'],
    [['c'], '4:3'],
  ]
  for (const [path, place] of places) expect([path, placeOf(text, path)]).toEqual([path, place])
})
