import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, sentence, test, type Trial, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers/fetch/sse'
const RELEASES = ['1.77.7', '1.81.14', '1.96.2', '1.102.4', '1.106.2'] as const

interface Document {
  changes: unknown[]
  skipped: {
    server: { name: string; source: string }
    matched: boolean
    code: string
    message: string
    patch: unknown
  }[]
  notes: { code: string; message: string; server: { name: string; source: string } | null }[]
}

/** Writes the file and the variables of a LiteLLM that was started without the variable. */
async function files(trial: Trial, value: string): Promise<{ config: string; env: string }> {
  const [config, env] = [join(trial.folder, 'config.yaml'), join(trial.folder, 'litellm.env')]
  await writeFile(config, 'mcp_servers:\n  fetch:\n    transport: sse\n    url: os.environ/FETCH_URL\n')
  await writeFile(env, `FETCH_URL=${value}\n`)
  return { config, env }
}

const LISTED_EMPTY = [{ server_name: 'fetch', url: '', transport: 'sse' }]

describe.concurrent('an empty URL is none:', () => {
  test('programs and rows without one are not concerned, whichever migration', async ({ open }) => {
    const servers = [
      guideServer('program', { url: '', transport: 'stdio', command: 'npx', args: ['x'] }),
      guideServer('empty', { url: '', spec_path: '' }),
      guideServer('blank', { url: ' \t' }),
      guideServer('nothing', { url: null }),
    ]
    const configServers = [{ server_name: 'in_file', url: '', transport: 'stdio', command: 'npx' }]
    for (const version of RELEASES) {
      const trial = await open({ version, servers, configServers })
      for (const more of [
        [],
        ['--migration', 'localhost-8585-to-mcp-proxy-sse-everywhere'],
        ['--thorough'],
      ]) {
        const { code, stdout } = await trial.call(['--dry-run', '--json', ...more])
        const { skipped, notes, changes } = JSON.parse(stdout) as Document
        expect([version, more, code, changes, skipped, notes.filter((each) => each.server)]).toEqual([
          version,
          more,
          0,
          [],
          [],
          [],
        ])
      }
      const { stdout } = await trial.call(['status'])
      expect(sentence(stdout)).toContain('5 servers: 5 not concerned')
    }
  })

  for (const version of RELEASES)
    test(`of config.yaml on ${version} it is probably an unset variable: a note, exit 0`, async ({
      open,
    }) => {
      const trial = await open({ version, servers: [], configServers: LISTED_EMPTY })
      const { code, stdout } = await trial.call(['--dry-run', '--json'])
      const { skipped, notes } = JSON.parse(stdout) as Document
      expect([code, skipped, notes.filter((each) => each.server)]).toEqual([
        0,
        [],
        [
          expect.objectContaining({
            code: 'empty-url',
            server: expect.objectContaining({ name: 'fetch', source: 'config' }),
            message:
              'LiteLLM lists it with an empty URL: it was probably started without the variable from which the entry in config.yaml takes it',
          }),
        ],
      ])
      expect(sentence((await trial.call(['status'])).stdout)).toContain(
        '! fetch: LiteLLM lists it with an empty URL',
      )
    })

  for (const version of RELEASES)
    test(`with the file on ${version} the variable is named; left alone where its value would match`, async ({
      open,
    }) => {
      const trial = await open({ version, servers: [], configServers: LISTED_EMPTY })
      const told =
        /^LiteLLM was started without the variable FETCH_URL, or with it empty, .*config\.yaml takes the URL from there/
      for (const [value, given] of [
        ['', []],
        ['', ['--litellm-env']],
        ['https://mcp.example.com/sse', ['--litellm-env']],
        ['http://mcp-proxy-sse:8080/servers/fetch/sse', ['--litellm-env']],
      ] as const) {
        const { config, env } = await files(trial, value)
        const args = ['--litellm-config', config, ...given.flatMap((option) => [option, env])]
        const { code, stdout } = await trial.call(['--dry-run', '--json', ...args])
        const { skipped, notes } = JSON.parse(stdout) as Document
        expect([code, skipped]).toEqual([0, []])
        expect(notes.find((note) => note.code === 'empty-url')?.message).toMatch(told)
      }
      const { config, env } = await files(trial, OLD)
      const accept = ['--accept', 'grants']
      const args = ['--yes', '--json', '--litellm-config', config, '--litellm-env', env, ...accept]
      const finished = await trial.call(args)
      const { skipped, notes } = documentOf<Document>(finished)
      expect([finished.code, skipped.map(({ matched, code, patch }) => [matched, code, patch])]).toEqual([
        1,
        [[true, 'config-defined', null]],
      ])
      expect(skipped[0]?.message).toMatch(told)
      expect(notes.filter(({ code }) => code === 'empty-url')).toEqual([])
      expect(await readFile(env, 'utf8')).toBe(`FETCH_URL=${OLD}\n`)
    })

  test('a server that was moved and has none now fails verify, in words', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch'), guideServer('n8n')] })
    await trial.setUp(['--yes', '--no-wait'])
    trial.sandbox.edit('id-fetch', { url: '' })
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe('')
    const { code, stdout } = await trial.call(['verify', '--check', 'reachable', '--json'])
    const { checks } = JSON.parse(stdout) as { checks: { id: string; outcome: string; evidence: string[] }[] }
    const reachable = checks.find(({ id }) => id === 'reachable')
    expect([code, reachable?.outcome]).toEqual([5, 'fail'])
    expect(reachable?.evidence.join('\n')).toMatch(
      /fetch: moved by run \S+, and listed with an empty URL now/,
    )
    expect(writes(trial.sandbox)).toBe(2)
  })
})
