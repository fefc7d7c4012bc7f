import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, sentence, test, type Trial } from '../../support/trial.ts'
import { begun, forge, NEW, newestRun, NOW, OLD } from './forging.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

describe.concurrent('a file that a journal names', () => {
  const CONFIG = 'mcp_servers:\n  fetch:\n    url: os.environ/FETCH_URL\n    transport: sse\n'
  const configured = { server_name: 'fetch', url: OLD, transport: 'sse', auth_type: null, alias: null }

  async function movedFile(open: (options: SandboxOptions) => Promise<Trial>) {
    const trial = await open({ servers: [], configServers: [configured] })
    const [config, env] = [join(trial.folder, 'config.yaml'), join(trial.folder, 'litellm.env')]
    await writeFile(config, CONFIG)
    await writeFile(env, `FETCH_URL=${OLD}\n`)
    const args = ['--litellm-config', config, '--litellm-env', env]
    const { undo } = documentOf<{ undo: string }>(await trial.call(['--yes', '--json', ...args, ...NOW]))
    const texts = () => Promise.all([config, env].map((path) => readFile(path, 'utf8')))
    return { trial, config, env, args, undo, texts }
  }

  test('is written only when it is named again, by whatever path', async ({ open }) => {
    const { trial, config, env, texts, undo } = await movedFile(open)
    const { head } = await newestRun(trial)
    const after = await texts()
    const vouched = ['--revert', '--yes', '--expect-head', head, ...NOW]
    for (const some of [
      [],
      ['--litellm-config', config],
      ['--litellm-config', env, '--litellm-env', config],
    ]) {
      const left = await trial.call([...vouched, ...some])
      expect([left.code, sentence(left.stdout)]).toEqual([
        1,
        expect.stringMatching(/file is written only when it is named again: add .*--litellm-env/),
      ])
      expect(await texts()).toEqual(after)
    }
    expect(undo).toContain(`--litellm-config ${config} --litellm-env ${env} --expect-head ${head}`)
    const link = join(trial.folder, 'link.env')
    await symlink(env, link)
    await trial.setUp([...vouched, '--litellm-config', config, '--litellm-env', link])
    expect(await texts()).toEqual([CONFIG, `FETCH_URL=${OLD}\n`])
  })

  test('is shown by a dry run as left alone, with the options', async ({ open }) => {
    const { trial, config, env } = await movedFile(open)
    const dry = await trial.call(['--revert', '--dry-run', '--json', ...NOW])
    expect([dry.code, documentOf(dry)]).toMatchObject([
      1,
      {
        skipped: [
          {
            code: 'file-not-named',
            message: expect.stringContaining(`--litellm-config ${config} --litellm-env ${env}`),
          },
        ],
      },
    ])
  })

  test('of somebody’s choice stays as it is, and is not even read', async ({ open }) => {
    const { trial, args, config } = await movedFile(open)
    const victim = join(trial.folder, 'victim.env')
    const other = join(trial.folder, 'other.yaml')
    await writeFile(victim, `FETCH_URL=${NEW}\n`)
    await writeFile(other, CONFIG)
    await forge(
      trial,
      begun((change) => {
        if (change.file) change.file = { path: victim, config: other, server: 'fetch', variable: 'FETCH_URL' }
        change.edits = [{ field: 'url', before: OLD, after: NEW }]
      }),
    )
    const { head } = await newestRun(trial)
    const { code } = await trial.call(['--revert', '--yes', '--expect-head', head, ...args, ...NOW])
    expect([code, await readFile(victim, 'utf8')]).toEqual([1, `FETCH_URL=${NEW}\n`])
    await rm(config)
    await forge(
      trial,
      begun((change) => {
        change.edits = [{ field: 'url', before: 'curl-evil', after: NEW }]
      }),
    )
    expect((await trial.call(['--revert', '--yes', ...NOW])).code).toBe(1)
  })

  for (const way of ['finish', 'revert'])
    test(`is named again where a run that was cut short is to ${way}`, async ({ open }) => {
      const { trial, args, texts } = await movedFile(open)
      await forge(trial, () => {}, 4)
      const after = await texts()
      const { head } = await newestRun(trial)
      const words = ['--unfinished', way, '--yes', '--expect-head', head, ...NOW]
      const { code, stderr } = await trial.call(words)
      expect([code, sentence(stderr)]).toEqual([3, expect.stringContaining(`Add ${args.join(' ')}`)])
      expect(await texts()).toEqual(after)
      const blind = await trial.call(['--unfinished', way, '--yes', ...args, ...NOW])
      expect([blind.code, sentence(blind.stderr)]).toEqual([
        64,
        expect.stringMatching(/--expect-head HASH .*did not finish has printed no head/),
      ])
      const refused = await trial.call(['--yes', ...NOW])
      expect(sentence(refused.stderr)).toContain(`${args.join(' ')} --expect-head ${head}`)
      await trial.setUp([...words, ...args])
    })
})
