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
