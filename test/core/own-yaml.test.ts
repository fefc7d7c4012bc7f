import { describe, expect, test } from 'vitest'
import { findingsIn } from '../support/rules.ts'
import { readOwnYaml } from '../../src/core/own-yaml.ts'
import { readKeysFile } from '../../src/core/verify/keys-file.ts'

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => `${line(i)}\n`).join('')

const fault = (line: number | null, what: string) => ({ kind: 'fault', line, what })
const noYaml = (line: number, why: string) => fault(line, `this is not YAML: ${why}`)

/** Ten aliases of ten aliases, and so on. */
const bomb = (levels: number): string =>
  `a0: &a0 [x]\n${lines(levels, (i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`)}`

const DEEP = 'it is nested too deeply'
const FULL = 'there is too much in it'

describe('a file of our own that would take long to read', () => {
  test.each([
    ['10,000 aliases', `a: &a x\nb:\n${'  - *a\n'.repeat(10_000)}`, fault(103, 'there are too many aliases')],
    ['aliases of aliases', bomb(9), fault(null, 'its aliases lead to too much')],
    ['lists in one line', '['.repeat(500_000), fault(1, DEEP)],
    ['lists that are closed', `${'['.repeat(9000)}${']'.repeat(9000)}`, fault(1, DEEP)],
    ['maps below each other', lines(1300, (i) => `${' '.repeat(i)}a:`), fault(100, DEEP)],
    ['lists in lists', `a: 1\nb:\n  ${'- '.repeat(100_000)}x`, fault(3, DEEP)],
    ['keys of keys', `${'? '.repeat(100_000)}x`, fault(1, DEEP)],
    ['many errors', ': : :\n@\n'.repeat(100_000), fault(33_334, FULL)],
    ['nothing but commas', `[${','.repeat(900_000)}]`, fault(1, FULL)],
    ['many documents', '---\na\n'.repeat(20_000), fault(3, 'a second document begins')],
    [
      'a map of 20,000 keys with one twice',
      lines(20_000, (i) => `k${i % 19_999}: v`),
      fault(20_000, 'a key appears twice'),
    ],
  ])('%s: ends with a sentence', (_, text, wanted) => {
    expect(readOwnYaml(text)).toMatchObject(wanted)
  })

  test('a map of 20,000 keys is read', () => {
    expect(readOwnYaml(lines(20_000, (i) => `k${i}: v`))).toMatchObject({
      kind: 'yaml',
      value: { k0: 'v', k19999: 'v' },
    })
  })
})

describe('a file of our own that means nothing', () => {
  test.each([
    ['an alias without an anchor', 'a: 1\nb: *no', fault(2, 'an alias has no anchor before it')],
    ['an alias before its anchor', 'b: *a\na: &a 1', fault(1, 'an alias has no anchor before it')],
    ['an alias of what it stands in', 'k: &k\n  - *k\n', fault(2, 'an alias refers to what contains it')],
    ['a key that is a list', 'a: 1\n? [b]\n: 1\n', fault(2, 'a key must be a text')],
    ['a key twice', 'a: 1\nb: 2\n"a": 3\n', fault(3, 'a key appears twice')],
    ['an open bracket', 'a: 1\nb: [\n', noYaml(3, 'a bracket that begins here or above does not end')],
    [
      'an open bracket above',
      'b: [\n  - a: 1\n    b: 2\n',
      noYaml(2, 'a bracket that begins here or above does not end'),
    ],
    ['an open map', 'a: {b: 1\nc: 2\n', noYaml(2, 'a bracket that begins here or above does not end')],
    ['an open quote', 'a: 1\nb: "x\nc: 2\n', noYaml(2, 'a quote that begins here does not end')],
    ['another open quote', "a: 1\nb: 'x\nc: 2\n", noYaml(2, 'a quote that begins here does not end')],
    ['a tab', 'a:\n\tb: 1\n', noYaml(2, 'a tab indents this line, where only spaces may')],
    ['no space behind a colon', 'a: 1\nb:2\nc: 3\n', noYaml(2, 'a key has a colon and a space after it')],
    [
      'no colon',
      'a: 1\nb 2\nc: 3\n',
      noYaml(2, 'it has no colon, or is not indented as what stands above it'),
    ],
    [
      'a colon in a text',
      'a: b: c\n',
      noYaml(1, 'a text with a colon and a space in it has to stand in quotes'),
    ],
    [
      'a line too far in',
      '- a: b\n    c: d\n',
      noYaml(1, 'the line below it is not indented as it should be'),
    ],
    [
      'a line too far out',
      'a:\n  - b: c\n   d: e\n',
      noYaml(3, 'it has no colon, or is not indented as what stands above it'),
    ],
    [
      'a sign at the beginning of a text',
      'a: @b\n',
      noYaml(1, 'a text that begins so has to stand in quotes'),
    ],
  ])('%s', (_, text, wanted) => {
    expect(readOwnYaml(text)).toMatchObject(wanted)
  })

  test('and a few aliases are read', () => {
    const text = `a: &a {b: c}\nd: [${'*a, '.repeat(99)}*a]\n`
    expect(readOwnYaml(text)).toMatchObject({
      kind: 'yaml',
      value: { d: Array.from({ length: 100 }, () => ({ b: 'c' })) },
    })
  })
})

test('keys files and migration files are read so, and named with the line', () => {
  const twice = 'schema: x\nsecret: sk-hunter2\nsecret: sk-hunter2\n'
  expect(() => readKeysFile(twice, 'k.yaml')).toThrow(/^Keys file k\.yaml, line 3: a key appears twice$/)
  expect(findingsIn(twice)).toEqual(['error 3:1 a key appears twice'])
  expect(findingsIn('schema: x\n')).toEqual(['error 1:9 "schema" must be mcp-url-migrate/migration/2'])
  expect(() => readKeysFile('', 'k.yaml')).toThrow(/^Keys file k\.yaml: the file: /)
})
