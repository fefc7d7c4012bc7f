import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxRow, SandboxServer } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, inOrder, sentence, test, type Trial, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const SIX = `schema: mcp-url-migrate/migration/2
id: six-hosts
title: Six containers become one proxy
rules:
  - from: http://{service}:8000/sse
    where: { service: [fetch, git, time] }
    to: http://mcp-proxy-sse:8080/servers/{service}/sse
  - from: http://fs:8001/sse
    to: http://mcp-proxy-sse:8080/servers/filesystem/sse
examples:
  - before: http://fetch:8000/sse
    after: http://mcp-proxy-sse:8080/servers/fetch/sse
  - before: http://fs:8001/sse
    after: http://mcp-proxy-sse:8080/servers/filesystem/sse
  - before: http://litellm:8000/sse
    unchanged: true
`

/** A migration of one rule, with the examples that it needs. */
const one = (id: string, from: string, to: string, more = ''): string =>
  `schema: mcp-url-migrate/migration/2
id: ${id}
title: One rule
rules:
  - { from: '${from}', to: '${to}'${more} }
examples:
  - { before: '${from}', after: '${to}' }
  - { before: 'http://elsewhere.example:1', unchanged: true }
`

const SIX_HOSTS: readonly SandboxServer[] = [
  guideServer('fetch', { url: 'http://fetch:8000/sse', mcp_access_groups: ['dev'], description: 'a' }),
  guideServer('git', { url: 'http://git:8000/sse?session=1', static_headers: { a: 'b' } }),
  guideServer('time', { url: 'http://TIME:8000/sse' }),
  guideServer('filesystem', { url: 'http://fs:8001/sse', allow_all_keys: true }),
  guideServer('litellm', { url: 'http://litellm:8000/sse' }),
  guideServer('other', { url: 'http://fetch:8000/mcp' }),
]

async function put(trial: Trial, text: string, name = 'own.yaml'): Promise<string> {
  const path = join(trial.folder, name)
  await writeFile(path, text)
  return path
}

/** Rows without who wrote them when. */
const unstamped = (rows: readonly SandboxRow[]): unknown[] =>
  inOrder(rows.map(({ updated_at: _at, updated_by: _by, ...rest }) => rest))

interface Document {
  changes: {
    server: { name: string }
    edits: { field: string; before: string; after: string; rules: string[] | null }[]
  }[]
  notes: { code: string; message: string }[]
  summary: Record<string, number>
  migrations: { id: string }[]
}

describe.concurrent('a file of several rules', () => {
  for (const version of ['1.77.7', '1.81.14', '1.106.2'])
    test(`moves six hosts to one and back, and nothing else of them: ${version}`, async ({ open }) => {
      const trial = await open({ version, servers: SIX_HOSTS })
      const args = ['--migration', await put(trial, SIX)]
      const before = unstamped(trial.sandbox.rows())
      const plan = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
      const proxy = 'http://mcp-proxy-sse:8080/servers'
      expect(
        inOrder(plan.changes.map(({ server, edits }) => [server.name, edits[0]?.after, edits[0]?.rules])),
      ).toEqual([
        ['fetch', `${proxy}/fetch/sse`, ['six-hosts#1']],
        ['filesystem', `${proxy}/filesystem/sse`, ['six-hosts#2']],
        ['git', `${proxy}/git/sse?session=***`, ['six-hosts#1']],
        ['time', `${proxy}/time/sse`, ['six-hosts#1']],
      ])
      await trial.setUp(['--yes', '--no-wait', ...args])
      const moved = Object.fromEntries(
        plan.changes.map(({ server, edits }) => [server.name, edits[0]?.after]),
      )
      const after = trial.sandbox.rows().map(({ url, ...rest }) => ({
        ...rest,
        url: moved[String(rest['server_name'])]?.replace('***', '1') ?? url,
      }))
      expect(unstamped(trial.sandbox.rows())).toEqual(unstamped(after as SandboxRow[]))
      expect(unstamped(trial.sandbox.rows())).not.toEqual(before)
      const again = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
      expect(again.changes).toEqual([])
      await trial.setUp(['--revert', '--yes', '--no-wait'])
      expect(unstamped(trial.sandbox.rows())).toEqual(before)
    })

  test('and several files: the first rule that matches wins, each server is written once, status tells by rule', async ({
    open,
  }) => {
    const trial = await open({ servers: SIX_HOSTS })
    const first = await put(trial, one('first', 'http://fetch:8000/sse', 'http://new:1/x'), 'first.yaml')
    const second = await put(trial, SIX)
    const third = await put(
      trial,
      one('third', 'http://git:8000', 'http://git:9000', ', fields: [description, static_headers.a]').replace(
        "{ before: 'http://git:8000',",
        "{ field: description, before: 'http://git:8000',",
      ),
      'third.yaml',
    )
    trial.sandbox.edit('id-git', { description: 'see http://git:8000/docs' })
    const args = ['--migration', first, '--migration', second, '--migration', third]
    const status = documentOf<{ servers: { server: { name: string }; rules: string[] }[] }>(
      await trial.call(['status', '--json', ...args]),
    )
    expect(Object.fromEntries(status.servers.map(({ server, rules }) => [server.name, rules]))).toMatchObject(
      {
        fetch: ['first'],
        git: ['six-hosts#1', 'third'],
        time: ['six-hosts#1'],
        litellm: [],
      },
    )
    const { stdout: shown } = await trial.call(['status', ...args])
    expect(shown).toMatch(/to migrate .*\n +first: 1\n +six-hosts#1: 2\n +six-hosts#2: 1\n +third: 1\n/)
    const { code, stdout } = await trial.call(['--yes', '--no-wait', ...args])
    expect([code, writes(trial.sandbox)]).toEqual([0, 4])
    expect(stdout).toMatch(/\n {2}by first\n +fetch /)
    expect(stdout).toContain('\n  url by six-hosts#1; description by third\n')
    // An id names nothing but what ships.
    expect(stdout).toContain(`--migration ${first} --migration ${second} --migration ${third}`)
    expect(stdout).not.toMatch(/--migration six-hosts/)
    const rows = new Map(trial.sandbox.rows().map((row) => [row['server_name'], row]))
    expect(rows.get('fetch')?.['url']).toBe('http://new:1/x')
    expect(rows.get('git')).toMatchObject({
      url: 'http://mcp-proxy-sse:8080/servers/git/sse?session=1',
      description: 'see http://git:9000/docs',
    })
  })

  test('that has changed under its id since is pointed out', async ({ open }) => {
    const trial = await open({ servers: SIX_HOSTS })
    const path = await put(trial, SIX)
    await trial.setUp(['--yes', '--no-wait', '--only', 'fetch', '--migration', path])
    const same = documentOf<Document>(await trial.call(['--dry-run', '--json', '--migration', path]))
    expect(same.notes.filter(({ code }) => code === 'rule-changed')).toEqual([])
    await put(trial, SIX.replace('Six containers', 'Seven containers'))
    const plan = documentOf<Document>(await trial.call(['--dry-run', '--json', '--migration', path]))
    expect(plan.notes).toContainEqual(
      expect.objectContaining({ code: 'rule-changed', message: expect.stringContaining('six-hosts') }),
    )
  })

  test('two of whose servers would end at one URL: that is a note', async ({ open }) => {
    const trial = await open({
      servers: [...SIX_HOSTS, guideServer('again', { url: 'http://mcp-proxy-sse:8080/servers/fetch/sse' })],
    })
    const plan = documentOf<Document>(
      await trial.call(['--dry-run', '--json', '--migration', await put(trial, SIX)]),
    )
    const notes = plan.notes.filter(({ code }) => code === 'same-url')
    expect(notes.map(({ message }) => message).join()).toContain('again')
    expect(plan.summary).toMatchObject({ changes: 4 })
  })
})

const PROXY = 'http://mcp-proxy-sse:8080/servers'
const STREAMABLE = ['--migration', 'sse-to-streamable-http']

describe.concurrent('the transport', () => {
  for (const version of ['1.77.7', '1.81.14', '1.87.5', '1.92.2', '1.106.2'])
    test(`changes with the URL in one write, and back: ${version}`, async ({ open }) => {
      const servers = ['fetch', 'n8n'].map((name) =>
        guideServer(name, { url: `${PROXY}/${name}/sse`, transport: 'sse', mcp_access_groups: ['dev'] }),
      )
      const http = guideServer('http', { url: `${PROXY}/http/mcp`, transport: 'http' })
      const trial = await open({ version, servers: [...servers, http] })
      const before = unstamped(trial.sandbox.rows())
      const shown = await trial.call(['--dry-run', ...STREAMABLE])
      expect(shown.stdout).toContain('sse → http')
      expect(sentence(shown.stdout)).toContain('2 to change, each in url and transport alone')
      await trial.setUp(['--yes', '--no-wait', ...STREAMABLE])
      expect(writes(trial.sandbox)).toBe(2)
      const wanted = before.map((row) => {
        const { url, transport, ...rest } = row as Record<string, string>
        return transport === 'sse'
          ? { ...rest, url: url?.replace(/sse$/, 'mcp'), transport: 'http' }
          : { ...rest, url, transport }
      })
      expect(unstamped(trial.sandbox.rows())).toEqual(inOrder(wanted))
      await trial.setUp(['--revert', '--yes', '--no-wait'])
      expect(unstamped(trial.sandbox.rows())).toEqual(before)
    })

  test('stands in the patch of a server that a file defines which nobody gave', async ({ open }) => {
    const trial = await open({
      servers: [],
      configServers: [{ server_name: 'fetch', url: `${PROXY}/fetch/sse`, transport: 'sse' }],
    })
    const { stdout } = await trial.call(['--dry-run', ...STREAMABLE])
    expect(stdout).toMatch(/\+ +url: http:\S+\/fetch\/mcp\n *\+ +transport: http\n/)
    expect(stdout).not.toContain('holds the old address')
  })

  test('is told to change for some, where it does not for all', async ({ open }) => {
    const trial = await open({
      servers: [
        guideServer('fetch', { url: `${PROXY}/fetch/sse`, transport: 'sse' }),
        guideServer('n8n', { url: 'http://localhost:8585/x' }),
      ],
    })
    const both = ['--migration', 'localhost-8585-to-mcp-proxy-sse', ...STREAMABLE]
    const { stdout } = await trial.call(['--dry-run', ...both])
    expect(sentence(stdout)).toContain('2 to change, each in url, some in transport, alone')
    await trial.setUp(['--yes', '--no-wait', ...both])
    const { stdout: status } = await trial.call(['status', '--from', 'http://a', '--to', 'http://b'])
    expect(sentence(status)).toMatch(/All 2 are at http:\/\/mcp-proxy-sse:8080, by run/)
  })

  test('is tried beforehand in the new one, and a server that does not speak it waits', async ({ open }) => {
    const url = `${PROXY}/fetch/sse`
    const trial = await open({
      servers: [guideServer('fetch', { url, transport: 'sse' })],
      faults: { [`${PROXY}/fetch/mcp`]: 'refused' },
    })
    const { code, stdout } = await trial.call(['--yes', '--no-wait', ...STREAMABLE], { preflight: true })
    expect([code, writes(trial.sandbox)]).toEqual([1, 0])
    expect(sentence(stdout)).toContain('--accept unreachable')
  })

  test('that somebody changed after the run keeps the revert from its server', async ({ open }) => {
    const trial = await open({
      servers: ['fetch', 'n8n'].map((name) =>
        guideServer(name, { url: `${PROXY}/${name}/sse`, transport: 'sse' }),
      ),
    })
    await trial.setUp(['--yes', '--no-wait', ...STREAMABLE])
    trial.sandbox.edit('id-fetch', { transport: 'sse' })
    const { code, stdout } = await trial.call(['--revert', '--yes', '--no-wait'])
    expect([code, sentence(stdout)]).toEqual([4, expect.stringMatching(/fetch.*transport/)])
    const rows = Object.fromEntries(trial.sandbox.rows().map((row) => [row['server_name'], row['url']]))
    expect(rows).toEqual({ fetch: `${PROXY}/fetch/mcp`, n8n: `${PROXY}/n8n/sse` })
  })
})

/** So many servers, of which the first are at an address of their own. */
const fleet = (n: number, old: number): SandboxServer[] =>
  Array.from({ length: n }, (_, i) =>
    guideServer(`s${String(i).padStart(2, '0')}`, { url: `http://${i < old ? 'old' : 'other'}:1/s${i}` }),
  )

const OWN = one('own', 'http://old:1', 'http://new:2')

describe.concurrent('a file of somebody who uses it for the first time on a gateway', () => {
  const cases: readonly (readonly [what: string, n: number, old: number, args: string[], code: number])[] = [
    ['is asked about where it is to change more than three of ten', 12, 4, [], 64],
    ['not with their number', 12, 4, ['--allow', '4'], 0],
    ['but with a smaller one', 12, 4, ['--allow', '3'], 64],
    ['not with a greater one', 12, 4, ['--allow', '5'], 0],
    ['not where they are fewer', 14, 4, [], 0],
    ['nor where the gateway has few', 9, 9, [], 0],
  ]
  for (const [what, n, old, args, code] of cases)
    test(what, async ({ open }) => {
      const trial = await open({ servers: fleet(n, old) })
      const path = await put(trial, OWN)
      const done = await trial.call(['--yes', '--no-wait', '--migration', path, ...args])
      expect([done.code, writes(trial.sandbox)]).toEqual([code, code === 0 ? old : 0])
      if (code !== 0)
        expect(sentence(done.stdout + done.stderr)).toContain(`would change ${old} of ${n} servers`)
      if (code !== 0) expect(sentence(done.stdout + done.stderr)).toContain('--allow 4')
    })

  test('is not asked again, until it is changed', async ({ open }) => {
    const trial = await open({ servers: fleet(12, 6) })
    const path = await put(trial, OWN)
    await trial.setUp(['--yes', '--no-wait', '--only', 's00,s01', '--migration', path])
    await trial.setUp(['--yes', '--no-wait', '--migration', path])
    await trial.setUp(['--revert', '--yes', '--no-wait'])
    await put(trial, `${OWN}# other\n`)
    expect((await trial.call(['--yes', '--no-wait', '--migration', path])).code).toBe(64)
  })

  test('what ships, and --from with --to, is not asked about', async ({ open }) => {
    const servers = Array.from({ length: 12 }, (_, i) => guideServer(`s${i}`))
    const trial = await open({ servers })
    await trial.setUp(['--yes', '--no-wait'])
    const from = ['--from', 'http://mcp-proxy-sse:8080', '--to', 'http://new:1']
    await trial.setUp(['--yes', '--no-wait', ...from])
    expect(writes(trial.sandbox)).toBe(24)
  })
})
