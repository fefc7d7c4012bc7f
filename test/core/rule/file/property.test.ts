import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lintRules } from '../../../../src/core/rule/file/lint.ts'
import { readAddress } from '../../../../src/core/rule/address.ts'
import { matchPattern } from '../../../../src/core/rule/match.ts'
import { commonAddress, covers } from '../../../../src/core/rule/overlap.ts'
import { readPattern, type UrlPattern, variablesOf } from '../../../../src/core/rule/pattern.ts'
import type { Rule } from '../../../../src/core/rule/rule.ts'
import { verdictOn } from '../../../../src/core/rule/verdict.ts'

function patternOf(text: string): UrlPattern {
  const pattern = readPattern(text)
  if ('fault' in pattern) throw new Error(`${text} ${pattern.fault}`)
  return pattern
}

// Few names, so that patterns meet.
const LABELS = ['a', 'b', 'ab', 'a{s}', '{s}b', '{s}']
const SEGMENTS = ['p', 'q', 'pq', '{x}', 'p{x}', '{y}q']
const VALUES = ['a', 'b', 'p', 'q', 'ab', 'pq', 'aab', 'z', 'ppq', 'qq', 'sample']
const PORTS = ['', ':1']

const hostText = fc.oneof(fc.constant('{loopback}'), fc.constantFrom(...LABELS), fc.constant('localhost'))
const pathText = fc
  .tuple(fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 2 }), fc.constantFrom('', '/*'))
  .map(([segments, end]) => segments.map((segment) => `/${segment}`).join('') + end)
const patternText = fc
  .tuple(fc.constantFrom('http', 'https'), hostText, fc.constantFrom(...PORTS), pathText)
  .map(([scheme, host, port, path]) => `${scheme}://${host}${port}${path}`)
  .filter((text) => !('fault' in readPattern(text)))
/** What `{s}` may be: a whole label of a host needs such a list. */
const where = fc.constantFrom(['a', 'b'], ['a', 'ab', 'zz']).map((values) => new Map([['s', values]]))

/** All addresses of a small world, and some that are longer. */
const WORLD = ['http', 'https'].flatMap((scheme) =>
  [...VALUES, 'localhost', '127.0.0.1', 'zz', 'azz'].flatMap((host) =>
    PORTS.flatMap((port) =>
      [
        [],
        ...VALUES.map((one) => [one]),
        ...VALUES.flatMap((one) => VALUES.map((two) => [one, two])),
        ['z', 'z', 'z'],
      ].map((path) => `${scheme}://${host}${port}${path.map((segment) => `/${segment}`).join('')}`),
    ),
  ),
)
const ADDRESSES = WORLD.map((url) => {
  const address = readAddress(url)
  if (address.kind !== 'address') throw new Error(url)
  return address
})

describe('two patterns, against every address of a small world', () => {
  test('have an address in common where they both match one, and the first covers the second only where it matches all', () => {
    const found = { common: 0, none: 0, covers: 0 }
    fc.assert(
      fc.property(patternText, where, patternText, where, (text1, where1, text2, where2) => {
        const [one, two] = [
          { pattern: patternOf(text1), where: where1 },
          { pattern: patternOf(text2), where: where2 },
        ]
        const isBoth = ADDRESSES.some(
          (address) =>
            matchPattern(one.pattern, address, where1) !== null &&
            matchPattern(two.pattern, address, where2) !== null,
        )
        const common = commonAddress(one, two)
        if (isBoth) expect(common).not.toBeNull()
        if (common === null) found.none += 1
        else {
          found.common += 1
          const address = readAddress(common)
          expect(address.kind).toBe('address')
          if (address.kind !== 'address') return
          expect(matchPattern(one.pattern, address, where1)).not.toBeNull()
          expect(matchPattern(two.pattern, address, where2)).not.toBeNull()
        }
        if (!covers(one, two)) return
        found.covers += 1
        const left = ADDRESSES.filter(
          (address) =>
            matchPattern(two.pattern, address, where2) !== null &&
            matchPattern(one.pattern, address, where1) === null,
        )
        expect(left.map(({ rest, host }) => host + rest)).toEqual([])
      }),
      { numRuns: 800 },
    )
    expect(Math.min(found.common, found.none, found.covers)).toBeGreaterThan(5)
  })
})

/** A rule from one pattern to another that has no variable besides. */
const rule = fc
  .tuple(patternText, patternText, where)
  .map(([from, to, values]): Rule | null => {
    const [source, target] = [patternOf(from), patternOf(to)]
    const known = variablesOf(source)
    const isSound =
      target.host !== 'loopback' &&
      variablesOf(target).every((name) => known.includes(name)) &&
      (source.path === null) === (target.path === null) &&
      source.path?.isOpen === target.path?.isOpen
    const own = new Map([...values].filter(([name]) => known.includes(name)))
    const more = { fields: ['url'], when: {}, transport: null, migration: 'm' }
    return isSound ? { name: `${from}>${to}`, from: [source], to: target, where: own, ...more } : null
  })
  .filter((each) => each !== null)

/** Those addresses of the world that rules are about. */
const matched = (rules: readonly Rule[]): string[] =>
  WORLD.filter((_, i) => {
    const address = ADDRESSES[i]
    return (
      address &&
      rules.some(({ from, where: own }) => from.some((each) => matchPattern(each, address, own) !== null))
    )
  })

describe('rules in which lint finds nothing wrong', () => {
  test('applied twice make what they make applied once', () => {
    const seen = { moved: 0, refused: 0 }
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), (rules) => {
        if (lintRules(rules, []).some(({ severity }) => severity === 'error')) {
          seen.refused += 1
          return
        }
        for (const raw of matched(rules)) {
          const once = verdictOn(rules, raw)
          if (once.kind !== 'match') continue
          seen.moved += 1
          const twice = verdictOn(rules, once.after)
          expect([raw, once.after, twice.kind === 'match' ? twice.after : once.after]).toEqual([
            raw,
            once.after,
            once.after,
          ])
        }
      }),
      { numRuns: 300 },
    )
    expect([seen.moved > 1000, seen.refused > 20]).toEqual([true, true])
  })

  test('and one-to-one lead back by their inverse, byte for byte', () => {
    let moved = 0
    fc.assert(
      fc.property(rule, (one) => {
        const [from] = one.from
        const isOneToOne =
          from &&
          from.host !== 'loopback' &&
          variablesOf(from).every((name) => variablesOf(one.to).includes(name))
        if (!isOneToOne) return
        // Nothing at all, and a slash, become the same where something stands before what comes.
        const isSlashed = from.path?.segments.length === 0 && one.to.path?.segments.length !== 0
        const inverse: Rule = { ...one, from: [one.to], to: from }
        for (const raw of matched([one])) {
          if (isSlashed && !/\/\/.*\//.test(raw)) continue
          const there = verdictOn([one], raw)
          if (there.kind !== 'match') continue
          moved += 1
          const back = verdictOn([inverse], there.after)
          expect([there.after, back.kind === 'match' ? back.after : back.kind]).toEqual([there.after, raw])
        }
      }),
      { numRuns: 300 },
    )
    expect(moved).toBeGreaterThan(1000)
  })
})
