import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Rate, withRate } from '../../../src/cli/job/rate.ts'
import { inAscii } from '../../../src/cli/terminal/signs.ts'

/** What is said of so many, each done so many milliseconds after the one before, `later` after the last of them. */
function saidOf(total: number, gaps: readonly number[], later = 0, isHeld = false): string {
  let time = 1000
  const rate = new Rate(() => time, total)
  for (const [i, gap] of gaps.entries()) {
    time += gap
    rate.reach(i + 1)
  }
  time += later
  const { pace, left } = rate.texts(isHeld)
  return pace + left
}

const gaps = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

test.each([
  ['nothing is done', 100, [], ''],
  ['four are done', 100, gaps(4, 1000), ''],
  ['less than three seconds have passed', 100, gaps(20, 100), ''],
  ['five are done in three seconds', 100, gaps(5, 600), ', 1.7 a second, about 60 s left'],
  ['many are done in a second', 5000, gaps(400, 10), ', 100 a second, about 50 s left'],
  ['one takes seconds', 20, gaps(10, 8000), ', 0.1 a second, about 2 min left'],
  ['one takes minutes', 20, gaps(10, 60_000), ', about 10 min left'],
  ['one is left', 40, gaps(39, 100), ', 10 a second, about 5 s left'],
  ['all are done', 40, gaps(40, 100), ''],
  ['it was slow at first', 220, [...gaps(20, 3000), ...gaps(20, 250)], ', 4.0 a second, about 45 s left'],
  ['one took much longer', 100, [...gaps(30, 200), 10_000], ''],
  ['one took much longer, some time ago', 100, [10_000, ...gaps(30, 200)], ', 5.0 a second, about 15 s left'],
])('of pace and time left, where %s', (_, total, each, said) => {
  expect(saidOf(total, each)).toBe(said)
})

test('nothing is said where nothing has been done for some seconds', () => {
  expect(saidOf(100, gaps(30, 200), 4000)).not.toBe('')
  expect(saidOf(100, gaps(30, 200), 5500)).toBe('')
  // Where each takes so long, that is no standstill.
  expect(saidOf(100, gaps(30, 8000), 5500)).not.toBe('')
})

test('of time nothing is said where what comes last takes longer', () => {
  expect(saidOf(100, gaps(30, 200), 0, true)).toBe(', 5.0 a second')
})

test('a line takes what it has room for, and is ASCII', () => {
  const said = { pace: ', 4.2 a second', left: ', about 40 s left' }
  const line = '12/200 a-server-with-a-long-name: writing'
  expect(withRate(line, said, 77)).toBe(`${line}, 4.2 a second, about 40 s left`)
  expect(withRate(line, said, 60)).toBe(`${line}, about 40 s left`)
  expect(withRate(line, said, 50)).toBe(line)
  expect(inAscii(withRate(line, said, 77))).toBe(withRate(line, said, 77))
})

test('whatever happens when, a pace is above nothing, and what is left is not negative', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }), (each) => {
      expect(saidOf(100, each)).toMatch(/^(, (\d+\.\d|\d+) a second)?(, about \d+ (s|min) left)?$/)
      expect(saidOf(100, each)).not.toMatch(/ 0(\.0)? /)
    }),
  )
})
