import { appendFileSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { forward } from '../../support/hostile.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  guideServer,
  newestFile,
  sentence,
  test,
  type Trial,
  urls,
  writes,
} from '../../support/trial.ts'
import { forge, moved, NEW, newestRun, NOW, OLD, SERVERS } from './forging.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const EVERYWHERE = ['--migration', 'localhost-8585-to-mcp-proxy-sse-everywhere']
const argsOf = (url: string): string[] => ['-y', `--url=${url}`]

/** Two servers with an address among their arguments. */
const BRIDGES: SandboxOptions = {
  servers: ['one', 'two'].map((name) =>
    guideServer(name, { url: null, transport: 'stdio', command: 'npx', args: argsOf(OLD) }),
  ),
}

const argsIn = ({ sandbox }: Trial): unknown[] => sandbox.rows().map(({ args }) => args)

describe.concurrent('the head of a run', () => {
  test('vouches for any revert, whole or by how it begins', async ({ open }) => {
    const trial = await moved(open)
    const { id, head } = await newestRun(trial)
    for (const wrong of ['0'.repeat(64), head.slice(1)]) {
      const { code, stderr } = await trial.call(['--revert', '--yes', ...NOW, '--expect-head', wrong])
      expect([code, sentence(stderr)]).toEqual([3, expect.stringContaining(`run ${id} has the head ${head}`)])
    }
    expect(writes(trial.sandbox)).toBe(1)
    await trial.setUp(['--revert', '--yes', ...NOW, '--expect-head', head.slice(0, 16).toUpperCase()])
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe(OLD)
  })

  test('goes with --revert or --unfinished, and is 16 digits or more', async ({ open }) => {
    const trial = await open(SERVERS)
    for (const args of [
      ['--yes', '--expect-head', 'a'.repeat(64)],
      ['--revert', '--expect-head', 'abc'],
      ['--revert', '--expect-head', 'x'.repeat(64)],
    ])
      expect((await trial.call(args)).code).toBe(64)
  })

  test('is needed where nobody is asked, for more than URLs, and stands in the printed command', async ({
    open,
  }) => {
    const trial = await open(BRIDGES)
    const { undo } = documentOf<{ undo: string }>(
      await trial.call(['--yes', '--json', ...EVERYWHERE, ...NOW]),
    )
    const { id, head } = await newestRun(trial)
    expect(undo).toContain(`--revert ${id} --expect-head ${head}`)
    const blind = await trial.call(['--revert', '--yes', '--json', ...NOW])
    expect([blind.code, documentOf(blind)]).toMatchObject([64, { code: 'consent-missing' }])
    expect((await trial.call(['--revert', '--dry-run', ...NOW])).code).toBe(0)
    await trial.setUp(['--revert', '--yes', ...NOW, '--expect-head', head])
    expect(argsIn(trial)).toEqual([argsOf(OLD), argsOf(OLD)])
  })

  test('that was printed while a run had no end is good when it has gone on, and has ended', async ({
    open,
  }) => {
    const trial = await open(BRIDGES)
    await trial.setUp(['--yes', ...EVERYWHERE, ...NOW])
    await forge(trial, () => {}, 3)
    trial.sandbox.edit('id-two', { args: argsOf(OLD) })
    const { id, head } = await newestRun(trial)
    const refused = await trial.call(['--yes', ...EVERYWHERE, ...NOW])
    const [finish, revert] = [
      `--unfinished finish --yes --expect-head ${head}`,
      `--revert ${id} --yes --expect-head ${head}`,
    ]
    for (const way of [finish, revert]) expect(sentence(refused.stderr)).toContain(way)
    await trial.setUp([...finish.split(' '), ...NOW])
    expect(argsIn(trial)).toEqual([argsOf(NEW), argsOf(NEW)])
    expect((await newestRun(trial)).head).not.toBe(head)
    await trial.setUp([...revert.split(' '), ...NOW])
    expect(argsIn(trial)).toEqual([argsOf(OLD), argsOf(OLD)])
  })

  test('does not vouch for settings that came to the journal after it', async ({ open }) => {
    for (const [settings, code] of [
      [undefined, 0],
      [{ token_url: 'http://evil.example/token' }, 3],
    ] as const) {
      const trial = await moved(open)
      const whole = await readFile(await newestFile(trial), 'utf8')
      await forge(trial, () => {}, 1)
      const { head } = await newestRun(trial)
      await writeFile(await newestFile(trial), whole)
      await forge(trial, (line) => {
        if (line.type === 'intent' && settings) line.settings = settings
        if (line.type === 'outcome') line.outcome = 'unknown'
      })
      const back = await trial.call(['--revert', '--yes', ...NOW, '--expect-head', head])
      expect([back.code, writes(trial.sandbox)]).toEqual([code, code === 0 ? 2 : 1])
    }
  })

  test('stands in the command that ends a run whose journal could not be written to its end', async ({
    open,
    serve,
  }) => {
    const trial = await open(BRIDGES)
    const pass = forward(trial.sandbox.url)
    const { url } = await serve((asked, answer) => {
      // Half a line of somebody else's, after the intent.
      if (asked.method === 'PUT')
        for (const name of readdirSync(trial.journal)) appendFileSync(join(trial.journal, name), '{')
      pass(asked, answer)
    })
    const cut = await trial.call(['--yes', ...EVERYWHERE, ...NOW, '--url', url])
    const { id, head } = await newestRun(trial)
    const finish = `--unfinished finish --yes --expect-head ${head}`
    expect([cut.code, sentence(cut.stdout)]).toEqual([4, expect.stringContaining(finish)])
    expect(sentence(cut.stdout)).toContain(`--revert ${id} --expect-head ${head}`)
    await trial.setUp([...finish.split(' '), ...NOW])
    expect(argsIn(trial)).toEqual([argsOf(NEW), argsOf(NEW)])
  })
})
