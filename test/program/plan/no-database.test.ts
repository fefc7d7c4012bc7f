import { isSince } from '../../contract/http.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { type SandboxOptions, startSandbox } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  newestFile,
  sentence,
  test,
  type Trial,
  TWO,
  vouching,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers'
const NEW = 'http://mcp-proxy-sse:8080/servers'

const CONFIG = `general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
mcp_servers:
  inventory:
    url: "${OLD}/inventory/sse"
    transport: sse
  mail: {transport: sse, url: ${OLD}/mail/sse}
`

const configured = (name: string, more: object = {}): Record<string, unknown> => ({
  server_name: name,
  url: `${OLD}/${name}/sse`,
  transport: 'sse',
  auth_type: null,
  alias: null,
  ...more,
})

const BARE: SandboxOptions = {
  database: false,
  configServers: [configured('inventory'), configured('mail')],
}

interface Document {
  gateway: { version: string | null }
  changes: { server: { name: string; source: string }; effects: { code: string }[]; outcome?: string }[]
  skipped: { server: { name: string }; code: string; message: string }[]
  notes: { code: string }[]
}

async function put(trial: Trial, text = CONFIG): Promise<string> {
  const path = join(trial.folder, 'config.yaml')
  await writeFile(path, text)
  return path
}

const effectsOf = ({ changes }: Document): string[] => [
  ...new Set(changes.flatMap(({ effects }) => effects.map(({ code }) => code))),
]

for (const version of ['1.77.7', '1.81.14', '1.96.2', '1.105.7', '1.106.2', '1.110.2']) {
  describe.concurrent(`LiteLLM ${version} without a database`, () => {
    const pins = isSince(version, '1.102.4')

    test('the dry run shows the diff of config.yaml, and says that there is no database', async ({
      open,
    }) => {
      const trial = await open({ ...BARE, version })
      const path = await put(trial)
      const { code, stdout } = await trial.call(['--dry-run', '--litellm-config', path])
      expect(code).toBe(0)
      const diff = await trial.call(['--dry-run', '--diff', '--litellm-config', path])
      expect(diff.stdout).toContain(`+url: ${NEW}/inventory/sse`)
      expect(sentence(stdout)).toContain('LiteLLM has no database connected (DATABASE_URL)')
      expect(sentence(stdout)).toContain('2 to change; all can be taken back.')
    })

    test('they move, nobody is asked about grants, and go back byte for byte', async ({ open }) => {
      const trial = await open({ ...BARE, version })
      const path = await put(trial)
      const there = await trial.call(['--yes', '--json', '--litellm-config', path])
      const document = documentOf<Document>(there)
      expect(document.changes.map(({ server, outcome }) => [server.name, server.source, outcome])).toEqual([
        ['inventory', 'config', 'applied'],
        ['mail', 'config', 'applied'],
      ])
      expect(effectsOf(document)).toEqual(pins ? ['restart'] : ['restart', 'id-changes'])
      expect(document.notes?.map(({ code }) => code) ?? ['no-database']).toContain('no-database')
      expect(await readFile(path, 'utf8')).toContain(`${NEW}/inventory/sse`)
      expect((await trial.call(await vouching(trial, ['--revert', '--yes']))).code).toBe(0)
      expect(await readFile(path, 'utf8')).toBe(CONFIG)
      expect(writes(trial.sandbox)).toBe(0)
    })

    test('without the file they are left alone: exit 1', async ({ open }) => {
      const trial = await open({ ...BARE, version })
      const finished = await trial.call(['--dry-run', '--json'])
      const { skipped, changes } = documentOf<Document>(finished)
      expect([finished.code, changes, skipped.map(({ code }) => code)]).toEqual([
        1,
        [],
        ['config-defined', 'config-defined'],
      ])
    })

    test('status and verify look at it', async ({ open }) => {
      const trial = await open({ ...BARE, version })
      const status = await trial.call(['status', '--json'])
      expect(status.code).toBe(0)
      expect(documentOf<{ gateway: { problem?: unknown } }>(status)).toMatchObject({
        schema: 'mcp-url-migrate/status/1',
      })
      expect(status.stdout).toContain('no-database')
      await trial.setUp(['--yes', '--litellm-config', await put(trial)])
      const keys = { env: { CI_KEY: 'sk-nobody-has-this-key-7' } }
      const args = [
        'verify',
        '--check',
        'gateway',
        '--check',
        'keys',
        '--check',
        'chat',
        '--chat',
        'fake-gpt',
      ]
      const { code, stdout } = await trial.call([...args, '--key', 'ci=CI_KEY'], keys)
      expect(code).toBe(0)
      expect(sentence(stdout)).toContain('3 checks: 1 passed, 0 failed, 2 skipped')
      expect(sentence(stdout)).toContain('there are no virtual keys')
    })
  })
}

describe.concurrent('a gateway without a database', () => {
  test('may have its servers in a public list, which names ids: that is asked about', async ({ open }) => {
    const listed = { mcp_info: { is_public: true } }
    const configServers = [configured('inventory', listed), configured('mail')]
    const trial = await open({ ...BARE, version: '1.81.14', configServers })
    const path = await put(trial)
    const { code, stdout } = await trial.call(['--dry-run', '--litellm-config', path])
    expect(code).toBe(1)
    expect(sentence(stdout)).toContain('public list the public MCP hub')
    expect((await trial.call(['--dry-run', '--accept', 'grants', '--litellm-config', path])).code).toBe(0)
  })

  test('takes a run that was cut short to its end, or back', async ({ open }) => {
    for (const way of ['finish', 'revert']) {
      const trial = await open(BARE)
      const path = await put(trial)
      await trial.setUp(['--yes', '--litellm-config', path])
      const file = await newestFile(trial)
      const lines = (await readFile(file, 'utf8')).split('\n')
      await writeFile(file, `${lines.slice(0, 4).join('\n')}\n`)
      expect((await trial.call(await vouching(trial, ['--unfinished', way, '--yes']))).code).toBe(0)
      const text = await readFile(path, 'utf8')
      expect(text.includes(OLD)).toBe(way === 'revert')
    }
  })

  test('takes its master key from the header that it has for it, and no other', async ({ open }) => {
    const trial = await open({ ...BARE, keyHeader: 'X-Litellm-Key' })
    const args = ['--dry-run', '--litellm-config', await put(trial)]
    const elsewhere = await trial.call(args)
    expect(elsewhere.code).toBe(1)
    expect(sentence(elsewhere.stderr)).toContain('The gateway found no key in the header authorization')
    expect((await trial.call([...args, '--key-header', 'X-Litellm-Key'])).code).toBe(0)
  })

  test('signs nobody in: the password is not sent', async ({ open }) => {
    const trial = await open(BARE)
    const env = { LITELLM_PROXY_API_KEY: '', UI_USERNAME: 'admin', UI_PASSWORD: trial.sandbox.password }
    const { code, stderr } = await trial.call(['--dry-run'], { env })
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('has no database connected, and signing in with a password needs one')
    expect(trial.sandbox.requests.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  test('and without a master key: refused where nobody is an admin, open before', async ({ open }) => {
    const closed = await open({ ...BARE, openToAll: true })
    const refused = await closed.call(['--dry-run'])
    expect(refused.code).toBe(1)
    expect(sentence(refused.stderr)).toContain(
      'has no master key, so it treats everybody as an ordinary user',
    )
    const trial = await open({ ...BARE, openToAll: true, version: '1.81.14' })
    const { code, stdout } = await trial.call(['--dry-run', '--litellm-config', await put(trial)])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain('any key if LiteLLM has none')
    await trial.setUp(['--yes', '--litellm-config', await put(trial)])
    const verified = await trial.call(['verify', '--check', 'gateway'])
    expect(verified.code).toBe(5)
    expect(sentence(verified.stdout)).toContain('somebody without a key is let in')
  })
})

describe.concurrent('a database in trouble is not the same as none:', () => {
  const cases: [what: string, status: number, body: unknown][] = [
    ['a 503 in words', 503, { detail: 'Service Unhealthy (connection refused)' }],
    ['a 503 with its state', 503, { status: 'unhealthy', db: 'disconnected' }],
    ['a 200 that says disconnected', 200, { status: 'healthy', db: 'disconnected' }],
    ['a 200 that says unknown', 200, { status: 'connected', db: 'unknown' }],
    ['a 200 without a word of it', 200, { status: 'healthy' }],
  ]
  for (const [what, status, body] of cases) {
    test(`${what}: exit 1, before the key is sent`, async ({ open }) => {
      const on = { method: 'GET', path: '/health/readiness' }
      const trial = await open({ ...BARE, quirks: [{ on, do: { status, body } }] })
      const path = await put(trial)
      const finished = await trial.call(['--yes', '--json', '--litellm-config', path])
      expect([finished.code, documentOf<{ code: string }>(finished).code]).toEqual([1, 'no-database'])
      expect(finished.stderr).not.toContain('Signing in')
      expect(await readFile(path, 'utf8')).toBe(CONFIG)
    })
  }
})

describe.concurrent('what was written through the API of a gateway that has no database any more', () => {
  const gone = async (trial: Trial): Promise<{ url: string; close: () => Promise<void> }> =>
    startSandbox({ ...BARE, masterKey: trial.sandbox.masterKey })

  test('is not taken back: exit 1, with the servers named', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    const run = /([^/]+)\.jsonl$/.exec(await newestFile(trial))?.[1] ?? ''
    const bare = await gone(trial)
    const finished = await trial.call(
      await vouching(trial, ['--revert', run, '--yes', '--json', '--url', bare.url]),
    )
    const { code, message, hint } = documentOf<{ code: string; message: string; hint: string }>(finished)
    expect([finished.code, code]).toEqual([1, 'no-database'])
    expect(message).toContain(`Run ${run} changed 2 servers through LiteLLM's API (fetch, n8n)`)
    expect(hint).toContain('DATABASE_URL')
    await bare.close()
  })

  test('goes back as far as it stands in a file', async ({ open }) => {
    const trial = await open({ servers: [...TWO], configServers: [configured('inventory')] })
    const path = await put(trial)
    await trial.setUp(['--yes', '--litellm-config', path])
    const run = /([^/]+)\.jsonl$/.exec(await newestFile(trial))?.[1] ?? ''
    const bare = await gone(trial)
    const finished = await trial.call(
      await vouching(trial, ['--revert', run, '--yes', '--json', '--url', bare.url]),
    )
    const { changes, skipped } = documentOf<Document>(finished)
    expect(finished.code).toBe(4)
    expect(changes.map(({ server, outcome }) => [server.name, outcome])).toEqual([['inventory', 'applied']])
    expect(skipped.map(({ server, code }) => [server.name, code])).toEqual([
      ['fetch', 'unreadable'],
      ['n8n', 'unreadable'],
    ])
    expect(skipped[0]?.message).toContain('LiteLLM has no database connected')
    expect(await readFile(path, 'utf8')).toBe(CONFIG)
    await bare.close()
  })
})
