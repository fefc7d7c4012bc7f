import { readFile } from 'node:fs/promises'
import { describe, expect, vi } from 'vitest'
import type { SandboxServer } from '../../../src/sandbox/index.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { rowOf } from '../run/oauth-servers.ts'
import {
  documentOf,
  guideServer,
  newestFile,
  sentence,
  test,
  type Trial,
  vouching,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const EVERYWHERE = ['--migration', 'localhost-8585-to-mcp-proxy-sse-everywhere']
const OLD = 'http://localhost:8585'
const NEW = 'http://mcp-proxy-sse:8080'
const PASSWORD = secret('geheim-kopf-7')

/** No URL: it is reached through its arguments. */
const BRIDGE: SandboxServer = {
  server_id: 'id-bridge',
  server_name: 'bridge',
  alias: 'bridge',
  transport: 'stdio',
  command: 'npx',
  args: ['mcp-remote', `--url=${OLD}/a`],
  env: { 'A.B': `${OLD}/env`, KEEP: PASSWORD },
}
/** Its URL and much else. */
const RICH = guideServer('rich', {
  transport: 'http',
  description: `Served from ${OLD}; formerly localhost:8585`,
  static_headers: { 'X-Origin': OLD, Authorization: PASSWORD },
  mcp_info: { docs: { url: `${OLD}/docs` }, own: 1 },
  mcp_access_groups: ['dev'],
  allow_all_keys: true,
})
const PLAIN = guideServer('plain')

interface Document {
  changes: {
    server: { name: string }
    outcome: string
    edits: { field: string; after: string }[]
    drift: { field: string }[]
  }[]
  skipped: { server: { name: string }; code: string; message: string }[]
  notes: { code: string; field: string | null; server: { name: string } | null; message: string }[]
}

const rows = ({ sandbox }: Trial) =>
  Object.fromEntries(
    sandbox.rows().map(({ server_name: name }) => [String(name), rowOf(sandbox.rows(), String(name))]),
  )

/** A row with the address moved in all that the migration names. */
const moved = (row: unknown): unknown => JSON.parse(JSON.stringify(row).replaceAll(OLD, NEW))

describe.concurrent('a migration that names more fields than the URL', () => {
  for (const version of ['1.77.1', '1.77.7', '1.90.7', '1.106.2']) {
    test(`moves each place, nothing else, and takes it back to the byte: ${version}`, async ({ open }) => {
      const servers = version === '1.106.2' ? [RICH, PLAIN] : [BRIDGE, RICH, PLAIN]
      const trial = await open({ version, servers })
      const before = rows(trial)
      await trial.setUp(['--yes', '--no-wait', ...EVERYWHERE])
      expect(rows(trial)).toEqual(moved(before))
      const again = documentOf<Document>(await trial.call(['--dry-run', '--json', ...EVERYWHERE]))
      expect([again.changes, again.skipped]).toEqual([[], []])
      await trial.setUp(await vouching(trial, ['--revert', '--yes', '--no-wait']))
      expect(rows(trial)).toEqual(before)
    })
  }

  test('moves a bridge by its arguments where a write needs no transport', async ({ open }) => {
    const trial = await open({ servers: [BRIDGE] })
    await trial.setUp(['--yes', '--no-wait', ...EVERYWHERE])
    expect(trial.sandbox.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body)).toEqual([
      {
        server_id: 'id-bridge',
        args: ['mcp-remote', `--url=${NEW}/a`],
        env: { 'A.B': `${NEW}/env`, KEEP: PASSWORD },
      },
    ])
  })

  test('shows each place by its path, hides what stands round it, and tells what stays', async ({ open }) => {
    const trial = await open({ version: '1.81.14', servers: [BRIDGE, RICH] })
    const { code, stdout } = await trial.call(['--dry-run', '--no-color', ...EVERYWHERE])
    expect(code).toBe(0)
    expect(stdout).toContain(`-args[1]: --url=${OLD}/a\n`)
    expect(stdout).toContain(`+env["A.B"]: ${NEW}/env\n`)
    expect(stdout).toContain(`+static_headers.X-Origin: ${NEW}\n`)
    expect(sentence(stdout)).toContain('rich, field description: holds the old address')
    const { changes, notes } = documentOf<Document>(await trial.call(['--dry-run', '--json', ...EVERYWHERE]))
    expect(changes.map(({ edits }) => edits.map(({ field }) => field))).toEqual([
      ['args[1]', 'env["A.B"]'],
      ['url', 'description', 'mcp_info.docs.url', 'static_headers.X-Origin'],
    ])
    expect(notes).toMatchObject([{ code: 'old-address', field: 'description', server: { name: 'rich' } }])
  })

  test('leaves a server alone whose field somebody changed beside the place', async ({ open }) => {
    const trial = await open({
      version: '1.106.2',
      servers: [RICH, PLAIN],
      quirks: [
        {
          on: { method: 'GET', path: '/v1/mcp/server/id-rich', nth: 1 },
          do: { edits: { server: 'rich', fields: { static_headers: { 'X-Origin': OLD, 'X-Mine': '1' } } } },
        },
      ],
    })
    const finished = await trial.call(['--yes', '--json', '--no-wait', ...EVERYWHERE])
    const { changes } = documentOf<Document>(finished)
    expect(finished.code).toBe(4)
    expect(
      changes.map(({ server, outcome, drift }) => [server.name, outcome, drift.map(({ field }) => field)]),
    ).toEqual([
      ['plain', 'applied', []],
      ['rich', 'drifted', ['static_headers']],
    ])
    expect(rows(trial)['rich']).toMatchObject({ url: `${OLD}/servers/rich/sse` })
  })

  test('takes back a place beside which somebody wrote, and not one that they wrote over', async ({
    open,
  }) => {
    const trial = await open({ version: '1.81.14', servers: [BRIDGE, RICH] })
    await trial.setUp(['--yes', '--no-wait', ...EVERYWHERE])
    trial.sandbox.edit('id-bridge', { env: { 'A.B': `${NEW}/env`, KEEP: PASSWORD, MINE: '1' } })
    trial.sandbox.edit('id-rich', { static_headers: { 'X-Origin': 'https://mine.example' } })
    const finished = await trial.call(await vouching(trial, ['--revert', '--yes', '--json', '--no-wait']))
    const { changes, skipped } = documentOf<Document>(finished)
    expect([finished.code, changes.map(({ outcome }) => outcome)]).toEqual([4, ['applied']])
    expect(skipped).toMatchObject([{ code: 'drifted', server: { name: 'rich' } }])
    expect(skipped[0]?.message).toBe(
      'changed since then, static_headers.X-Origin to https://mine.example; left as it is',
    )
    expect(rows(trial)).toMatchObject({
      bridge: { args: BRIDGE['args'], env: { 'A.B': `${OLD}/env`, KEEP: PASSWORD, MINE: '1' } },
      rich: { url: `${NEW}/servers/rich/sse` },
    })
  })

  test('reports what a gateway does to the rest of such a field, and puts it back', async ({ open }) => {
    const env = { 'A.B': `${NEW}/env` }
    let lose = (): void => {}
    const trial = await open({
      version: '1.81.14',
      servers: [BRIDGE],
      quirks: [
        {
          on: { method: 'PUT', path: '/v1/mcp/server', nth: 1 },
          do: {
            alter: (record) => {
              lose()
              return { ...(record as object), env }
            },
          },
        },
      ],
    })
    lose = () => trial.sandbox.edit('id-bridge', { env })
    const finished = await trial.call(['--yes', '--json', '--no-wait', ...EVERYWHERE])
    expect(documentOf(finished)).toMatchObject({
      changes: [{ outcome: 'applied', collateral: [{ field: 'env', repaired: true }] }],
      halted: null,
    })
  })

  test('keeps the places whole in the journal, and nothing that stands beside them', async ({ open }) => {
    const trial = await open({ version: '1.81.14', servers: [BRIDGE] })
    await trial.setUp(['--yes', '--no-wait', ...EVERYWHERE])
    const journal = await readFile(await newestFile(trial), 'utf8')
    expect(journal).toContain(
      JSON.stringify({
        field: 'env["A.B"]',
        before: `${OLD}/env`,
        after: `${NEW}/env`,
        rules: ['localhost-8585-to-mcp-proxy-sse-everywhere'],
      }),
    )
    const [run = ''] = /\d{8}T\d{6}Z-[\da-f]{6}/.exec(journal) ?? []
    const { stdout } = await trial.call(['history', run, '--no-color'])
    expect(stdout).toContain(`  + env["A.B"]: ${NEW}/env\n`)
  })

  test('moves the rest where the URL is a near miss, and tells of both', async ({ open }) => {
    const near = { ...RICH, url: 'http://localhost:8586/x' }
    const trial = await open({ servers: [near] })
    const { changes, skipped, notes } = documentOf<Document>(
      await trial.call(['--dry-run', '--json', ...EVERYWHERE]),
    )
    expect([changes.length, skipped]).toEqual([1, []])
    expect(notes.map(({ code, field }) => [code, field])).toEqual([
      ['near-miss', 'url'],
      ['old-address', 'description'],
    ])
  })

  test('asks for consent where a spec_path signs people out', async ({ open }) => {
    const signed = guideServer('spec', { url: null, spec_path: `${OLD}/openapi.json`, auth_type: 'oauth2' })
    const trial = await open({ servers: [signed], signIns: { 'id-spec': ['ada'] } })
    const { code, stdout } = await trial.call(['--dry-run', '--json', ...EVERYWHERE])
    expect([code, documentOf({ code, stdout, stderr: '' })]).toMatchObject([
      1,
      {
        changes: [
          {
            awaiting: ['reauthorization'],
            effects: [{ code: 'reauthorization', message: '1 person will have to sign in again' }],
          },
        ],
      },
    ])
    await trial.setUp(['--yes', '--no-wait', '--accept', 'reauthorization', ...EVERYWHERE])
    expect(rows(trial)['spec']).toMatchObject({ url: null, spec_path: `${NEW}/openapi.json` })
  })
})

describe.concurrent('--migration', () => {
  test('names what there is where none has that id: exit 64', async ({ open }) => {
    const trial = await open()
    const told = async (id: string): Promise<unknown[]> => {
      const { code, stderr } = await trial.call(['--yes', '--migration', id])
      return [code, sentence(stderr)]
    }
    expect(await told('./own.yaml')).toEqual([64, 'Migration file ./own.yaml: there is no such file'])
    expect(await told('everywhere')).toEqual([
      64,
      expect.stringMatching(
        /^No migration everywhere ships with this tool There are: .*localhost-8585-to-mcp-proxy-sse, .* A file or folder of your own is named by its path, as in \.\/everywhere\.yaml\.$/,
      ),
    ])
    expect(await told('localhost-8585-to-mcp-proxy-sze')).toEqual([
      64,
      expect.stringContaining('Did you mean localhost-8585-to-mcp-proxy-sse?'),
    ])
    expect(writes(trial.sandbox)).toBe(0)
  })

  test('counts once where it is named twice', async ({ open }) => {
    const trial = await open({ servers: [RICH] })
    await trial.setUp([...EVERYWHERE, ...EVERYWHERE, '--yes', '--no-wait'])
    expect(writes(trial.sandbox)).toBe(1)
  })

  test.for([
    [[...EVERYWHERE, '--from', OLD, '--to', NEW], '--migration and --from exclude each other'],
    [
      ['--from', OLD, '--from', 'http://other', '--to', NEW],
      '--from is given twice For several addresses write a migration file, as init migration does.',
    ],
  ] as const)('goes not with another rule: %j', async ([args, said], { open }) => {
    const trial = await open()
    const { code, stderr } = await trial.run([...args, '--yes'])
    expect([code, sentence(stderr), trial.sandbox.requests]).toEqual([64, said, []])
  })

  test('names the default, too', async ({ open }) => {
    const trial = await open({ servers: [RICH] })
    await trial.setUp(['--yes', '--no-wait', '--migration', 'localhost-8585-to-mcp-proxy-sse'])
    expect(rows(trial)['rich']).toMatchObject({
      url: `${NEW}/servers/rich/sse`,
      static_headers: RICH['static_headers'],
    })
  })
})
