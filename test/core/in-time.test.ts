import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { afterListening } from '../../src/core/in-time.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('something is done when its time is over, once', () => {
  const act = vi.fn()
  afterListening(2000, act)
  vi.advanceTimersByTime(1999)
  expect(act).not.toHaveBeenCalled()
  vi.advanceTimersByTime(10_000)
  expect(act).toHaveBeenCalledOnce()
})

test('or never, where it is called off', () => {
  const act = vi.fn()
  const callOff = afterListening(2000, act)
  vi.advanceTimersByTime(1500)
  callOff()
  vi.advanceTimersByTime(10_000)
  expect(act).not.toHaveBeenCalled()
})
