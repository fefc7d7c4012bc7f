import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chown, link, lstat, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { lockHolder } from '../../../src/journal/lock.ts'
import { makePipe } from '../../support/system.ts'
import {
  asRoot,
  endStarted,
  folderOf,
  forge,
  freshPlace,
  GATEWAY,
  idler,
  MALLORY,
  OWN,
  refusal,
  take,
  toEnd,
} from './ground.ts'

afterAll(endStarted)

describe('what is no entry of a run is passed by, and waited for no more than read:', () => {
  const put: [what: string, how: (path: string) => Promise<unknown>][] = [
    ['a pipe', async (path) => makePipe(path)],
    ['a link to a device without an end', (path) => symlink('/dev/zero', path)],
    [
      'a link to a pipe',
      async (path) => {
        makePipe(`${path}.pipe`)
        await symlink(`${path}.pipe`, path)
      },
    ],
    ['a link in a circle', (path) => symlink(path, path)],
    ['a folder', (path) => mkdir(path)],
    ['a huge file', (path) => writeFile(path, ' '.repeat(5000))],
  ]
  for (const [what, how] of put)
    for (const uid of asRoot ? [OWN, MALLORY] : [OWN])
      test(`${what} in a folder of ${uid === OWN ? 'one’s own' : 'somebody else’s'}`, async () => {
        const place = await freshPlace()
        const path = await forge(place, { pid: uid === OWN ? process.pid : idler(uid) }, { uid })
        expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
        await rm(path)
        await how(path)
        if (uid !== OWN) spawnSync('chown', ['-h', `${uid}:${uid}`, path])
        expect(await refusal(place)).toBe('no refusal')
        expect(await lockHolder(GATEWAY, place)).toBeNull()
        await lstat(path)
      })

  test('a name that no run gives', async () => {
    const place = await freshPlace()
    const path = await forge(place, { pid: process.pid }, { uid: OWN })
    for (const name of ['zzzz.lock', 'ffffffff-0.lock', `ffff-${process.pid}.lock`, 'ffffffff--1.lock']) {
      const other = path.replace(/\.\w+-\d+\.lock$/, `.${name}`)
      await rename(path, other)
      expect([name, await refusal(place)]).toEqual([name, 'no refusal'])
      await rename(other, path)
    }
    expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
  })
})

describe.skipIf(!asRoot)('of another user', () => {
  test('what speaks for a process that is not theirs does not count, and stays', async () => {
    const place = await freshPlace()
    for (const pid of [process.pid, 1, idler(65_533)]) {
      const path = await forge(place, { pid })
      expect(await refusal(place)).toBe('no refusal')
      await lstat(path)
    }
  })

  test('what is of a third user does not count: a link to their file, a file in their folder', async () => {
    const place = await freshPlace()
    const pid = idler(65_533)
    const theirs = await forge(place, { pid }, { uid: 65_533 })
    expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
    const moved = join(place, 'aside')
    await rename(theirs, moved)
    await mkdir(folderOf(MALLORY, place))
    await chown(folderOf(MALLORY, place), MALLORY, MALLORY)
    await link(moved, theirs.replace('-65533', `-${MALLORY}`))
    expect(await refusal(place)).toBe('no refusal')
  })

  test('a file that is opened for nobody, as it is leased, does not count', async () => {
    const place = await freshPlace()
    const path = await forge(place, { pid: idler(MALLORY) })
    const lease = `
import fcntl, os, signal, sys, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
fcntl.fcntl(os.open(sys.argv[1], os.O_RDWR), fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('leased', flush=True)
time.sleep(1000)`
    const child = spawn('/usr/bin/env', ['python3', '-c', lease, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: '/',
    })
    toEnd(child)
    await once(child.stdout, 'data')
    expect(await refusal(place)).toBe('no refusal')
    expect(await lockHolder(GATEWAY, place)).toBeNull()
  })

  test('a link to an entry does not hide it', async () => {
    const place = await freshPlace()
    const lock = await take(place)
    const [name = ''] = await readdir(folderOf(OWN, place))
    await link(join(folderOf(OWN, place), name), join(place, 'linked'))
    expect(await lockHolder(GATEWAY, place)).toMatchObject({ pid: process.pid })
    lock.release()
  })

  test('a process that cannot be seen from here counts while its entry is touched, and no longer', async () => {
    const place = await freshPlace()
    const path = await forge(place, { pid: 4_000_000, host: 'elsewhere', boot: null, space: null })
    expect(await refusal(place)).toMatchObject({
      code: 'lock-held',
      message: expect.stringContaining('nobody on elsewhere (process 4000000)') as string,
      hint: expect.stringContaining(path) as string,
    })
    for (const time of [1, Date.now() / 1000 - 120, Date.now() / 1000 + 1e6]) {
      await utimes(path, time, time)
      expect(await refusal(place)).toBe('no refusal')
    }
  })
})
