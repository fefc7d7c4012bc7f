import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shownSide } from '../../../../../src/cli/render/plan/diff.ts'
import { moveOf } from '../../../../../src/cli/render/plan/lines/move.ts'
import type { Edit } from '../../../../../src/core/plan/change.ts'

const edit = (before: string | null, after: string | null): Edit => ({ field: 'url', before, after })

describe('a URL that moves in short', () => {
  test('is what it begins with, before and after, and what stays', () => {
    expect(moveOf(edit('http://localhost:8585/servers/a/sse?x', 'https://proxy/servers/a/sse?x'))).toEqual({
      from: 'http://localhost:8585',
      to: 'https://proxy',
      rest: '/servers/a/sse?***',
      next: '/servers/a/sse?***',
    })
  })

  test.each([
    ['http://old/a', 'http://new/b', { from: 'http://old', to: 'http://new', rest: '/a', next: '/b' }],
    [
      'http://h/a/sse',
      'http://h/a/mcp',
      { from: 'http://h', to: 'http://h', rest: '/a/sse', next: '/a/mcp' },
    ],
  ])('has the path twice where that changes, too: %s', (before, after, move) => {
    expect(moveOf(edit(before, after))).toEqual(move)
  })

  test.each([
    ['the path changes beside a hidden value', edit('http://old/a?k=1', 'http://new/b?k=1')],
    ['nothing but a hidden value changes', edit('http://h/a?k=1', 'http://h/a?k=2')],
    ['a hidden value changes with it', edit('http://old/a?k=1', 'http://new/a?k=2')],
    ['nothing but hidden user info changes', edit('http://a:1@h/x', 'http://b:2@h/x')],
    ['it is new', edit(null, 'http://new/a')],
    ['it goes', edit('http://old/a', null)],
    ['white space stands in it, which nobody would see', edit('http://old/a ', 'http://new/a ')],
    ['it is no URL', edit('os.environ/OLD', 'os.environ/NEW')],
  ])('is no short form where %s', (_, given) => {
    expect(moveOf(given)).toBeNull()
  })
})

const letters = fc.string({ unit: fc.constantFrom(...'ab/?#&=;@:%.\\ \u001b\u202e日{}*'), maxLength: 20 })
const origin = fc.tuple(
  fc.constantFrom('http://', 'https://', 'HTTP://', 'x:', ''),
  fc.constantFrom('', 'me:geheim@', 'token@'),
  fc.constantFrom('old', 'new:1', '[::1]:8585', 'localhost:8585', 'ho st', ''),
)
const url = fc.tuple(origin, letters).map(([start, rest]) => start.join('') + rest)
const steps = fc.string({ unit: fc.constantFrom(...'ab/-'), maxLength: 6 })
/** Many of them with the same end, or the same beginning. */
const pairs = fc.oneof(
  fc.tuple(url, url),
  fc.tuple(steps, steps).map(([a, b]) => [`http://old/${a}`, `http://old/${b}`] as const),
  fc.tuple(origin, origin, letters).map(([a, b, rest]) => [a.join('') + rest, b.join('') + rest] as const),
)

test('head and line give both sides back as they may be shown, and hide nothing that moves', () => {
  const found = { origin: 0, path: 0 }
  fc.assert(
    fc.property(pairs, ([before, after]) => {
      const given = edit(before, after)
      const move = moveOf(given)
      if (move === null) return
      found[move.rest === move.next ? 'origin' : 'path'] += 1
      expect([move.from + move.rest, move.to + move.next]).toEqual([
        shownSide(given, before),
        shownSide(given, after),
      ])
      expect(move.from + move.rest).not.toBe(move.to + move.next)
      expect(JSON.stringify(move)).not.toMatch(/geheim|\s/)
      const restOf = (text: string): string => text.replace(/^[^/]*\/\/[^/?#\\]*/, '')
      if (move.rest === move.next) expect(restOf(before)).toBe(restOf(after))
      else expect([before, after]).toEqual([move.from + move.rest, move.to + move.next])
    }),
    { numRuns: 2000, examples: [[['http://old/x?a=1#b', 'http://new/x?a=1#b']]] },
  )
  expect(Math.min(found.origin, found.path)).toBeGreaterThan(100)
})
