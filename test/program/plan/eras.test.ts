import { describe, expect, vi } from 'vitest'
import type { SandboxRow, SandboxServer } from '../../../src/sandbox/index.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, inOrder, sentence, test, urls } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers/'
const NEW = 'http://mcp-proxy-sse:8080/servers/'

/** Servers in which everything is set that a release can store; what it does not know is left out. */
const FLEET: readonly SandboxServer[] = [
  guideServer('rich', {
    alias: 'short',
    description: 'Everything set',
    transport: 'http',
    auth_type: 'bearer_token',
    credentials: { auth_value: secret('geheim-bearer-1') },
    mcp_access_groups: ['dev', 'ops'],
    allowed_tools: ['echo'],
    extra_headers: ['X-Request-Id'],
    static_headers: { 'X-Api-Key': secret('geheim-header-1') },
    env: { TOKEN: secret('geheim-env-1') },
    args: ['--verbose'],
    mcp_info: { server_name: 'rich', logo_url: 'http://logo', custom: { a: [1, null] } },
    allow_all_keys: true,
    available_on_public_internet: true,
    delegate_auth_to_upstream: true,
    is_byok: true,
    byok_description: ['how to'],
    tool_name_to_display_name: { echo: 'Echo' },
    instructions: 'Be kind',
    timeout: 7,
  }),
  guideServer('closed', {
    available_on_public_internet: false,
    allow_all_keys: false,
    mcp_access_groups: ['dev'],
  }),
  { server_id: 'id-bare', url: `${OLD}bare/sse` },
  guideServer('elsewhere', { url: 'https://mcp.example.com/sse', args: ['x'], mcp_access_groups: ['dev'] }),
]

const withoutTraces = (rows: readonly SandboxRow[]) =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('updated_'))))

const moved = (rows: readonly SandboxRow[]) =>
  withoutTraces(rows).map((row) => ({ ...row, url: String(row['url']).replace(OLD, NEW) }))

describe.concurrent('on every release the rows differ in url and updated_* only, and are as before after --revert:', () => {
  const releases = [
    '1.74.0',
    '1.77.1',
    '1.77.7',
    '1.80.0',
    '1.81.14',
    '1.87.5',
    '1.88.0',
    '1.92.0',
    '1.93.2',
    '1.94.3',
    '1.96.0',
    '1.100.5',
    '1.102.4',
    '1.104.9',
    '1.105.7',
    '1.106.0-rc.1',
    '1.106.0',
    '1.106.2',
    '1.110.2',
    '1.120.0',
  ]
  for (const version of [...releases, null]) {
    test(version ?? 'a release that hides its version', async ({ open }) => {
      const trial = await open({ servers: FLEET, ...(version ? { version } : { hideVersion: true }) })
      const before = trial.sandbox.rows()
      const forth = await trial.call(['--yes', '--json'])
      expect(documentOf(forth)).toMatchObject({
        gateway: { version },
        summary: { applied: 3, failed: 0, unknown: 0, drifted: 0 },
        changes: [{ collateral: [] }, { collateral: [] }, { collateral: [] }],
      })
      expect(forth.code).toBe(0)
      expect(withoutTraces(trial.sandbox.rows())).toEqual(moved(before))
      const back = await trial.call(['--revert', '--yes', '--json'])
      expect(documentOf(back)).toMatchObject({ summary: { applied: 3 } })
      expect(back.code).toBe(0)
      expect(withoutTraces(trial.sandbox.rows())).toEqual(withoutTraces(before))
    })
  }
})

describe.concurrent('what a release does to a server besides is known:', () => {
  for (const [version, required] of [
    ['1.77.1', true],
    ['1.77.7', true],
    ['1.80.0', true],
    ['1.81.14', false],
    ['1.106.2', false],
  ] as const) {
    test(`${version} ${required ? 'has to be restarted, which is said' : 'needs no restart'}`, async ({
      open,
    }) => {
      const trial = await open({ version, servers: [guideServer('fetch')] })
      const { stdout } = await trial.call(['--yes'])
      expect(/Next: restart LiteLLM/.test(sentence(stdout))).toBe(required)
      const { restartRequired } = documentOf(await trial.call(['--revert', '--yes', '--json']))
      expect(restartRequired).toBe(required)
    })
  }

  test('a release newer than the newest checked is treated like that one, which is said', async ({
    open,
  }) => {
    const trial = await open({ version: '1.120.0', servers: [guideServer('fetch')] })
    const { code, stdout } = await trial.call(['--dry-run'])
    expect(code).toBe(0)
    expect(sentence(stdout)).toMatch(/! LiteLLM 1\.120\.0 is newer than \S+, the newest release checked/)
  })

  test('a hidden release is told, with what the careful way may cause', async ({ open }) => {
    const trial = await open({ hideVersion: true, servers: [guideServer('fetch')] })
    const { code, stdout } = await trial.call(['--dry-run'])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain('LiteLLM (release unknown) at')
    expect(sentence(stdout)).toContain(
      '! The release is unknown, so every change is sent as LiteLLM 1.78 to 1.87 needs it.',
    )
  })

  for (const [version, name, alias] of [
    ['1.77.1', 'named', null],
    ['1.74.0', 'my-name', 'my_name'],
    ['1.87.5', 'my_name', 'my-name'],
  ] as const) {
    test(`${version} would damage the server ${name} with alias ${alias ?? 'none'}, so it is left: exit 1`, async ({
      open,
    }) => {
      const trial = await open({ version, servers: [guideServer('odd', { server_name: name, alias })] })
      const finished = await trial.call(['--yes', '--json'])
      expect(finished.code).toBe(1)
      expect(documentOf(finished)).toMatchObject({
        run: null,
        skipped: [{ code: 'name-rule', matched: true }],
      })
      expect(urls(trial.sandbox.rows())).toEqual({ 'id-odd': `${OLD}odd/sse` })
    })
  }

  const oauth = guideServer('signed', {
    auth_type: 'oauth2',
    authorization_url: 'https://id.example/authorize',
    token_url: 'https://id.example/token',
    registration_url: 'https://id.example/register',
    credentials: { client_id: 'me', client_secret: secret('geheim-client-1') },
  })

  test('up to 1.93 OAuth settings stay over a new URL, so such a server moves', async ({ open }) => {
    for (const version of ['1.92.0', '1.93.2']) {
      const trial = await open({ version, servers: [oauth] })
      const before = trial.sandbox.rows()
      expect((await trial.call(['--yes'])).code).toBe(0)
      expect(withoutTraces(trial.sandbox.rows())).toEqual(moved(before))
    }
  })

  for (const version of ['1.94.3', '1.105.7', '1.106.2']) {
    test(`${version} would wipe them, so it is left waiting for a consent, with what would be lost: exit 4`, async ({
      open,
    }) => {
      const exchange = guideServer('exchange', {
        auth_type: 'oauth2_token_exchange',
        token_exchange_endpoint: 'https://id.example/exchange',
        audience: 'mcp',
      })
      const trial = await open({ version, servers: [oauth, exchange, guideServer('fetch')] })
      const before = trial.sandbox.rows()
      const finished = await trial.call(['--yes', '--json'])
      expect(finished.code).toBe(4)
      const { changes } = documentOf<{
        changes: { server: { id: string }; reason: string | null; effects: { message: string }[] }[]
      }>(finished)
      expect(inOrder(changes.map(({ server, reason }) => [server.id, reason]))).toEqual([
        ['id-exchange', 'awaiting'],
        ['id-fetch', null],
        ['id-signed', 'awaiting'],
      ])
      const signed = changes.find(({ server }) => server.id === 'id-signed')
      expect(signed?.effects[0]?.message).toContain('authorization_url, token_url, registration_url')
      expect(withoutTraces(trial.sandbox.rows()).slice(0, 2)).toEqual(withoutTraces(before).slice(0, 2))
    })
  }
})
