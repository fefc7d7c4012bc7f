import { describe, expect, test } from 'vitest'
import { YamlFault } from '../../../src/core/config/pyyaml/fault.ts'
import { load } from '../../../src/core/config/pyyaml/load.ts'
import type { MappingNode, YamlNode } from '../../../src/core/config/pyyaml/compose/nodes.ts'
import { PyDict } from '../../../src/core/config/pyyaml/construct/values.ts'
import { lineOf } from '../../python/compare.ts'
import { encode } from '../../python/encode.ts'

/** What PyYAML 6.0.3 was seen to read: an int as `i`, a float as `f`, a mapping as `m`, as `test/python/read.py` writes it. */
const READ: readonly (readonly [string, string])[] = [
  ['', 'null'],
  ['# nothing\n', 'null'],
  ['a', '"a"'],
  ['a: b\n', '{"m":[["a","b"]]}'],
  ['a:\n- 1\n- b\n', '{"m":[["a",[{"i":"1"},"b"]]]}'],
  ['a: |', '{"m":[["a",""]]}'],
  ['a: |\n  x', '{"m":[["a","x"]]}'],
  ['a: |\n  x\n', '{"m":[["a","x\\n"]]}'],
  ['a: |+\n  x\n\n', '{"m":[["a","x\\n\\n"]]}'],
  ['a: >-\n  x\n  y\n\n  z\n   deep\n', '{"m":[["a","x y\\nz\\n deep"]]}'],
  ['a: |1\n  x\n', '{"m":[["a"," x\\n"]]}'],
  ['a: "x\n  y\n\n  z"', '{"m":[["a","x y\\nz"]]}'],
  ["a: 'it''s'", '{"m":[["a","it\'s"]]}'],
  ['a: "\\x41\\u00e9\\U0001F5C2\\N"', '{"m":[["a","A\\u00e9\\ud83d\\uddc2\\u0085"]]}'],
  ['[a,b,{c: d},]', '["a","b",{"m":[["c","d"]]}]'],
  ['{a, b: }', '{"m":[["a",null],["b",null]]}'],
  ['{"a":1, b:2}', '{"m":[["a",{"i":"1"}],["b:2",null]]}'],
  ['[?, x]', '[{"m":[[null,null]]},"x"]'],
  ['{? a : b}', '{"m":[["a","b"]]}'],
  ['a:\n? b', '{"m":[["a",null],["b",null]]}'],
  ['a: [\nb\n]', '{"m":[["a",["b"]]]}'],
  ['y: [y, n, yes, No, on, OFF, True, tRue]', '{"m":[["y",["y","n",true,false,true,false,true,"tRue"]]]}'],
  [
    '[1_000, 0b101, 0x1F, 017, 08, 0o17, 190:20:30, +1, 1e3, 1.e+3, .5, -.inf, .nan, 1., 190:20:30.5]',
    '[{"i":"1000"},{"i":"5"},{"i":"31"},{"i":"15"},"08","0o17",{"i":"685230"},{"i":"1"},"1e3",{"f":"1000.0"},{"f":"0.5"},{"f":"fff0000000000000"},{"f":"nan"},{"f":"1.0"},{"f":"685230.5"}]',
  ],
  ["[~, null, Null, nUll, '']", '[null,null,null,"nUll",""]'],
  [
    '[2001-12-14, 2001-12-14t21:59:43.10-05:00, 2001-12-15 2:59:43.1, 2001-1-1, 2001-12-14T21:59:43Z]',
    '[{"d":"2001-12-14"},{"t":"2001-12-14T21:59:43.100000-05:00"},{"t":"2001-12-15T02:59:43.100000"},"2001-1-1",{"t":"2001-12-14T21:59:43+00:00"}]',
  ],
  ['!!binary aGk=', '{"b":"aGk="}'],
  ['!!set {a, b}', '{"s":["a","b"]}'],
  ['!!omap [a: 1, b: 2]', '[{"p":["a",{"i":"1"}]},{"p":["b",{"i":"2"}]}]'],
  ['!!str 1', '"1"'],
  ['%TAG !e! tag:yaml.org,2002:\n---\n!e!str 1', '"1"'],
  ['%YAML 1.1\n---\na\n', '"a"'],
  ['a\n...\n', '"a"'],
  [
    '[&a {b: 1}, *a, {<<: *a, c: 2}]',
    '[{"m":[["b",{"i":"1"}]]},{"m":[["b",{"i":"1"}]]},{"m":[["b",{"i":"1"}],["c",{"i":"2"}]]}]',
  ],
  ['{<<: [{a: 1}, {a: 2, b: 3}], b: 4}', '{"m":[["a",{"i":"1"}],["b",{"i":"4"}]]}'],
  ['{<<: {a: 1}, <<: {a: 2}}', '{"m":[["a",{"i":"2"}]]}'],
  ["{'<<': {a: 1}}", '{"m":[["<<",{"m":[["a",{"i":"1"}]]}]]}'],
  ['{=: 1}', '{"m":[["=",{"i":"1"}]]}'],
  ['{1: a, 1.0: b, true: c}', '{"m":[[{"i":"1"},"c"]]}'],
  ['{a: 1, b: 2, a: 3}', '{"m":[["a",{"i":"3"}],["b",{"i":"2"}]]}'],
  ['a: 1\r\nb: 2\r\n', '{"m":[["a",{"i":"1"}],["b",{"i":"2"}]]}'],
  ['a: 1\rb: 2', '{"m":[["a",{"i":"1"}],["b",{"i":"2"}]]}'],
  ['a: 1\u2028b: 2', '{"m":[["a",{"i":"1"}],["b",{"i":"2"}]]}'],
  ['a: "1\u20282"', '{"m":[["a","1\\u20282"]]}'],
  ['\ufeffa: b', '{"m":[["a","b"]]}'],
  ['a: \ufeffb', '{"m":[["a","\\ufeffb"]]}'],
  ['🗂: 🗂', '{"m":[["\\ud83d\\uddc2","\\ud83d\\uddc2"]]}'],
  [`${'a'.repeat(1024)}: b`, `{"m":[["${'a'.repeat(1024)}","b"]]}`],
  ['a #b: c', '"a"'],
  ['a#b: c', '{"m":[["a#b","c"]]}'],
]

/** What PyYAML 6.0.3 was seen to refuse, with the line that it names, if any. */
const REFUSED: readonly (readonly [string, number | null])[] = [
  ['a: |0\n x\n', 1],
  ['a: "\\q"', 1],
  ['a: "x\n--- "', 2],
  ['a:\tb', 1],
  ['a\t: b', 1],
  ['\ta: b', 1],
  ['a: b\tc', 1],
  ['- a\n\t- b', 2],
  ['[a, : b]', 1],
  ['[a,,b]', 1],
  ['? [a]\n: b\n', 1],
  ['a: b: c', 1],
  ['a: b\n c: d', 2],
  ['a: {b: c', 1],
  ['a: ]', 1],
  ['0b_', null],
  ['0x_', null],
  ['a: 2001-02-29', null],
  ['a:\n- b\n- 2001-13-01\n', null],
  ['!!binary aGk', 1],
  ['!!omap [{a: 1, b: 2}]', 1],
  ['!!int foo', null],
  ['!!bool x', null],
  ['!!seq x', 1],
  ['a: !foo x', 1],
  ['%YAML 2.0\n---\na', 1],
  ['--- a\n--- b\n', 2],
  ['a\n...\nb\n', 3],
  ['&a [*b]', 1],
  ['[&a 1, &a 2]', 1],
  ['{<<: 1}', 1],
  ['{<<: [1]}', 1],
  ['[<<]', 1],
  ['[=]', 1],
  ['{[a]: 1}', 1],
  ['{{a: 1}: 2}', 1],
  ['a: \u0007', null],
  ['a: \ud800', null],
  [`${'a'.repeat(1025)}: b`, 1],
  ['x:\n  y: 1\n z: 2\n', 3],
  ['x: 1\n  y: 2\n', 2],
  ['- a\nb: c\n', 2],
  ['a: @b', 1],
  ['a: `b', 1],
  ['a: %b', 1],
  ['a: *', 1],
  ['a: & b', 1],
]

function faultOf(text: string): YamlFault {
  try {
    load(text)
  } catch (error) {
    if (error instanceof YamlFault) return error
    throw error
  }
  throw new Error('it was read')
}

test.each(READ)('%j is read as PyYAML reads it', (text, value) => {
  expect(encode(load(text).value)).toBe(value)
})

test.each(REFUSED)('%j is refused as PyYAML refuses it', (text, line) => {
  const fault = faultOf(text)
  expect(fault.reason).toMatch(/^[a-z]/)
  if (line !== null) expect(lineOf(text, fault.offset)).toBe(line)
})

function mappings(root: YamlNode | null): MappingNode[] {
  if (root?.kind === 'mapping') return [root, ...root.pairs.flatMap(({ value }) => mappings(value.node))]
  return root?.kind === 'sequence' ? root.items.flatMap(({ node }) => mappings(node)) : []
}

describe('the nodes', () => {
  test('know where they and their parts begin and end', () => {
    const text = '🗂: &x !!str "b"\n? c\n: [*x]\n'
    const { root } = load(text)
    const [first, second] = root?.kind === 'mapping' ? root.pairs : []
    expect(first).toMatchObject({
      start: 0,
      complex: false,
      key: { alias: null, node: { start: 0, end: 2 } },
    })
    expect(first?.value.node).toMatchObject({ start: 4, token: 13, end: 16, anchor: 'x', style: 'double' })
    expect(second).toMatchObject({ start: text.indexOf('?'), complex: true })
    const list = second?.value.node
    expect(list).toMatchObject({ kind: 'sequence', flow: true, items: [{ alias: text.indexOf('*') }] })
    expect(list?.kind === 'sequence' && list.items[0]?.node).toBe(first?.value.node)
  })

  test('have one value each, wherever an alias refers to them', () => {
    const loaded = load('a: &x {b: 1}\nc: *x\n')
    const { root, value } = loaded
    expect(value).toBeInstanceOf(PyDict)
    if (!(value instanceof PyDict) || root?.kind !== 'mapping') return
    expect(value.get('c')).toBe(value.get('a'))
    expect(root.pairs.map((pair) => loaded.valueOf(pair.value.node))).toEqual([
      value.get('a'),
      value.get('a'),
    ])
    expect([value.has('a'), value.has('b'), value.size]).toEqual([true, false, 2])
  })

  test('of a mapping keep their merge keys; the effective pairs follow them', () => {
    const loaded = load('- &x {a: 1}\n- &y {a: 2, b: 3}\n- {c: 4, <<: [*x, *y]}\n')
    const [x, y, own] = mappings(loaded.root)
    if (!own) throw new Error('there are three mappings')
    expect(own.pairs).toHaveLength(2)
    const pairs = loaded
      .effectivePairs(own)
      .map(({ pair, owner }) => [
        pair.value.node.kind === 'scalar' ? pair.value.node.value : '',
        [x, y, own].indexOf(owner),
      ])
    expect(pairs).toEqual([
      ['2', 1],
      ['3', 1],
      ['1', 0],
      ['4', 2],
    ])
  })

  test('are disputed where releases of PyYAML take another value', () => {
    const disputed = (text: string): number => load(text).disputed.size
    // The newer release takes a list in order, and the last wins; the older one turned it round before.
    expect(disputed('{<<: [{name: 1}, {name: 2}]}')).toBe(1)
    expect(disputed('{<<: [{name: 1}, {other: 2}]}')).toBe(0)
    expect(disputed('{<<: [{name: 1}, {name: 2}], name: 3}')).toBe(0)
    // One character is one object in memory: there the newer release takes the first only.
    expect(disputed('{<<: [{a: 1}, {a: 2}]}')).toBe(0)
    expect(disputed('{<<: {a: 1}, <<: {a: 2}}')).toBe(1)
    expect(disputed('{<<: {name: 1}, <<: {name: 2}}')).toBe(0)
  })
})

const big = `big: &big\n${Array.from({ length: 200 }, (_, index) => `  k${index}: ${index}\n`).join('')}`

function bomb(levels: number): string {
  let text = 'a0: &a0 [x, x]\n'
  for (let level = 1; level <= levels; level++)
    text += `a${level}: &a${level} [${Array(10)
      .fill(`*a${level - 1}`)
      .join(', ')}]\n`
  return text
}

describe('a file that is built to be too much', () => {
  test.each([
    ['many keys', Array.from({ length: 40_000 }, (_, index) => `key${index}: value\n`).join('')],
    ['many aliases', `${big}list:\n${'- *big\n'.repeat(10_000)}`],
    ['aliases of aliases', bomb(12)],
    ['a long text', `a: "${'word '.repeat(400_000)}"`],
    ['many sixties', `a: 1${':59'.repeat(50_000)}`],
    ['400 levels', `${'['.repeat(400)}${']'.repeat(400)}`],
  ])('is read: %s', (_, text) => {
    expect(load(text).value).not.toBeNull()
  })

  test.each([
    ['brackets', '['.repeat(100_000), 'it is nested too deeply'],
    ['blocks', '- '.repeat(100_000), 'it is nested too deeply'],
    ['401 levels', `${'['.repeat(401)}${']'.repeat(401)}`, 'it is nested too deeply'],
    ['a loop', '&a [1, {b: *a}]', 'an alias refers to what it stands in'],
    [
      'merges',
      `${big}${Array.from({ length: 10_000 }, (_, index) => `m${index}: {<<: *big}\n`).join('')}`,
      'its merge keys make too much of it',
    ],
    [
      'merges of merges',
      `- &n0 {a: 1}\n${Array.from({ length: 40 }, (_, index) => `- &n${index + 1} {<<: [*n${index}, *n${index}]}\n`).join('')}`,
      'its merge keys make too much of it',
    ],
  ])('is refused: %s', (_, text, reason) => {
    expect(faultOf(text).reason).toBe(reason)
  })
})
