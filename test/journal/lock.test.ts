import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { acquireLock, lockHolder, lockPlace } from '../../src/journal/lock.ts'
import { ownIdentity } from '../../src/journal/lock/process-identity.ts'
import { temporaryFolder } from '../support/cli.ts'
import { compiled } from '../support/compiled.ts'

const GATEWAY = 'http://gateway.example:4000/litellm'
const LOCK = await compiled('journal/lock.ts')

/** This user's own folder of locks in a place. */
const ownIn = (place: string): string => join(place, `mcp-url-migrate-locks-${process.geteuid?.() ?? 0}`)

/** What is in this user's own folder of locks. */
const entriesIn = (place: string): Promise<string[]> => readdir(ownIn(place))

/** A process that takes the lock, says so, and does what the script says with it. */
function contender(
  place: string,
  script: string,
  { env = {}, uid }: { env?: Record<string, string>; uid?: number | undefined } = {},
): ChildProcess {
  const text = `
    import { acquireLock } from ${JSON.stringify(LOCK)}
    const [place] = process.argv.slice(1)
    const take = () => acquireLock(${JSON.stringify(GATEWAY)}, 'trying things', { place, patienceMs: 50 })
    const say = (text) => process.stdout.write(text + '\\n')
    ${script}`
  return spawn(process.execPath, ['--input-type=module', '-e', text, place], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid, cwd: '/' }),
    env: { ...process.env, ...env },
  })
}

async function said(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  return chunk.toString()
}

const HOLD = `await take(); say('held'); setInterval(() => {}, 1000)`

/** An entry of this user's as a process of this identity would have left it. */
async function leave(place: string, entry: Record<string, unknown>): Promise<string> {
  const holder = await acquireLock(GATEWAY, 'x', { place })
  const [name = ''] = await entriesIn(place)
  const content = JSON.parse(await readFile(join(ownIn(place), name), 'utf8')) as Record<string, unknown>
  holder.release()
  const [lock = ''] = name.split('.')
  const left = `${lock}.0badcafe-${String(entry['pid'] ?? content['pid'])}.lock`
  await writeFile(join(ownIn(place), left), JSON.stringify({ ...content, state: 'holding', ...entry }))
  return left
}

describe('the lock of a gateway', () => {
  test('is held by one, told with its holder, and free again after it', async () => {
    const place = join(await temporaryFolder(), 'locks')
    const lock = await acquireLock(GATEWAY, 'migrating', { place })
    const holder = await lockHolder(GATEWAY, place)
    expect(holder).toMatchObject({ pid: process.pid, doing: 'migrating' })
    await expect(acquireLock(GATEWAY, 'migrating', { place })).rejects.toMatchObject({
      code: 'lock-held',
      message: `Another run against this gateway is under way: ${holder?.user} on ${holder?.host} (process ${process.pid}), migrating since ${holder?.since}`,
    })
    lock.release()
    lock.release()
    expect(await lockHolder(GATEWAY, place)).toBeNull()
    expect(await entriesIn(place)).toEqual([])
    ;(await acquireLock(GATEWAY, 'migrating', { place })).release()
  })

  test('is one for all names of this machine, and another for another gateway', async () => {
    const place = await temporaryFolder()
    const lock = await acquireLock('http://localhost:4000', 'migrating', { place })
    for (const name of ['127.0.0.1', '[::1]'])
      await expect(acquireLock(`http://${name}:4000`, 'migrating', { place })).rejects.toMatchObject({
        code: 'lock-held',
      })
    for (const other of ['http://localhost:4001', 'http://localhost:4000/litellm'])
      (await acquireLock(other, 'migrating', { place })).release()
    lock.release()
  })

  test('of another process keeps others out until that ends, however it ends', async () => {
    for (const end of ['SIGKILL', 'process.exit'] as const) {
      const place = await temporaryFolder()
      const script =
        end === 'SIGKILL' ? HOLD : `await take(); say('held'); setTimeout(() => process.exit(3), 300)`
      const child = contender(place, script)
      await said(child)
      await expect(acquireLock(GATEWAY, 'migrating', { place })).rejects.toMatchObject({ code: 'lock-held' })
      const gone = once(child, 'exit')
      if (end === 'SIGKILL') child.kill('SIGKILL')
      await gone
      expect(await entriesIn(place)).toHaveLength(end === 'SIGKILL' ? 1 : 0)
      expect(await lockHolder(GATEWAY, place)).toBeNull()
      ;(await acquireLock(GATEWAY, 'migrating', { place })).release()
      expect(await entriesIn(place)).toEqual([])
    }
  })

  const onLinux = process.platform === 'linux'
  test('of a process whose number another one has now, or from before a restart, is nobody’s', async () => {
    const others = [{ start: '1' }, ...(onLinux ? [{ boot: 'an earlier one' }] : [])]
    for (const identity of others) {
      const place = await temporaryFolder()
      await leave(place, identity)
      ;(await acquireLock(GATEWAY, 'migrating', { place })).release()
      expect(await entriesIn(place)).toEqual([])
    }
  })

  const unseen: [where: string, entry: Record<string, unknown>][] = [
    ['in a container', { space: 'pid:[1]', pid: 2 ** 22 + 1, host: 'box' }],
    ['on another machine', { boot: 'of another machine', pid: 2 ** 22 + 1, host: 'box' }],
    ['on another machine that tells no boot', { boot: null, space: null, pid: 2 ** 22 + 1, host: 'box' }],
  ]
  for (const [where, entry] of unseen) {
    test(`of a process that cannot be seen from here, ${where}, is held, and its file is named`, async () => {
      const place = await temporaryFolder()
      const left = await leave(place, entry)
      await expect(acquireLock(GATEWAY, 'migrating', { place })).rejects.toMatchObject({
        code: 'lock-held',
        message: expect.stringContaining('on box (process ') as string,
        hint: `Wait for it, or end it. It cannot be seen from here whether it still runs; when it is gone, delete ${join(ownIn(place), left)}`,
      })
      expect(await entriesIn(place)).toEqual([left])
    })
  }

  test('is in one place for all users and sessions, whatever their folder for temporary files', () => {
    expect(lockPlace({ TMPDIR: '/elsewhere', MCP_URL_MIGRATE_LOCKS: '' })).toBe('/tmp')
    expect(lockPlace({ MCP_URL_MIGRATE_LOCKS: '/var/locks' })).toBe('/var/locks')
  })

  test('is in no place that depends on where a run is started', () => {
    for (const relative of ['locks', './locks', '~/locks'])
      expect(() => lockPlace({ MCP_URL_MIGRATE_LOCKS: relative })).toThrow(
        `MCP_URL_MIGRATE_LOCKS is a relative path (${relative})`,
      )
  })

  test('cleans up the draft of a process that is gone, and none of a living one', async () => {
    const place = await temporaryFolder()
    const left = await leave(place, { pid: 2 ** 22 + 1 })
    const drafts = [`${left}.draft`, left.replace(/-\d+/, `-${process.pid}`).concat('.draft')]
    for (const draft of drafts) await writeFile(join(ownIn(place), draft), '')
    ;(await acquireLock(GATEWAY, 'migrating', { place })).release()
    expect(await entriesIn(place)).toEqual(drafts.slice(1))
  })

  test('that cannot be read is never guessed at: its file is named while that process lives', async () => {
    const place = await temporaryFolder()
    const left = await leave(place, {})
    await writeFile(join(ownIn(place), left), 'garbage')
    await expect(acquireLock(GATEWAY, 'migrating', { place })).rejects.toMatchObject({
      message: expect.stringContaining(join(ownIn(place), left)) as string,
    })
    expect(await entriesIn(place)).toEqual([left])
    await rm(join(ownIn(place), left))
    await writeFile(join(ownIn(place), left.replace(/-\d+/, `-${2 ** 22 + 1}`)), 'garbage')
    ;(await acquireLock(GATEWAY, 'migrating', { place })).release()
  })

  test('does not pass control characters on', async () => {
    const place = await temporaryFolder()
    await leave(place, { doing: 'evil\u001b[2J' })
    const refusal = await acquireLock(GATEWAY, 'migrating', { place }).catch((error: unknown) => error)
    expect(String(refusal)).toContain('evil\\x1b[2J')
  })

  test('in a folder that cannot be is an error that names it', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(acquireLock(GATEWAY, 'migrating', { place: join(file, 'locks') })).rejects.toMatchObject({
      code: 'lock-unavailable',
      message: expect.stringContaining(file) as string,
    })
    await expect(acquireLock(GATEWAY, 'migrating', { place: file })).rejects.toMatchObject({
      message: expect.stringContaining(`${file} (part of its path is not a folder)`) as string,
    })
    await expect(lockHolder(GATEWAY, file)).rejects.toMatchObject({ code: 'lock-unavailable' })
    expect(await lockHolder(GATEWAY, `${file}s`)).toBeNull()
    await mkdir(`${file}s`)
    ;(await acquireLock(GATEWAY, 'migrating', { place: `${file}s` })).release()
  })

  test('knows this process by more than its number', async () => {
    const { pid, start } = await ownIdentity()
    expect([pid, start]).toEqual([process.pid, expect.stringMatching(/\S/)])
  })
})

// Only root may start a program as somebody else.
const USERS = process.getuid?.() === 0 ? [0, 65_534, 65_533] : [undefined]

test('of many, of several users, that try at once, again and again, and die while they hold it, never two hold it', async () => {
  const [folder, log] = [await temporaryFolder(), join(await temporaryFolder(), 'log')]
  const place = join(folder, 'locks')
  await appendFile(log, '')
  for (const path of [folder, dirname(log), log, dirname(fileURLToPath(LOCK))]) await chmod(path, 0o777)
  // Each holder notes its beginning and its end; one that dies in between is noted when it is surely dead.
  const script = `
    import { appendFileSync } from 'node:fs'
    const rounds = 40
    for (let round = 0; round < rounds; round += 1) {
      const lock = await take().catch((error) => { if (error.code !== 'lock-held') throw error; return null })
      if (!lock) { await new Promise((go) => setTimeout(go, Math.random() * 8)); continue }
      appendFileSync(${JSON.stringify(log)}, 'in ' + process.pid + '\\n')
      await new Promise((go) => setTimeout(go, Math.random() * 4))
      if (Math.random() < 0.12) process.kill(process.pid, 'SIGKILL')
      appendFileSync(${JSON.stringify(log)}, 'out ' + process.pid + '\\n')
      lock.release()
    }`
  const dead = new Set<string>()
  const children = Array.from({ length: 7 }, (_, i) =>
    contender(place, script, { uid: USERS[i % USERS.length] }),
  )
  await Promise.all(
    children.map(async (child) => {
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      if (signal === 'SIGKILL') dead.add(String(child.pid))
    }),
  )
  let holder: string | null = null
  let held = 0
  for (const line of (await readFile(log, 'utf8')).trim().split('\n')) {
    const [what, pid = ''] = line.split(' ')
    // Whoever comes in finds nobody there, or somebody who died holding it.
    if (what === 'in') expect(holder === null || dead.has(holder), `${pid} beside ${holder}`).toBe(true)
    else expect(pid).toBe(holder)
    holder = what === 'in' ? pid : null
    held += 1
  }
  expect(held).toBeGreaterThan(20)
  ;(await acquireLock(GATEWAY, 'migrating', { place })).release()
  expect(await entriesIn(place)).toEqual([])
})
