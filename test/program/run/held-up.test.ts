import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, vi } from 'vitest'
import { BIN, bareEnvironment, type Finished, plainly, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { guideServer, newestFile, test, type Trial, writes } from '../../support/trial.ts'

watchForLeaks()

const PRELOAD = fileURLToPath(new URL('../../prove/kill-points.mjs', import.meta.url))

const SERVERS = [guideServer('fetch', { env: { K: 'old' }, mcp_access_groups: ['ops'], description: 'kept' })]

const EDIT = { env: { K: 'by Anna' }, mcp_access_groups: ['ops', 'annas'] }

/** The program, stopped by itself at a boundary, with `meanwhile` done before it goes on, at the earliest after 2.2 s. */
async function stoppedAt(
  point: string,
  { env, folder }: Trial,
  args: readonly string[],
  meanwhile: (child: ChildProcess) => void,
): Promise<Finished> {
  const list = join(folder, 'point')
  const child = spawn(process.execPath, ['--import', PRELOAD, BIN, ...plainly(args)], {
    env: bareEnvironment({ ...env, KILL_POINT: point, KILL_POINTS: list, KILL_SIGNAL: 'SIGSTOP' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => void (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (output.stderr += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  await vi.waitFor(async () => expect(await readFile(list, 'utf8')).toBe(point), {
    timeout: 25_000,
    interval: 20,
  })
  meanwhile(child)
  await sleep(2200)
  child.kill('SIGCONT')
  const code = await ended
  transcript.push(output.stdout, output.stderr)
  return { code, ...output }
}

const BEFORE_WRITE = 'before PUT /v1/mcp/server 1'

describe.concurrent('a program that was stopped between its intent and its write', () => {
  for (const version of ['1.74.0', '1.77.7', '1.81.14', '1.106.2'])
    test(`leaves what somebody edited meanwhile, on ${version}: exit 3, nothing written`, async ({
      open,
    }) => {
      const trial = await open({ version, servers: SERVERS })
      const { code, stdout } = await stoppedAt(BEFORE_WRITE, trial, ['--yes', '--json'], () =>
        trial.sandbox.edit('id-fetch', EDIT),
      )
      expect(code).toBe(3)
      expect(JSON.parse(stdout)).toMatchObject({ changes: [{ outcome: 'drifted' }], halted: null })
      expect(trial.sandbox.rows()[0]).toMatchObject({
        ...EDIT,
        url: SERVERS[0]?.['url'],
        description: 'kept',
      })
      const lines = await readFile(await newestFile(trial), 'utf8')
      expect(lines).toContain('"outcome":"not-applied"')
      const { code: again } = await trial.call(['--yes'])
      expect(again).toBe(0)
      expect(trial.sandbox.rows()[0]).toMatchObject({ ...EDIT, description: 'kept' })
    })

  test('writes where nobody did: exit 0', async ({ open }) => {
    const trial = await open({ version: '1.81.14', servers: SERVERS })
    const { code } = await stoppedAt(BEFORE_WRITE, trial, ['--yes'], () => {})
    expect(code).toBe(0)
    const [row] = trial.sandbox.rows()
    expect(row).toMatchObject({ env: { K: 'old' }, mcp_access_groups: ['ops'] })
    expect(row?.['url']).not.toBe(SERVERS[0]?.['url'])
  })

  test('begins nothing more after a SIGTERM that came meanwhile: 143, and the run has its end', async ({
    open,
  }) => {
    const trial = await open({ version: '1.81.14', servers: [...SERVERS, guideServer('n8n')] })
    const { code } = await stoppedAt(BEFORE_WRITE, trial, ['--yes'], (child) => {
      trial.sandbox.edit('id-fetch', EDIT)
      child.kill('SIGTERM')
    })
    expect(code).toBe(143)
    expect(trial.sandbox.rows()[0]).toMatchObject({ ...EDIT, url: SERVERS[0]?.['url'] })
    expect(writes(trial.sandbox)).toBe(0)
    expect(await readFile(await newestFile(trial), 'utf8')).toContain('"type":"run-finished"')
  })

  test('does not overwrite it when it takes a run back either', async ({ open }) => {
    const trial = await open({ version: '1.81.14', servers: SERVERS })
    await trial.setUp(['--yes'])
    const { code } = await stoppedAt(BEFORE_WRITE, trial, ['--revert', '--yes'], () =>
      trial.sandbox.edit('id-fetch', EDIT),
    )
    // Edits elsewhere stay, and the URL goes back beside them.
    expect(code).toBe(0)
    expect(trial.sandbox.rows()[0]).toMatchObject({ ...EDIT, url: SERVERS[0]?.['url'] })
  })
})

test('a program that was stopped before it saw the answer to its read reads again', async ({ open }) => {
  const trial = await open({ version: '1.81.14', servers: SERVERS })
  // The second: the first is the plan's.
  const point = 'answer is there: GET /v1/mcp/server/:id 2'
  const { code } = await stoppedAt(point, trial, ['--yes'], () => trial.sandbox.edit('id-fetch', EDIT))
  expect(code).toBe(3)
  expect(trial.sandbox.rows()[0]).toMatchObject({ ...EDIT, url: SERVERS[0]?.['url'] })
})
