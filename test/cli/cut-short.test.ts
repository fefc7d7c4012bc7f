import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { watchForLeaks } from '../support/secrets.ts'
import { sentence, test, TWO, type Trial, urls } from './trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

/** The file of the newest run. */
async function newestFile({ journal }: Trial): Promise<string> {
  const names = (await readdir(journal)).filter((name) => name.endsWith('.jsonl')).toSorted()
  return join(journal, names.at(-1) ?? '')
}

/** Leaves of the newest run only its first lines, as a crash does. */
async function cutShort(trial: Trial, lines: number): Promise<void> {
  const file = await newestFile(trial)
  const text = await readFile(file, 'utf8')
  await writeFile(file, `${text.split('\n').slice(0, lines).join('\n')}\n`)
}

const idOf = (file: string): string => /([^/]+)\.jsonl$/.exec(file)?.[1] ?? ''

describe.concurrent('a run that was cut short:', () => {
  test('a migration without its last outcome is taken back as a whole', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const before = urls(trial.sandbox.rows())
    await trial.run(['--yes'])
    await cutShort(trial, 4)
    expect((await trial.run(['history'])).stdout).toContain('1 of 2 changed, 1 unknown, DID NOT END')
    expect((await trial.run(['--revert', '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(before)
  })

  test('a revert: which way to go is never guessed, exit 3, and both commands are named', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.run(['--yes'])
    const migration = idOf(await newestFile(trial))
    await trial.run(['--revert', '--yes'])
    const reversal = idOf(await newestFile(trial))
    await cutShort(trial, 3)
    const now = urls(trial.sandbox.rows())
    const { code, stderr } = await trial.run(['--revert', '--yes'])
    expect(code).toBe(3)
    expect(sentence(stderr)).toContain(`--revert ${migration}`)
    expect(sentence(stderr)).toContain(`--revert ${reversal}`)
    expect(urls(trial.sandbox.rows())).toEqual(now)
    expect((await trial.run(['--revert', migration, '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(now)
  })

  test('one that came to nothing does not hide the one before it', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const before = urls(trial.sandbox.rows())
    await trial.run(['--yes', '--only', 'fetch'])
    await trial.run(['--yes', '--only', 'n8n'])
    trial.sandbox.edit('id-n8n', { url: before['id-n8n'] })
    await cutShort(trial, 2)
    const { code, stdout } = await trial.run(['--revert', '--yes'])
    expect([code, sentence(stdout)]).toEqual([0, expect.stringContaining('1 of 1 server changed')])
    expect(urls(trial.sandbox.rows())).toEqual(before)
  })

  test('what else changed in a write of unknown end is told when it is taken back', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.run(['--yes', '--only', 'fetch'])
    await cutShort(trial, 2)
    trial.sandbox.edit('id-fetch', { mcp_access_groups: ['everybody'] })
    const { stdout } = await trial.run(['--revert', '--yes'])
    expect(sentence(stdout)).toContain(
      "fetch: mcp_access_groups: not as before that run's write, and not put back by this",
    )
  })
})

describe.concurrent('other runs:', () => {
  test('one that stays in force is named when another is taken back', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.run(['--yes', '--only', 'fetch'])
    const first = idOf(await newestFile(trial))
    await trial.run(['--yes', '--only', 'n8n'])
    expect(sentence((await trial.run(['--revert', '--dry-run'])).stdout)).toContain(
      `Run ${first} stays in force (1 server); --revert ${first} takes it back.`,
    )
  })

  test('a damaged one of the same beginning is not passed over', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.run(['--yes', '--only', 'fetch'])
    await trial.run(['--yes', '--only', 'n8n'])
    await writeFile(await newestFile(trial), 'x\ny\n')
    const { code, stderr } = await trial.run(['--revert', '2', '--yes'])
    expect([code, sentence(stderr)]).toEqual([1, expect.stringContaining('this is no record')])
  })
})

describe.concurrent('a secret that was typed in the wrong place is not repeated:', () => {
  for (const args of [
    ['--key=hunter2hunter2'],
    ['--key-file', 'sk-hunter2hunter2'],
    ['history', 'sk-hunter2hunter2'],
    ['sk-hunter2hunter2'],
  ]) {
    test(args.join(' ').replace(/hunter2/g, '…'), async ({ open }) => {
      const trial = await open({ servers: [] })
      const { code, stdout, stderr } = await trial.run([...args, '--json'])
      expect(code).not.toBe(0)
      expect(stdout + stderr).not.toContain('hunter2')
    })
  }
})
