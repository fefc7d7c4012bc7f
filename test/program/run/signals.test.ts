import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, vi } from 'vitest'
import { BIN, bareEnvironment, type Finished, plainly, transcript } from '../../support/cli.ts'
import { journalFiles } from '../../support/lab-journal.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { guideServer, test, type Trial, urls, writes } from '../../support/trial.ts'

watchForLeaks()

const SERVERS = ['fetch', 'n8n', 'postgres', 'playwright'].map((name) => guideServer(name))
const FIRST = Object.fromEntries(SERVERS.map(({ server_id: id, url }) => [id, url]))

// The second write takes its time, and is under way when the signal comes.
const SLOW = [{ on: { method: 'PUT', path: '/v1/mcp/server', nth: 2 }, do: { delayMs: 1500 } }] as const

interface Ended extends Finished {
  signal: NodeJS.Signals | null
}

/** A run of the program in which `act` happens while its second write is under way. */
async function interrupted(trial: Trial, act: (child: ChildProcess) => Promise<void> | void): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...plainly(['--yes', '--no-wait'])], {
    env: bareEnvironment(trial.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => void (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (output.stderr += chunk.toString()))
  const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  await vi.waitFor(
    async () => {
      const [file] = await journalFiles(trial.journal)
      expect(file?.text.match(/"type":"intent"/g)).toHaveLength(2)
    },
    { timeout: 25_000, interval: 20 },
  )
  await sleep(300)
  await act(child)
  const end = await ended
  transcript.push(output.stdout, output.stderr)
  return { ...end, ...output }
}

const sends =
  (signal: NodeJS.Signals) =>
  (child: ChildProcess): void =>
    void child.kill(signal)

describe.concurrent('while a write is under way,', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    test(`${signal} lets it end and begins no other: ${code}`, async ({ open }) => {
      const trial = await open({ servers: SERVERS, quirks: SLOW })
      const found = await interrupted(trial, sends(signal))
      expect([found.code, writes(trial.sandbox)]).toEqual([code, 2])
      const [file] = await journalFiles(trial.journal)
      expect(file?.text).toContain(`"halted":"${signal}"`)
      expect((await trial.call(['--revert', '--yes', '--no-wait'])).code).toBe(0)
      expect(urls(trial.sandbox.rows())).toEqual(FIRST)
    })

  for (const signal of ['SIGQUIT', 'SIGUSR2', 'SIGABRT', 'SIGKILL'] as const)
    test(`${signal} ends the program at once, and the run can be taken back`, async ({ open }) => {
      const trial = await open({ servers: SERVERS, quirks: SLOW })
      const found = await interrupted(trial, sends(signal))
      expect(found.signal).toBe(signal)
      // The write in flight lands all the same.
      await vi.waitFor(() => expect(writes(trial.sandbox)).toBe(2), { timeout: 10_000 })
      expect((await trial.call(['--unfinished', 'revert', '--yes', '--no-wait'])).code).toBe(0)
      expect(urls(trial.sandbox.rows())).toEqual(FIRST)
      expect((await trial.call(['history', '--check'])).code).toBe(0)
    })

  test('SIGPIPE is no reason to end: exit 0', async ({ open }) => {
    const trial = await open({ servers: SERVERS, quirks: SLOW })
    const found = await interrupted(trial, sends('SIGPIPE'))
    expect([found.code, writes(trial.sandbox)]).toEqual([0, SERVERS.length])
  })

  test('SIGTSTP stops it, and SIGCONT lets it go on: exit 0', async ({ open }) => {
    const trial = await open({ servers: SERVERS, quirks: SLOW })
    const found = await interrupted(trial, async (child) => {
      child.kill('SIGTSTP')
      await sleep(2500)
      child.kill('SIGCONT')
    })
    expect([found.code, writes(trial.sandbox)]).toEqual([0, SERVERS.length])
  })

  test('the end of whoever reads its output is no reason to end: all is written', async ({ open }) => {
    const trial = await open({ servers: SERVERS, quirks: SLOW })
    await interrupted(trial, ({ stdout, stderr }) => {
      stdout?.destroy()
      stderr?.destroy()
    })
    expect(writes(trial.sandbox)).toBe(SERVERS.length)
    const [file] = await journalFiles(trial.journal)
    expect(file?.text).toContain('"type":"run-finished"')
  })
})

test('without standard input, output and error all is done as well, and nothing but the journal is written to', async ({
  open,
}) => {
  const trial = await open({ servers: SERVERS })
  const script = '"$@" <&- >&- 2>&-'
  const args = ['-c', script, 'sh', process.execPath, BIN, ...plainly(['--yes', '--no-wait'])]
  const code = await new Promise((resolve) => {
    spawn('sh', args, { env: bareEnvironment(trial.env), stdio: 'ignore' }).on('close', resolve)
  })
  expect([code, writes(trial.sandbox)]).toEqual([0, SERVERS.length])
  for (const { name } of await journalFiles(trial.journal))
    for (const line of (await readFile(`${trial.journal}/${name}`, 'utf8')).trimEnd().split('\n'))
      expect(() => JSON.parse(line) as unknown).not.toThrow()
  expect((await trial.call(['history', '--check'])).code).toBe(0)
})
