import { spawnSync } from 'node:child_process'
import { chmod, chown, lstat, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/cli.ts'
import { makePipe } from '../../support/system.ts'
import {
  asRoot,
  endStarted,
  folderOf,
  forge,
  freshPlace,
  idler,
  MALLORY,
  OWN,
  refusal,
  take,
} from './ground.ts'

afterAll(endStarted)

test('a folder of one’s own that others could write to, or not see into, is so no longer', async () => {
  const place = await freshPlace()
  for (const mode of [0o777, 0o775, 0o700]) {
    await chmod(folderOf(OWN, place), mode)
    const lock = await take(place)
    expect(((await lstat(folderOf(OWN, place))).mode & 0o777).toString(8)).toBe('755')
    lock.release()
  }
})

test('whatever the umask is, other users can see who holds the lock, and may add folders of their own', async () => {
  const place = join(await temporaryFolder(), 'locks')
  const before = process.umask(0o077)
  try {
    const lock = await take(place)
    const [name = ''] = await readdir(folderOf(OWN, place))
    const modes = [place, folderOf(OWN, place), join(folderOf(OWN, place), name)].map(
      async (path) => (await lstat(path)).mode & 0o7777,
    )
    expect((await Promise.all(modes)).map((mode) => mode.toString(8))).toEqual(['1777', '755', '644'])
    lock.release()
  } finally {
    process.umask(before)
  }
})

describe.skipIf(!asRoot)('with other users', () => {
  test('a folder counts for whom it belongs to, whatever number its name bears, as from a container', async () => {
    const place = await freshPlace()
    const folder = join(place, 'mcp-url-migrate-locks-4242-abcdef')
    await forge(place, { pid: idler(MALLORY) }, { folder })
    expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
  })

  test('hundreds of folders hide no run of somebody else’s', async () => {
    const place = await freshPlace()
    await forge(place, { pid: idler(65_533) }, { uid: 65_533 })
    for (let i = 0; i < 600; i += 1) {
      const path = `${folderOf(MALLORY, place)}-${i}`
      await mkdir(path)
      await chown(path, MALLORY, MALLORY)
    }
    expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
  })

  const squats: [what: string, put: (path: string, target: string) => Promise<unknown>][] = [
    ['a folder', (path) => mkdir(path, { mode: 0o777 })],
    ['a link to a folder', (path, target) => symlink(target, path)],
    ['a file', (path) => writeFile(path, '')],
    ['a pipe', async (path) => makePipe(path)],
  ]
  for (const [what, put] of squats)
    test(`${what} where the folder of this user should be keeps nobody out, and nothing is written there`, async () => {
      const place = await temporaryFolder()
      await chmod(place, 0o1777)
      const target = await temporaryFolder()
      const usual = folderOf(OWN, place)
      await put(usual, target)
      spawnSync('chown', ['-h', `${MALLORY}:${MALLORY}`, usual])
      const lock = await take(place)
      expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
      lock.release()
      expect(await refusal(place)).toBe('no refusal')
      expect(await readdir(target)).toEqual([])
      expect(await readdir(place)).toHaveLength(2)
      expect((await lstat(usual)).uid).toBe(MALLORY)
    })

  test('one who owns the place can have the lock refused, and no file overwritten; and it is said beforehand', async () => {
    const place = await temporaryFolder()
    await chmod(place, 0o777)
    await chown(place, MALLORY, MALLORY)
    await forge(place, { pid: idler(MALLORY), state: 'waiting' })
    const told: string[] = []
    const taken = refusal(place, { patienceMs: 60_000, tell: (text) => told.push(text) })
    const names = (): Promise<string[]> => readdir(folderOf(OWN, place))
    await expect.poll(async () => (await names()).filter((name) => name.endsWith('.lock'))).toHaveLength(1)
    const [name = ''] = await names()
    const target = await temporaryFolder()
    await writeFile(join(target, name), 'root:x:0:0')
    await rename(folderOf(OWN, place), join(place, 'away'))
    await symlink(target, folderOf(OWN, place))
    expect(await taken).toMatchObject({
      code: 'lock-unavailable',
      message: expect.stringContaining('somebody took it away') as string,
    })
    expect(await readFile(join(target, name), 'utf8')).toBe('root:x:0:0')
    expect(await readdir(join(place, 'away'))).toEqual([])
    expect(told[0]).toContain(`goes unnoticed: ${place} belongs to nobody.`)
  })

  test('a place where others may rename everything is said to be one; one like /tmp is not', async () => {
    const place = await temporaryFolder()
    for (const [mode, said] of [
      [0o777, [expect.stringContaining(`other users may rename what is in ${place}.`)]],
      [0o775, [expect.stringContaining(`other users may rename what is in ${place}.`)]],
      [0o1777, []],
    ] as const) {
      await chmod(place, mode)
      const told: string[] = []
      ;(await take(place, { tell: (text) => told.push(text) })).release()
      expect(told).toEqual(said)
    }
  })
})
