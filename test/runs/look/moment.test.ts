import { describe, expect, test } from 'vitest'
import {
  askedAt,
  isFresh,
  type Moment,
  moment,
  msSince,
  WRITE_WITHIN_MS,
} from '../../../src/runs/look/moment.ts'

const THEN: Moment = { steady: 1000, wall: 5_000_000 }

const later = (steadyMs: number, wallMs: number): Moment => ({
  steady: THEN.steady + steadyMs,
  wall: THEN.wall + wallMs,
})

describe('how long ago it was is told', () => {
  test.each([
    ['while nothing happens', 300, 300, 300],
    ['after a process was stopped', 60_000, 60_000, 60_000],
    ['after the machine slept, which the steady clock did not see', 5, 3_600_000, 3_600_000],
    ['although the clock was set back', 4000, -3_600_000, 4000],
    ['although the clock was set back by as long', 4000, 0, 4000],
    ['although the clock was set forward', 5, 86_400_000, 86_400_000],
  ])('%s', (_what, steadyMs, wallMs, ms) => {
    expect(msSince(THEN, later(steadyMs, wallMs))).toBe(ms)
  })

  test('a write may leave for two seconds, and no longer', () => {
    expect(isFresh(THEN, later(WRITE_WITHIN_MS, WRITE_WITHIN_MS))).toBe(true)
    expect(isFresh(THEN, later(WRITE_WITHIN_MS + 1, 0))).toBe(false)
    expect(isFresh(THEN, later(0, WRITE_WITHIN_MS + 1))).toBe(false)
    expect(WRITE_WITHIN_MS).toBe(2000)
  })
})

/** Holds the whole process up, as a stop does. */
const holdUp = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('an answer is as old as the last moment at which it was waited for', () => {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  test('which is right before it comes, however long that took', async () => {
    const { found, at } = await askedAt(async () => {
      await pause(WRITE_WITHIN_MS + 500)
      return moment()
    })
    expect(isFresh(at, found)).toBe(true)
  })

  test('which is before a stop of the process, after which it lay there', async () => {
    const { at } = await askedAt(async () => {
      await pause(250)
      holdUp(WRITE_WITHIN_MS + 100)
      await pause(300)
    })
    expect(isFresh(at)).toBe(false)
  })
})
