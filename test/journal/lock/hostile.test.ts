import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { type HeldLock, type LockOptions, acquireLock, lockHolder } from '../../../src/journal/lock.ts'
import { ownIdentity } from '../../../src/journal/lock/process-identity.ts'
import { temporaryFolder } from '../../support/cli.ts'
import { compiled } from '../../support/compiled.ts'
import { makePipe } from '../../support/system.ts'

const GATEWAY = 'http://gateway.example:4000'
const OWN = process.geteuid?.() ?? 0
const MALLORY = 65_534
const asRoot = process.getuid?.() === 0

const folderOf = (uid: number, place: string): string => join(place, `mcp-url-migrate-locks-${uid}`)

const take = (place: string, options: LockOptions = {}): Promise<HeldLock> =>
  acquireLock(GATEWAY, 'migrating', { place, patienceMs: 50, ...options })

const refusal = (place: string, options: LockOptions = {}): Promise<unknown> =>
  take(place, options).then(
    (lock) => {
      lock.release()
      return 'no refusal'
    },
    (error: unknown) => error,
  )

/** The entry of a lock that is held, and what stands in it. */
async function honest(place: string): Promise<{ lock: string; content: Record<string, unknown> }> {
  const held = await take(place)
  const [name = ''] = await readdir(folderOf(OWN, place))
  const content = JSON.parse(await readFile(join(folderOf(OWN, place), name), 'utf8')) as object
  held.release()
  return { lock: name.split('.')[0] ?? '', content: { ...content } }
}

/** A place in which all users may have folders, and one of this user's in it. */
async function freshPlace(): Promise<string> {
  const folder = await temporaryFolder()
  await chmod(folder, 0o711)
  const place = join(folder, 'locks')
  ;(await take(place)).release()
  return place
}

const started: ChildProcess[] = []

function idler(uid: number): number {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore', cwd: '/', uid, gid: uid })
  started.push(child)
  return child.pid ?? 0
}

afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

/** What Mallory puts into a folder: of a name that an entry can have, with this in place of what an honest one says. */
async function forge(
  place: string,
  said: Record<string, unknown> & { pid: number },
  { uid = MALLORY, folder = folderOf(uid, place), end = 'ffffffff' } = {},
): Promise<string> {
  const { lock, content } = await honest(place)
  await mkdir(folder, { recursive: true })
  await chown(folder, uid, uid)
  const path = join(folder, `${lock}.${end}-${said.pid}.lock`)
  await writeFile(path, JSON.stringify({ ...content, state: 'holding', start: null, ...said }))
  await chown(path, uid, uid)
  return path
}

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

test('a process that has ended and is not counted yet, a zombie, holds nothing', async () => {
  const place = await freshPlace()
  // The shell becomes something that waits for nobody.
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  started.push(parent)
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(printed.toString())
  await forge(place, { pid }, { uid: OWN })
  expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
  // It has to have become one: the kernel does not end a process at once.
  process.kill(pid, 'SIGKILL')
  const state = (): string =>
    spawnSync('ps', ['-o', 'stat=', '-p', String(pid)])
      .stdout.toString()
      .trim()
  while (!state().startsWith('Z')) await sleep(5)
  expect(process.kill(pid, 0)).toBe(true)
  expect(await lockHolder(GATEWAY, place)).toBeNull()
  expect(await refusal(place)).toBe('no refusal')
  expect(await readdir(folderOf(OWN, place))).toEqual([])
})

test('a contender of the same user that never goes on is not waited for without an end', async () => {
  const place = await freshPlace()
  const path = await forge(place, { pid: process.pid, state: 'waiting' }, { uid: OWN })
  expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
  await rm(path)
  expect(await refusal(place)).toBe('no refusal')
})

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

describe.skipIf(!asRoot)('of another user', () => {
  const UNSEEN = { host: 'elsewhere', boot: null, space: null }

  test('a run that goes on is waited for a limited time, and named by what the system says', async () => {
    const place = await freshPlace()
    const pid = idler(MALLORY)
    for (const state of ['holding', 'waiting']) {
      const claims = { pid, state, user: 'root', host: 'somewhere', doing: 'x\u001b[31m\nINJECT' }
      const path = await forge(place, claims)
      const told: string[] = []
      const { code, message, hint } = (await refusal(place, { tell: (text) => told.push(text) })) as {
        code: string
        message: string
        hint: string
      }
      const { host } = await ownIdentity()
      expect([code, message.replace(/\S+Z$/, 'THEN')]).toEqual([
        'lock-held',
        `Another user holds the lock of this gateway: nobody on ${host} (process ${pid}), x\\x1b[31m\\x0aINJECT since THEN`,
      ])
      expect(hint).toBe(
        `Wait for it, or ask for its end: nobody and root can end process ${pid}. Its lock is ${path}`,
      )
      expect(told).toEqual([
        `Waiting for another user's run against this gateway: nobody (process ${pid}), 0.05 s at most.`,
      ])
      await rm(path)
    }
    expect(await refusal(place)).toBe('no refusal')
  })

  test('a run that ends meanwhile makes room', async () => {
    const place = await freshPlace()
    const pid = idler(MALLORY)
    await forge(place, { pid })
    const lock = await take(place, { patienceMs: 60_000, tell: () => void process.kill(pid, 'SIGKILL') })
    expect(await lockHolder(GATEWAY, place)).toMatchObject({ pid: process.pid })
    lock.release()
  })

  test('a run that gave up root’s rights by itself counts for whom it became', async () => {
    const place = await freshPlace()
    const text = `
      import { acquireLock } from ${JSON.stringify(await compiled('journal/lock.ts'))}
      process.setgid(${MALLORY})
      process.setuid(${MALLORY})
      await acquireLock(${JSON.stringify(GATEWAY)}, 'x', { place: ${JSON.stringify(place)} })
      process.stdout.write('held')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    started.push(child)
    await once(child.stdout, 'data')
    expect(await lockHolder(GATEWAY, place)).toMatchObject({ user: 'nobody', isOwn: false, pid: child.pid })
  })

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
    started.push(child)
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
    const path = await forge(place, { pid: 4_000_000, ...UNSEEN })
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

  test('a folder counts for whom it belongs to, whatever number its name bears, as from a container', async () => {
    const place = await freshPlace()
    const folder = join(place, 'mcp-url-migrate-locks-4242-abcdef')
    await forge(place, { pid: idler(MALLORY) }, { folder })
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

  test('a place where everybody may rename everything is said to be one; one like /tmp is not', async () => {
    const place = await temporaryFolder()
    for (const [mode, said] of [
      [0o777, [expect.stringContaining(`everybody may rename what is in ${place}.`)]],
      [0o1777, []],
    ] as const) {
      await chmod(place, mode)
      const told: string[] = []
      ;(await take(place, { tell: (text) => told.push(text) })).release()
      expect(told).toEqual(said)
    }
  })
})
