import { lstat, readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { folderOf, freshPlace, OWN, take } from './ground.ts'

describe('an entry says that its process lives', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('by being touched, now and then', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const place = await freshPlace()
    const lock = await take(place)
    const [name = ''] = await readdir(folderOf(OWN, place))
    const path = join(folderOf(OWN, place), name)
    await utimes(path, 1, 1)
    vi.advanceTimersByTime(60_000)
    await expect.poll(async () => (await lstat(path)).mtimeMs).toBeGreaterThan(1000)
    lock.release()
    expect(vi.getTimerCount()).toBe(0)
  })
})
