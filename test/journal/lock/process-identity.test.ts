import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { lockHolder } from '../../../src/journal/lock.ts'
import { compiled } from '../../support/compiled.ts'
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
  toEnd,
} from './ground.ts'

afterAll(endStarted)

test('a process that has ended and is not counted yet, a zombie, holds nothing', async () => {
  const place = await freshPlace()
  // The shell becomes something that waits for nobody.
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  toEnd(parent)
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

describe.skipIf(!asRoot)('of another user', () => {
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
    toEnd(child)
    await once(child.stdout, 'data')
    expect(await lockHolder(GATEWAY, place)).toMatchObject({ user: 'nobody', isOwn: false, pid: child.pid })
  })

  const HIDING = 'mount -t proc -o hidepid=2 proc /proc'
  const hides = spawnSync('sh', ['-c', `unshare -m ${HIDING}`]).status === 0
  test.skipIf(!hides)('a process that hidepid hides counts as long', async () => {
    const place = await freshPlace()
    const path = await forge(place, { pid: idler(MALLORY) })
    const module = await compiled('journal/lock.ts')
    await chmod(dirname(fileURLToPath(module)), 0o755)
    const text = `
      import { lockHolder } from ${JSON.stringify(module)}
      console.log((await lockHolder(${JSON.stringify(GATEWAY)}, ${JSON.stringify(place)}))?.user ?? 'nobody holds it')`
    const stranger = 'setpriv --reuid=65533 --regid=65533 --clear-groups'
    const line = `exec unshare -m sh -c '${HIDING} && exec ${stranger} "$@"' sh "$@"`
    const program = [process.execPath, '--input-type=module', '-e', text]
    const look = (): string => spawnSync('sh', ['-c', line, 'sh', ...program]).stdout.toString()
    expect(look()).toBe('nobody\n')
    await utimes(path, 1, 1)
    expect(look()).toBe('nobody holds it\n')
    expect(await lockHolder(GATEWAY, place)).toMatchObject({ user: 'nobody' })
  })
})
