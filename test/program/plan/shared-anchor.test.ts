import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxServer } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  configured,
  documentOf,
  newestFile,
  sentence,
  test,
  type Trial,
  vouching,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers/fetch/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/fetch/sse'

/** One of those that have their URL from one place. */
const sharing = (name: string): SandboxServer => configured(name, { url: OLD })

interface Document {
  changes: {
    server: { id: string; name: string }
    outcome?: string
    edits: { field: string }[]
    effects: { code: string; message: string }[]
  }[]
  skipped: { server: { name: string }; message: string }[]
  summary: Record<string, number>
}

/** Ways in which one text of a file is the URL of `fetch` and `again`. */
const MERGED = `mcp_servers:
  fetch: &fetch # the first
    transport: sse
    url: ${OLD}
  again:
    <<: *fetch
    description: the same place
`
const ALIASED = `mcp_servers:
  fetch:
    url: &place "${OLD}" # one place
    transport: sse
  again: {transport: sse, url: *place}
`
const TEMPLATE = `x-common: &common
  transport: sse
  url: ${OLD}
mcp_servers:
  fetch:
    <<: *common
  again:
    <<: *common
`

async function put(trial: Trial, text: string): Promise<{ path: string; args: string[] }> {
  const path = join(trial.folder, 'config.yaml')
  await writeFile(path, text)
  return { path, args: ['--litellm-config', path] }
}

const two = (version: string) => ({
  version,
  servers: [],
  configServers: ['fetch', 'again'].map(sharing),
})

describe.concurrent('one URL in a config.yaml that several servers have', () => {
  for (const [what, text] of Object.entries({ MERGED, ALIASED, TEMPLATE }))
    for (const version of ['1.77.7', '1.81.14', '1.106.2'])
      test(`moves once, with all of them, and back: ${what} on ${version}`, async ({ open }) => {
        const trial = await open(two(version))
        const { path, args } = await put(trial, text)
        const pins = version === '1.106.2'
        const accept = pins ? [] : ['--accept', 'grants']
        const done = await trial.call(['--yes', '--json', ...args, ...accept])
        const document = documentOf<Document>(done)
        expect([done.code, document.summary['applied']]).toEqual([0, 2])
        const moved = await readFile(path, 'utf8')
        expect(moved.replaceAll(/^ +server_id: [\da-f]{32}\n|server_id: [\da-f]{32}, /gm, '')).toBe(
          text.replace(OLD, NEW),
        )
        expect(moved.match(/server_id/g)?.length ?? 0).toBe(pins ? 2 : 0)
        expect((await trial.call(await vouching(trial, ['--revert', '--yes', ...accept]))).code).toBe(0)
        expect(await readFile(path, 'utf8')).toBe(text)
        expect((await trial.call(await vouching(trial, ['--revert', '--yes', ...accept]))).code).toBe(0)
        expect(await readFile(path, 'utf8')).toBe(moved)
      })

  test('is shown with the names of the others, and each keeps its own id', async ({ open }) => {
    const trial = await open(two('1.106.2'))
    const { path, args } = await put(trial, MERGED)
    const { changes } = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
    expect(changes.map(({ server, edits }) => [server.name, ...edits.map(({ field }) => field)])).toEqual([
      ['again', 'server_id'],
      ['fetch', 'server_id'],
      ['fetch', 'url'],
    ])
    expect(changes[2]?.effects.map(({ code, message }) => [code, message])).toContainEqual([
      'shared-url',
      'again has its URL from this place of the file, too',
    ])
    await trial.setUp(['--yes', ...args])
    const [again, fetch] = changes.map(({ server }) => server.id)
    expect(await readFile(path, 'utf8')).toBe(
      MERGED.replace('    url', `    server_id: ${fetch}\n    url`)
        .replace('    <<', `    server_id: ${again}\n    <<`)
        .replace(OLD, NEW),
    )
  })

  test('tells on a release without pins what becomes of every id', async ({ open }) => {
    const trial = await open(two('1.81.14'))
    const { args } = await put(trial, ALIASED)
    const { changes } = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
    const told = changes.flatMap(({ effects }) => effects.map(({ message }) => message)).join('\n')
    expect(told).toMatch(/^its id becomes [\da-f]{32}/m)
    expect(told).toMatch(/^the id of again becomes [\da-f]{32}/m)
  })

  test('counts as the servers that have it', async ({ open }) => {
    const trial = await open(two('1.81.14'))
    const { args } = await put(trial, ALIASED)
    const shown = sentence((await trial.call(['--dry-run', ...args, '--accept', 'grants'])).stdout)
    expect(shown).toContain('2 to change; all can be taken back.')
    const done = sentence((await trial.call(['--yes', ...args, '--accept', 'grants'])).stdout)
    expect(done).toContain('2 of 2 servers changed.')
    expect((await trial.call(['history'])).stdout).toContain('2 of 2 changed')
    const back = sentence(
      (await trial.call(await vouching(trial, ['--revert', '--yes', '--accept', 'grants']))).stdout,
    )
    expect(back).toMatch(
      /Taking back run .*: 2 servers .* 2 to take back, each in url alone\.|Taking back run .*: 2 servers .* 2 to take back\./,
    )
    expect(back).toContain('2 of 2 servers taken back.')
  })

  test('stays where one of them is not selected, and says which', async ({ open }) => {
    const trial = await open(two('1.106.2'))
    const { path, args } = await put(trial, MERGED)
    const { code, stdout } = await trial.call(['--yes', '--only', 'fetch', ...args])
    expect([code, await readFile(path, 'utf8')]).toEqual([1, MERGED])
    expect(sentence(stdout)).toContain('is the URL of again, too, which is not selected')
  })

  test('stays where something else of LiteLLM has it', async ({ open }) => {
    const trial = await open(two('1.106.2'))
    const text = `${ALIASED}litellm_settings:\n  callback: *place\n`
    const { path, args } = await put(trial, text)
    const { code, stdout } = await trial.call(['--yes', ...args])
    expect([code, await readFile(path, 'utf8')]).toEqual([1, text])
    expect(sentence(stdout)).toContain('another place of the file refers to it')
  })

  test('does not go back under a server that came to it later', async ({ open }) => {
    const trial = await open(two('1.106.2'))
    const { path, args } = await put(trial, ALIASED)
    await trial.setUp(['--yes', ...args])
    const later = `${await readFile(path, 'utf8')}  third: {transport: sse, url: *place}\n`
    await writeFile(path, later)
    const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes']))
    expect([code, await readFile(path, 'utf8')]).toEqual([1, later])
    expect(sentence(stdout)).toContain('its URL is by now that of third, too')
  })

  test('goes back where one of them has left the place since', async ({ open }) => {
    const trial = await open(two('1.106.2'))
    const { path, args } = await put(trial, ALIASED)
    await trial.setUp(['--yes', ...args])
    const later = (await readFile(path, 'utf8')).replace('url: *place', 'url: https://own.example/sse')
    await writeFile(path, later)
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    expect(await readFile(path, 'utf8')).toBe(ALIASED.replace('*place', 'https://own.example/sse'))
  })

  test('goes back together or not at all', async ({ open }) => {
    const trial = await open(two('1.106.2'))
    const { path, args } = await put(trial, MERGED)
    await trial.setUp(['--yes', ...args])
    const moved = await readFile(path, 'utf8')
    const alone = await trial.call(await vouching(trial, ['--revert', '--yes', '--only', 'again']))
    expect([alone.code, await readFile(path, 'utf8')]).toEqual([1, moved])
    expect(sentence(alone.stdout)).toContain('goes back only together with fetch')
  })

  for (const way of ['finish', 'revert'])
    test(`a run cut short between pin and URL: --unfinished ${way}`, async ({ open }) => {
      const trial = await open(two('1.106.2'))
      const { path, args } = await put(trial, MERGED)
      await trial.setUp(['--yes', ...args])
      const moved = await readFile(path, 'utf8')
      const file = await newestFile(trial)
      // As its process died right after the second pin.
      await writeFile(path, moved.replace(NEW, OLD))
      // The start, the first pin, and the intent for the second.
      await writeFile(file, `${(await readFile(file, 'utf8')).split('\n').slice(0, 4).join('\n')}\n`)
      expect((await trial.call(await vouching(trial, ['--unfinished', way, '--yes']))).code).toBe(0)
      expect(await readFile(path, 'utf8')).toBe(way === 'finish' ? moved : MERGED)
    })
})

/** Entries of which one takes from the other what it has not itself. */
const MERGING = (first: string, second: string): string =>
  `mcp_servers:
  ${first}: &base
    transport: sse
    url: http://localhost:8585/servers/${first}/sse
  ${second}:
    <<: *base
    url: http://localhost:8585/servers/${second}/sse
`

describe.concurrent('servers of which one merges the other, each with a URL of its own', () => {
  for (const [first, second] of [
    ['fetch', 'again'],
    ['again', 'fetch'],
  ] as const) {
    const configServers = [first, second].map((name) => ({
      ...sharing(name),
      url: `http://localhost:8585/servers/${name}/sse`,
    }))

    test(`move and go back: ${second} merges ${first}`, async ({ open }) => {
      const trial = await open({ servers: [], configServers })
      const { path, args } = await put(trial, MERGING(first, second))
      await trial.setUp(['--yes', ...args])
      const moved = await readFile(path, 'utf8')
      expect(moved.match(/server_id/g)).toHaveLength(2)
      await trial.setUp(await vouching(trial, ['--revert', '--yes']))
      expect(await readFile(path, 'utf8')).toBe(MERGING(first, second))
      await trial.setUp(await vouching(trial, ['--revert', '--yes']))
      expect(await readFile(path, 'utf8')).toBe(moved)
    })

    test(`are taken back after a crash: ${second} merges ${first}`, async ({ open }) => {
      const trial = await open({ servers: [], configServers })
      const { path, args } = await put(trial, MERGING(first, second))
      await trial.setUp(['--yes', ...args])
      const file = await newestFile(trial)
      const lines = (await readFile(file, 'utf8')).split('\n')
      // As its process died after the second write.
      await writeFile(file, `${lines.slice(0, 4).join('\n')}\n`)
      await trial.setUp(await vouching(trial, ['--unfinished', 'revert', '--yes']))
      expect(await readFile(path, 'utf8')).toBe(MERGING(first, second))
    })
  }
})

describe.concurrent('one text that a release of PyYAML may see in more places', () => {
  const DISPUTED = `x-a: &a {transport: sse, url: http://localhost:8585/servers/a/sse}
x-b: &b {transport: sse, url: ${OLD}}
mcp_servers:
  again: {<<: [*a , *b ]}
  fetch: {<<: *b }
`

  test('stays for all of them', async ({ open }) => {
    const trial = await open(two('1.106.2'))
    const { path, args } = await put(trial, DISPUTED)
    const { code, stdout } = await trial.call(['--yes', ...args])
    expect([code, await readFile(path, 'utf8')]).toEqual([1, DISPUTED])
    const shown = sentence(stdout)
    expect(shown).toContain('which of its merged values counts depends on the release of PyYAML')
    expect(shown).toContain('fetch [config-defined]: its URL cannot be changed')
  })

  test('and is the URL of hundreds of servers where one template makes it so', async ({ open }) => {
    const names = Array.from({ length: 400 }, (_, i) => `s${i}`)
    const trial = await open({ servers: [], configServers: names.map(sharing) })
    const entries = names.map((name) => `  ${name}: {<<: *u }\n`).join('')
    const { args } = await put(trial, `x-u: &u {transport: sse, url: ${OLD}}\nmcp_servers:\n${entries}`)
    const { summary, skipped } = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
    expect([summary['changes'], skipped]).toEqual([400, []])
  })
})
