import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { StopSignal } from '../../src/core/run/report.ts'
import { type Phase, Signals } from '../../src/cli/signals.ts'
import { makePipe } from '../support/system.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Signals of a run that never stops by itself, and how it was ended. */
function unending(): { signals: Signals; ends: [StopSignal, Phase][]; over: () => void } {
  const ends: [StopSignal, Phase][] = []
  const signals = new Signals(
    (signal, phase) => ends.push([signal, phase]),
    () => {},
  )
  let over = (): void => {}
  void signals.during(
    () =>
      new Promise<void>((done) => {
        over = done
      }),
  )
  return { signals, ends, over: () => over() }
}

test('a run that a dead disk holds up ends by the first signal, after ten seconds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signals-'))
  const pipe = join(folder, 'pipe')
  makePipe(pipe)
  // What this reads never comes, as from a disk that is gone.
  const reading = readFile(pipe)
  vi.useFakeTimers()
  const { signals, ends, over } = unending()
  signals.receive('SIGTERM')
  vi.advanceTimersByTime(9_900)
  expect(ends).toEqual([])
  vi.advanceTimersByTime(100)
  expect(ends).toEqual([['SIGTERM', 'during']])
  over()
  vi.useRealTimers()
  await Promise.all([writeFile(pipe, ''), reading])
  await rm(folder, { recursive: true })
})

test('one that works is left to come to its end, however long that takes', () => {
  vi.useFakeTimers()
  vi.spyOn(process, 'getActiveResourcesInfo')
    .mockReturnValue(['TCPSocketWrap', 'Timeout'])
    .mockReturnValueOnce(['FSReqPromise'])
  const { signals, ends, over } = unending()
  signals.receive('SIGTERM')
  vi.advanceTimersByTime(3_600_000)
  expect(ends).toEqual([])
  over()
})

test('one that has stopped, and whose report nobody reads, ends after ten seconds, too', async () => {
  vi.useFakeTimers()
  vi.spyOn(process, 'getActiveResourcesInfo').mockReturnValue(['PipeWrap', 'Timeout'])
  vi.spyOn(process.stdout, 'writableLength', 'get').mockReturnValue(70_000)
  const { signals, ends, over } = unending()
  signals.receive('SIGTERM')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(ends).toEqual([])
  over()
  await vi.advanceTimersByTimeAsync(9_900)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(600)
  expect(ends).toEqual([['SIGTERM', 'after']])
})

/** Signals outside of a run, and how the program was ended. */
function outside(): { signals: Signals; ends: [StopSignal, Phase][] } {
  const ends: [StopSignal, Phase][] = []
  const signals = new Signals(
    (signal, phase) => ends.push([signal, phase]),
    () => {},
  )
  return { signals, ends }
}

test('a program in the middle of reading a file ends when that is read, and begins no run before', async () => {
  vi.useFakeTimers()
  const info = vi.spyOn(process, 'getActiveResourcesInfo').mockReturnValue(['FSReqPromise'])
  const { signals, ends } = outside()
  signals.receive('SIGTERM')
  const began = vi.fn(async () => {})
  void signals.during(began)
  vi.advanceTimersByTime(50)
  expect(ends).toEqual([])
  info.mockReturnValue(['Timeout'])
  await vi.advanceTimersByTimeAsync(10)
  expect(ends).toEqual([['SIGTERM', 'before']])
  expect(began).not.toHaveBeenCalled()
})

test.each([
  ['by itself', (): void => void vi.advanceTimersByTime(250)],
  ['by a second signal', (signals: Signals): void => signals.receive('SIGINT')],
])('and where the file never comes, it ends %s', (_how, next) => {
  vi.useFakeTimers()
  vi.spyOn(process, 'getActiveResourcesInfo').mockReturnValue(['FSReqPromise'])
  const { signals, ends } = outside()
  signals.receive('SIGINT')
  expect(ends).toEqual([])
  next(signals)
  expect(ends).toEqual([['SIGINT', 'before']])
})
