import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { constants, hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, vi } from 'vitest'
import { acquireLock } from '../../../src/journal/lock.ts'
import { bareEnvironment, BIN, type Finished, plainly, transcript } from '../../support/cli.ts'
import { compiled } from '../../support/compiled.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { guideServer, newestFile, sentence, test, type Trial } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 60_000 })

const as = (uid: number) => ({ uid, gid: uid, cwd: '/' })

// Only root may start a program as somebody else, who has to reach Node.
const [NOBODY, STRANGER] = [65_534, 65_533]
const startsOthers =
  process.getuid?.() === 0 && spawnSync(process.execPath, [BIN, '--version'], as(NOBODY)).status === 0

/** Starts the program as another user. `hear`: gets what it has said on standard error, whenever it says more. */
async function start(
  uid: number,
  { env, folder }: Trial,
  hear: (said: string, pid: number) => void = () => {},
): Promise<Finished> {
  const home = join(folder, `home-${uid}`)
  await mkdir(home, { recursive: true })
  await chown(home, uid, uid)
  const journal = join(home, 'journal')
  const child = spawn(process.execPath, [BIN, ...plainly(['--yes', '--no-wait', '--journal', journal])], {
    ...as(uid),
    env: bareEnvironment({ ...env, HOME: home }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString()
    hear(said.stderr, child.pid ?? 0)
  })
  // As a shell shows it: a program that is reading a file just then ends by the signal itself.
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', (number, signal) => resolve(signal === null ? number : 128 + constants.signals[signal]))
  })
  transcript.push(said.stdout, said.stderr)
  return { code, ...said }
}

describe.skipIf(!startsOthers)('while root’s run is under way, that of another user', () => {
  test('waits, and ends at SIGTERM; is told who it is that goes on; and does its work after it', async ({
    open,
  }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    await chmod(trial.folder, 0o711)
    const place = join(trial.folder, 'locks')
    const held = await acquireLock(trial.sandbox.url, 'migrating', { place })
    const waits = `Waiting for another user's run against this gateway: root (process ${process.pid}), for 10 s at most.`
    const [ended, refused] = await Promise.all([
      start(STRANGER, trial, (said, pid) => {
        if (sentence(said).includes(waits)) process.kill(pid, 'SIGTERM')
      }),
      start(NOBODY, trial),
    ])
    expect(ended.code).toBe(143)
    expect(refused.code).toBe(3)
    expect(sentence(refused.stderr)).toMatch(
      new RegExp(
        `Another user holds the lock of this gateway: root on .* \\(process ${process.pid}\\), migrating since .* ask root to end process ${process.pid}`,
      ),
    )
    expect(trial.sandbox.requests).toEqual([])
    const after = await start(NOBODY, trial, (said) => {
      if (sentence(said).includes(waits)) held.release()
    })
    expect([after.code, sentence(after.stdout)]).toEqual([
      0,
      expect.stringContaining('1 of 1 server changed'),
    ])
    const left = await readdir(place, { recursive: true })
    expect(left.filter((name) => name.endsWith('.lock'))).toEqual([])
  })

  test('does not hide from a dry run that a run of one’s own did not finish', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    await chmod(trial.folder, 0o711)
    expect((await trial.run(['--yes', '--no-wait'])).code).toBe(0)
    const file = await newestFile(trial)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, `${lines.slice(0, -1).join('\n')}\n`)
    const { url } = trial.sandbox
    const module = await compiled('journal/lock.ts')
    await chmod(dirname(fileURLToPath(module)), 0o755)
    const text = `
      import { acquireLock } from ${JSON.stringify(module)}
      await acquireLock(${JSON.stringify(url)}, 'migrating', { place: ${JSON.stringify(join(trial.folder, 'locks'))} })
      process.stdout.write('held')
      setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', text], {
      ...as(NOBODY),
      env: bareEnvironment(trial.env),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    const told = sentence((await trial.run(['--dry-run'])).stderr)
    expect(told).toContain(
      `A run against this gateway is under way (nobody on ${hostname()}, process ${holder.pid}`,
    )
    expect(told).toContain('did not finish')
    const gone = once(holder, 'exit')
    holder.kill('SIGKILL')
    await gone
  })
})
