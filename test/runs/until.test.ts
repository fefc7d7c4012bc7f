import { expect, test } from 'vitest'
import { type Clock, until } from '../../src/runs/until.ts'

/** A clock that goes on only by sleeping, and by what a read takes; it keeps the pauses. */
function standingClock() {
  const pauses: number[] = []
  let now = 0
  const pass = (ms: number): void => void (now += ms)
  const clock: Clock = {
    now: () => now,
    sleep: (ms) => {
      pauses.push(ms)
      pass(ms)
      return Promise.resolve()
    },
  }
  return { clock, pauses, pass }
}

const never = (): null => null

test('the first read that decides something ends it, and nothing is waited for', async () => {
  const { clock, pauses } = standingClock()
  const found = await until(
    { ms: 60_000 },
    () => Promise.resolve('there'),
    (text) => text.length,
    clock,
  )
  expect(found).toEqual({ decision: 5, last: 'there' })
  expect(pauses).toEqual([])
})

test('a decision may be false or nothing much: only null waits', async () => {
  const { clock } = standingClock()
  const found = await until(
    { ms: 60_000 },
    () => Promise.resolve('there'),
    () => false,
    clock,
  )
  expect(found.decision).toBe(false)
})

test('pauses double from the first one, up to three seconds, and each read hears how long is left', async () => {
  const { clock, pauses } = standingClock()
  const left: number[] = []
  const read = (leftMs: number) => Promise.resolve(left.push(leftMs))
  const found = await until({ ms: 10_000 }, read, never, clock)
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3000, 3000])
  expect(left).toEqual([10_000, 9_900, 9_700, 9_300, 8_500, 6_900, 3_900, 900])
  expect(found).toEqual({ decision: null, last: 8 })
})

test('the first pause may be another one', async () => {
  const { clock, pauses } = standingClock()
  await until({ ms: 2_000, firstPauseMs: 250 }, () => Promise.resolve('no'), never, clock)
  expect(pauses).toEqual([250, 500, 1000])
})

test.each([0, 99])('with a patience of %i ms there is one read', async (ms) => {
  const { clock, pauses } = standingClock()
  let reads = 0
  await until({ ms }, () => Promise.resolve((reads += 1)), never, clock)
  expect([reads, pauses]).toEqual([1, []])
})

test('a read that takes longer than patience lasts is the last one', async () => {
  const { clock, pass } = standingClock()
  let reads = 0
  const read = (): Promise<void> => {
    reads += 1
    pass(700)
    return Promise.resolve()
  }
  await until({ ms: 500 }, read, never, clock)
  expect(reads).toBe(1)
})

test('it is over at once where nobody answers, but a decision of the same read counts', async () => {
  const { clock, pauses } = standingClock()
  const read = () => Promise.resolve('nothing')
  const isOver = () => true
  expect(await until({ ms: 60_000, isOver }, read, never, clock)).toEqual({ decision: null, last: 'nothing' })
  expect(await until({ ms: 60_000, isOver }, read, () => 'yes', clock)).toMatchObject({ decision: 'yes' })
  expect(pauses).toEqual([])
})

test('what a read throws is thrown', async () => {
  const { clock } = standingClock()
  const broken = () => Promise.reject(new Error('broken'))
  await expect(until({ ms: 60_000 }, broken, never, clock)).rejects.toThrow('broken')
})
