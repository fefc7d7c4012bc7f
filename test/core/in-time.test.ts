import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { afterListening, orLate } from '../../src/core/in-time.ts'

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

test('what comes in time is told, and what is late is replaced, or thrown in its place', async () => {
  expect(await orLate(2000, Promise.resolve('found'), () => 'late')).toBe('found')
  const never = new Promise<string>(() => {})
  const replaced = orLate(2000, never, () => 'late')
  const thrown = orLate(2000, never, () => {
    throw new Error('no answer')
  })
  const failed = expect(thrown).rejects.toThrow('no answer')
  await vi.advanceTimersByTimeAsync(2000)
  expect(await replaced).toBe('late')
  await failed
})
