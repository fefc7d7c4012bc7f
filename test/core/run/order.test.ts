import { describe, expect, test } from 'vitest'
import {
  aheadOfClock,
  clockNotes,
  inOrder,
  LAST_ORDINAL,
  nextOrdinal,
  type Placed,
} from '../../../src/core/run/order.ts'

const at = (hour: number): string => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`

const run = (id: string, hour: number, ordinal?: number): Placed => ({
  id,
  startedAt: at(hour),
  started: ordinal === undefined ? {} : { ordinal },
})

const ids = (runs: readonly Placed[]): string[] => runs.map(({ id }) => id)

describe('runs are in the order', () => {
  test('that the journal gave them, whatever the clock said', () => {
    expect(ids(inOrder([run('third', 1, 3), run('first', 9, 1), run('second', 5, 2)]))).toEqual([
      'first',
      'second',
      'third',
    ])
  })

  test('of their times where they have no other, and before those that have one', () => {
    const runs = [run('new', 1, 3), run('later', 9), run('earlier', 5)]
    expect(ids(inOrder(runs))).toEqual(['earlier', 'later', 'new'])
  })

  test('of their times where two gateways had runs at once', () => {
    expect(ids(inOrder([run('b', 5, 2), run('a', 4, 2)]))).toEqual(['a', 'b'])
  })

  test('in which an earlier version of this program came to it between two runs, or after all', () => {
    const first = run('first', 9, 1)
    const between = [first, run('between', 5)]
    const third = run('third', 2, nextOrdinal(between, 0))
    const fourth = run('fourth', 1, nextOrdinal([...between, third], 0))
    const all = [...between, third, fourth, run('last', 6)]
    expect(ids(inOrder(all.toReversed()))).toEqual(['first', 'between', 'third', 'fourth', 'last'])
  })

  test('that two runs at once counted the same', () => {
    const before = [run('a', 1), run('b', 2)]
    const both = ['c', 'd'].map((id, i) => run(id, 3 + i, nextOrdinal(before, 0)))
    const next = run('e', 5, nextOrdinal([...before, ...both], 0))
    expect(ids(inOrder([run('f', 6), next, ...both, ...before]))).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})

describe('a new run comes after', () => {
  test('all that a journal holds, of this program and of one before', () => {
    expect([
      nextOrdinal([], 0),
      nextOrdinal([run('a', 1), run('b', 2)], 0),
      nextOrdinal([run('a', 1), run('b', 2, 2), run('c', 1, 7)], 0),
    ]).toEqual([1, 3, 8])
  })

  test('what cannot be read, and may be restored', () => {
    expect(nextOrdinal([run('a', 1, 1)], 2)).toBe(4)
  })

  test('nothing beyond the last number, by time alone', () => {
    const last = nextOrdinal([run('forged', 9, LAST_ORDINAL)], 3)
    expect(last).toBe(LAST_ORDINAL)
  })
})

describe('a run from the future', () => {
  test('is pointed out, in a sentence and as a remark', () => {
    const sentence = aheadOfClock(run('next', 9), at(8))
    expect(sentence).toContain(`Run next began at ${at(9)}, which is in the future by`)
    expect(clockNotes(run('next', 9), at(8))).toEqual([
      { code: 'clock-ahead', server: null, field: null, message: sentence },
    ])
  })

  test('is none where two clocks differ a little, nor one of the past, nor at a time that is none', () => {
    const soon = { ...run('soon', 8), startedAt: '2026-03-01T08:00:59.000Z' }
    const odd = { ...run('odd', 8), startedAt: 'never' }
    expect([soon, run('past', 7), odd].map((each) => aheadOfClock(each, at(8)))).toEqual([null, null, null])
    expect(clockNotes(run('past', 7), at(8))).toEqual([])
  })
})
