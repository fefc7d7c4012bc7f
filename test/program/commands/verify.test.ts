import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import type { SandboxOptions, SandboxServer } from '../../../src/sandbox/index.ts'
import type { SandboxKey } from '../../../src/sandbox/options.ts'
import type { Quirk } from '../../../src/sandbox/quirks.ts'
import { BIN, bareEnvironment, transcript } from '../../support/cli.ts'
import { freePort } from '../../support/free-port.ts'
import { Backend } from '../../support/lab-backend.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, sentence, test, type Trial } from '../../support/trial.ts'

watchForLeaks()

const NEW = 'http://mcp-proxy-sse:8080'
/** No engine of this machine is asked. */
const NO_DOCKER = { DOCKER_HOST: 'unix:///there-is-none.sock' }

const moved = (name: string, more: SandboxServer = {}): SandboxServer =>
  guideServer(name, { url: `${NEW}/servers/${name}/sse`, ...more })

const ADMIN = secret('sk-verify-admin-1')
const DEV = secret('sk-verify-dev-1')
const KEYS_ENV = { ADMIN_KEY: ADMIN, DEV_KEY: DEV }

const virtual = (key: string, servers: readonly string[]): SandboxKey => ({
  key,
  userId: 'anna',
  role: 'internal_user',
  objectPermission: { mcp_servers: servers },
})

/** Two servers at their new addresses, and the guide's two keys. */
const migrated = (more: SandboxOptions = {}): SandboxOptions => ({
  servers: [moved('filesystem'), moved('fetch')],
  keys: [virtual(ADMIN, ['id-filesystem', 'id-fetch']), virtual(DEV, ['id-fetch'])],
  ...more,
})

interface Verification {
  gateway: unknown
  checks: { id: string; outcome: string; evidence: string[]; hint: string | null }[]
  summary: object
}

async function keysFile({ folder }: Trial): Promise<string> {
  const path = join(folder, 'keys.yaml')
  const lines = [
    'schema: mcp-url-migrate/keys/1',
    'keys:',
    "  - {name: admin, secret: {env: ADMIN_KEY}, reaches: ['*']}",
    "  - {name: dev, secret: {env: DEV_KEY}, reaches: ['*'], denied: [filesystem]}",
  ]
  await writeFile(path, lines.join('\n'))
  return path
}

async function verify(trial: Trial, args: readonly string[], env: Record<string, string> = {}) {
  const from = args.includes('--from') ? [] : ['--from', `http://localhost:${await freePort()}`, '--to', NEW]
  return trial.call(['verify', ...from, ...args], { env: { ...NO_DOCKER, ...KEYS_ENV, ...env } })
}

/** What one check said, as JSON tells it. */
async function checked(trial: Trial, id: string, args: readonly string[], env: Record<string, string> = {}) {
  const finished = await verify(trial, ['--check', id, '--json', ...args], env)
  const { checks } = documentOf<Verification>(finished)
  const found = checks.find((check) => check.id === id)
  if (!found) throw new Error(`there is no ${id} in ${finished.stdout}`)
  return { code: finished.code, ...found, said: found.evidence.join('\n') }
}

describe('verify', () => {
  test('tells what passed, and what could not be tried, in words', async ({ open }) => {
    const trial = await open(migrated())
    const port = await freePort()
    const from = ['--from', `http://old.invalid:${port}`, '--to', NEW]
    const args = ['--keys', await keysFile(trial), '--chat', 'fake-gpt', ...from]
    const finished = { ...(await verify(trial, args)), stderr: '' }
    expect(trial.plain(finished).replaceAll(String(port), 'PORT')).toMatchInlineSnapshot(`
      "exit 0
      — stdout
      LiteLLM 1.106.2 at GATEWAY
      ✓ The old addresses are closed (closed)
          unknown host: old.invalid:PORT
      – No container on the MCP network publishes a port (published)
          Docker cannot be asked: unix:///there-is-none.sock: there is no such socket
            or program
      – LiteLLM and the MCP proxy share a network (networks)
          Docker cannot be asked: unix:///there-is-none.sock: there is no such socket
            or program
      ✓ The new addresses work through LiteLLM (reachable)
          2 servers of 2 list tools: fetch (2), filesystem (2)
      – The same tools as before the migration (same-servers)
          no tools were listed before the migration, so there is nothing to compare
            with
      ✓ Keys reach what they should, and nothing else (keys)
          admin: reaches all 2: fetch, filesystem
          dev: reaches fetch; denied filesystem
      ✓ Each key can complete a chat (chat)
          admin: fake-gpt answers
          dev: fake-gpt answers
      ✓ Only admins can edit MCP servers (gateway)
          LiteLLM 1.106.2, asked with the master key
          somebody without a key cannot edit MCP servers (HTTP 401)
          the key admin cannot edit MCP servers (HTTP 403)
          the key dev cannot edit MCP servers (HTTP 403)
      8 checks: 5 passed, 0 failed, 3 skipped
      — stderr"
    `)
  })

  test('with --quiet tells what failed, and the numbers', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch', { url: 'http://localhost:1/sse' })] })
    const finished = await verify(trial, [
      '--from',
      'http://localhost:1',
      '--to',
      NEW,
      '--quiet',
      '--check',
      'reachable',
      '--check',
      'gateway',
    ])
    expect(trial.plain(finished)).toMatchInlineSnapshot(`
      "exit 5
      — stdout
      ✗ The new addresses work through LiteLLM (reachable)
          1 server still at the old address: fetch
          Migrate them:
            npx mcp-url-migrate --url GATEWAY --journal JOURNAL --from http://localhost:1 --to http://mcp-proxy-sse:8080
      2 checks: 1 passed, 1 failed, 0 skipped
      — stderr"
    `)
    const { stdout, stderr } = await verify(trial, ['-q', '--check', 'gateway'])
    expect([stdout, stderr]).toEqual(['1 check: 1 passed, 0 failed, 0 skipped\n', ''])
  })

  test('is one document as JSON', async ({ open }) => {
    const trial = await open(migrated())
    const finished = await verify(trial, ['--json', '--check', 'keys', '--check', 'gateway'])
    expect(finished.code).toBe(0)
    expect(documentOf(finished)).toMatchObject({
      schema: 'mcp-url-migrate/verify/1',
      gateway: { url: trial.sandbox.url, version: '1.106.2', account: 'master key' },
      checks: [
        { id: 'keys', outcome: 'skip', hint: null },
        { id: 'gateway', outcome: 'pass', hint: null },
      ],
      summary: { pass: 1, fail: 0, skip: 1 },
    })
  })

  test('refuses a check that there is not, and a chat without keys', async ({ open }) => {
    const trial = await open(migrated())
    const finished = await verify(trial, ['--check', 'reachible'])
    expect([finished.code, sentence(finished.stderr)]).toEqual([
      64,
      '--check: takes closed, published, networks, reachable, same-servers, keys, chat or gateway Did you mean reachable?',
    ])
    const chat = await verify(trial, ['--chat', 'fake-gpt'])
    expect([chat.code, chat.stderr]).toEqual([
      64,
      expect.stringContaining('--chat goes with --keys or --key'),
    ])
  })

  test('goes on with --watch until Ctrl-C, a line of JSON each time', async ({ open }) => {
    const trial = await open(migrated())
    const { code, rounds } = await watched(trial, [], 2)
    expect([code, rounds]).toEqual([130, ['pass', 'pass']])
  })

  test('reads a key from standard input once with --watch; one that stops working is a finding', async ({
    open,
  }) => {
    const trial = await open({
      ...migrated(),
      quirks: [refusing('POST', '/v2/key/info', 2), refusing('GET', '/key/info', 1)],
    })
    const { rounds, evidence, stderr } = await watched(trial, ['--key-file', '-'], 3, trial.sandbox.masterKey)
    expect(rounds).toEqual(['pass', 'fail', 'pass'])
    expect(evidence[1]).toContain('The gateway does not accept this key')
    expect(stderr.split('Signing in')).toHaveLength(2)
  })

  test('signs in once with --watch, and once more where the session has ended, which is said', async ({
    open,
  }) => {
    const trial = await open({ ...migrated(), quirks: [refusing('GET', '/key/info', 3)] })
    const { username, password } = trial.sandbox
    const args = ['--username', username, '--password-file', '-']
    const { rounds, stderr } = await watched(trial, args, 4, password)
    expect(rounds).toEqual(['pass', 'pass', 'pass', 'pass'])
    expect(trial.sandbox.requests.filter(({ path }) => path === '/v2/login')).toHaveLength(2)
    expect(stderr.match(/has ended; signing in again/g)).toHaveLength(1)
  })

  test('with --watch ends where the key never worked: 1', async ({ open }) => {
    const trial = await open(migrated())
    const { code, rounds } = await watched(trial, ['--key-file', '-'], 2, 'sk-not-this-one')
    expect([code, rounds]).toEqual([1, ['unauthorized']])
  })
})

/** The gateway takes no key, when it is asked that for the nth time. Only of the master key it is asked by POST first. */
const refusing = (method: string, path: string, nth: number): Quirk => ({
  on: { method, path, nth },
  do: {
    status: 401,
    body: { error: { message: 'Authentication Error - Expired Key', type: 'expired_key' } },
  },
})

/** Watches the check `gateway` for so many rounds, or to the end: what each came to. */
async function watched(trial: Trial, more: readonly string[], count: number, stdin = '') {
  const args = ['verify', '--check', 'gateway', '--json', '--watch', '0.05', ...more]
  const child = spawn(process.execPath, [BIN, ...args], {
    env: bareEnvironment({ ...trial.env, ...NO_DOCKER }),
  })
  const said = { stdout: '', stderr: '' }
  child.stdin.end(stdin)
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString()
    if (said.stdout.split('\n').length > count) child.kill('SIGINT')
  })
  const [code] = (await once(child, 'close')) as [number]
  transcript.push(said.stdout, said.stderr)
  const documents = said.stdout.trim().split('\n').slice(0, count)
  const read = documents.map((line) => JSON.parse(line) as Partial<Verification> & { code?: string })
  return {
    code,
    rounds: read.map(({ checks, code: failure }) => failure ?? checks?.[0]?.outcome),
    evidence: read.map(({ checks }) => checks?.[0]?.evidence.join(' ')),
    stderr: said.stderr,
  }
}

describe('the check closed', () => {
  test('passes where the old addresses refuse under every name of this machine', async ({ open }) => {
    const { code, outcome, said } = await checked(await open(migrated()), 'closed', [])
    expect([code, outcome]).toEqual([0, 'pass'])
    expect(said).toMatch(/^refused: localhost:\d+, 127\.0\.0\.1:\d+, \[::1\]:\d+/m)
  })

  test('fails where an MCP server still answers, and names the process', async ({ open }) => {
    const backend = await Backend.start()
    const port = new URL(backend.origin).port
    const from = ['--from', `http://localhost:${port}`, '--to', NEW]
    const found = await checked(await open(migrated()), 'closed', from)
    await backend.close()
    expect([found.code, found.outcome]).toEqual([5, 'fail'])
    expect(found.evidence[0]).toContain(`localhost:${port}, 127.0.0.1:${port}`)
    expect(found.evidence[0]).toContain(
      `(pid ${process.pid}); an MCP server answers, without any key: initialize works, 2 tools`,
    )
    expect(found.hint).toContain(`  kill ${process.pid}`)
  })

  test('fails where something else has taken the port, and tells it apart', async ({ open, serve }) => {
    const server = await serve((_, response) => response.end('hello'))
    const port = new URL(server.url).port
    const found = await checked(await open(migrated()), 'closed', [
      '--from',
      `http://localhost:${port}`,
      '--to',
      NEW,
    ])
    expect(found.outcome).toBe('fail')
    expect(found.said).toMatch(
      /no MCP server: something else listens there now \(\/servers\/fetch\/sse: HTTP 200\)|no MCP server: something else listens there now \(\/servers\/filesystem\/sse: HTTP 200\)/,
    )
  })
})

describe('what servers use now, the check closed', () => {
  const OTHER = ['--from', 'http://other.invalid:1', '--to', NEW]

  /** One server, fetch, at a backend of the test; how the check closed finds that, by a rule, after what was done. */
  async function closed(
    { open, serving }: { open: (options: SandboxOptions) => Promise<Trial>; serving: Backend },
    act: (trial: Trial, old: string, forth: string[]) => Promise<readonly string[]>,
    env: Record<string, string> = {},
  ) {
    const old = serving.origin.replace('127.0.0.1', 'localhost')
    const trial = await open({ servers: [guideServer('fetch', { url: `${old}/servers/fetch/sse` })] })
    const rule = await act(trial, old, ['--from', old, '--to', NEW])
    return { ...(await checked(trial, 'closed', rule, env)), trial }
  }

  let serving: Backend
  beforeEach(async () => void (serving = await Backend.start()))
  afterEach(() => serving.close())

  test('asks to migrate before anything is stopped', async ({ open }) => {
    const found = await closed({ open, serving }, (_, __, forth) => Promise.resolve(forth))
    expect(found.outcome).toBe('fail')
    expect(found.evidence[0]).toMatch(/in use by 1 server of the gateway: fetch$/)
    expect(found.hint).toMatch(/^Migrate the servers first.*\n {2}[^\n]*--from http:\/\/localhost:\d+ --to/)
    expect(found.hint).not.toContain('kill')
  })

  test('leaves alone where they came back to by another migration', async ({ open }) => {
    const found = await closed({ open, serving }, async (trial, old, forth) => {
      await trial.setUp(['--yes', '--no-wait', ...forth])
      await trial.setUp(['--yes', '--no-wait', '--from', NEW, '--to', old])
      return OTHER
    })
    expect([found.outcome, found.hint]).toEqual(['pass', null])
  })

  test('asks to migrate again what came back past every run', async ({ open }) => {
    const found = await closed({ open, serving }, async (trial, old, forth) => {
      await trial.setUp(['--yes', '--no-wait', ...forth])
      trial.sandbox.edit('id-fetch', { url: `${old}/servers/fetch/sse` })
      return OTHER
    })
    expect(found.evidence[0]).toMatch(/in use by 1 server of the gateway: fetch$/)
    expect(found.hint).toMatch(/^Migrate the servers first.*The check reachable tells how\.$/)
  })

  test('names no command where a server may use it by a name that LiteLLM alone knows', async ({ open }) => {
    const found = await closed({ open, serving }, (trial, old, forth) => {
      const other = old.replace('localhost', 'gateway.invalid')
      trial.sandbox.edit('id-fetch', { url: `${other}/servers/fetch/sse` })
      return Promise.resolve(forth)
    })
    expect(found.evidence[0]).toMatch(
      /it may be in use by 1 server of the gateway: fetch, at http:\/\/gateway\.invalid/,
    )
    expect(found.hint).toMatch(/^This machine does not know the name gateway\.invalid/)
    expect(found.hint).not.toContain('kill')
  })

  test('says first to look where LiteLLM cannot be asked', async ({ open }) => {
    const found = await closed({ open, serving }, async (_, __, forth) => [
      ...forth,
      '--url',
      `http://127.0.0.1:${await freePort()}`,
    ])
    expect(found.hint).toMatch(
      /^LiteLLM could not be asked which servers use it now, so first make sure that none does\./,
    )
  })
})

describe('the check reachable', () => {
  test('tells what is wrong with each server that lists no tools', async ({ open }) => {
    const wrong = moved('n8n', { url: `${NEW}/servers/n8n/see` })
    const trial = await open({
      servers: [moved('fetch'), wrong, guideServer('postgres', { url: `${NEW}/none/sse` })],
    })
    const found = await checked(trial, 'reachable', [])
    expect([found.code, found.outcome]).toEqual([5, 'fail'])
    expect(found.said).toMatch(/n8n at http:\/\/mcp-proxy-sse:8080\/servers\/n8n\/see: not found\./)
    expect(found.said).toContain('1 server of 3 list tools: fetch (2)')
  })

  test('fails for servers that were left at the old address', async ({ open }) => {
    const port = await freePort()
    const old = guideServer('n8n', { url: `http://127.0.0.1:${port}/servers/n8n/sse` })
    const trial = await open({ servers: [moved('fetch'), old] })
    const found = await checked(trial, 'reachable', ['--from', `http://127.0.0.1:${port}`, '--to', NEW])
    expect([found.outcome, found.evidence[0]]).toEqual(['fail', '1 server still at the old address: n8n'])
    expect(found.hint).toContain(
      `  npx mcp-url-migrate --url ${trial.sandbox.url} --journal ${trial.journal} --from http://127.0.0.1:${port} --to ${NEW}`,
    )
  })

  test('asks for a restart where LiteLLM has not taken up the new address', async ({ open }) => {
    const trial = await open({
      version: '1.77.7',
      servers: [guideServer('fetch', { url: 'http://gone:1/sse' })],
    })
    const put = { server_id: 'id-fetch', url: `${NEW}/servers/fetch/sse`, transport: 'sse', mcp_info: {} }
    await fetch(`${trial.sandbox.url}/v1/mcp/server`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${trial.sandbox.masterKey}` },
      body: JSON.stringify(put),
    })
    const found = await checked(trial, 'reachable', [])
    expect([found.outcome, found.hint]).toEqual([
      'fail',
      expect.stringContaining('Restart LiteLLM, all its workers'),
    ])
    trial.sandbox.restart()
    expect((await checked(trial, 'reachable', [])).outcome).toBe('pass')
  })
})

describe('the check same-servers', () => {
  const RULE = ['--from', 'http://localhost:8585', '--to', NEW]

  test('compares the tools with those before the migration', async ({ open }) => {
    const trial = await open({ servers: [guideServer('fetch'), guideServer('n8n')] })
    const { code } = await trial.call([...RULE, '--yes', '--no-wait'], { env: NO_DOCKER, preflight: true })
    expect(code).toBe(0)
    const same = await checked(trial, 'same-servers', RULE)
    expect([same.outcome, same.evidence]).toEqual([
      'pass',
      ['2 servers, 4 tools: names and schemas as before'],
    ])
    trial.sandbox.edit('id-n8n', { allowed_tools: ['echo'] })
    const found = await checked(trial, 'same-servers', RULE)
    expect([found.code, found.evidence[0]]).toEqual([5, 'n8n: missing n8n_ping'])
    expect(found.hint).toMatch(/\n {2}npx mcp-url-migrate --revert \d{8}T/)
  })

  test('says where the tools may still be those of the old address', async ({ open }) => {
    const trial = await open({ version: '1.77.7', servers: [guideServer('fetch')] })
    await trial.call([...RULE, '--yes', '--no-wait'], { env: NO_DOCKER, preflight: true })
    const found = await checked(trial, 'same-servers', RULE)
    expect([found.outcome, found.evidence[1]]).toEqual(['pass', expect.stringContaining('last started')])
  })

  test('has nothing to compare with where nothing was listed before', async ({ open }) => {
    const { code, outcome } = await checked(await open(migrated()), 'same-servers', [])
    expect([code, outcome]).toEqual([0, 'skip'])
  })
})

describe('the check keys', () => {
  test('passes where each key reaches what it should', async ({ open }) => {
    const trial = await open(migrated())
    const { outcome, evidence } = await checked(trial, 'keys', ['--keys', await keysFile(trial)])
    expect([outcome, evidence]).toEqual([
      'pass',
      ['admin: reaches all 2: fetch, filesystem', 'dev: reaches fetch; denied filesystem'],
    ])
  })

  test('fails where a key reaches too much, and gives the command that mends it', async ({ open }) => {
    const trial = await open(
      migrated({
        keys: [virtual(ADMIN, ['id-filesystem', 'id-fetch']), virtual(DEV, ['id-filesystem', 'id-fetch'])],
      }),
    )
    const found = await checked(trial, 'keys', ['--keys', await keysFile(trial)])
    expect([found.code, found.evidence[0]]).toEqual([5, 'dev × filesystem: must not reach it, and does'])
    expect(found.hint).toContain(`curl ${trial.sandbox.url}/key/update`)
    expect(found.hint).toContain(
      `{"key": "'"$DEV_KEY"'", "object_permission": {"mcp_servers": ["id-fetch"]}}`,
    )
  })

  test('that command asks as the program does, and holds no value', async ({ open }) => {
    const trial = await open(
      migrated({ keyHeader: 'X-Litellm-Key', keys: [virtual(DEV, ['id-filesystem'])] }),
    )
    const keys = await keysFile(trial)
    const env = { CF_SECRET: 'seven-lemons', CF_ID: 'a-lime' }
    const front = ['--header', 'CF-Secret=CF_SECRET', '--header', "it's=CF_ID"]
    const found = await checked(
      trial,
      'keys',
      ['--keys', keys, '--key-header', 'X-Litellm-Key', ...front],
      env,
    )
    expect(found.hint).toContain(
      `/key/update -H "X-Litellm-Key: Bearer $LITELLM_PROXY_API_KEY" -H "CF-Secret: $CF_SECRET" -H 'it'\\''s: '"$CF_ID" -H`,
    )
    expect(found.hint).not.toContain('lemons')
  })

  test('lets no id of the gateway out of the quotation of that command', async ({ open }) => {
    const id = "x'; rm -rf ~; '"
    const servers = [moved('filesystem'), moved('fetch', { server_id: id })]
    const keys = [virtual(ADMIN, ['id-filesystem', id]), virtual(DEV, ['id-filesystem', id])]
    const found = await checked(await open({ servers, keys }), 'keys', [
      '--keys',
      await keysFile(await open()),
    ])
    expect(found.hint).toContain(`["x'\\''; rm -rf ~; '\\''"]`)
  })

  test('tells a server that is down from one that is denied', async ({ open }) => {
    const down = moved('fetch', { url: `${NEW}/gone` })
    const trial = await open(migrated({ servers: [moved('filesystem'), down] }))
    const { outcome, evidence } = await checked(trial, 'keys', ['--keys', await keysFile(trial)])
    expect([outcome, evidence]).toEqual([
      'pass',
      ['admin: reaches filesystem; backend down: fetch', 'dev: backend down: fetch; denied filesystem'],
    ])
  })

  test('shows a key of which nothing is expected', async ({ open }) => {
    const { outcome, said } = await checked(await open(migrated()), 'keys', ['--key', 'dev=DEV_KEY'])
    expect([outcome, said]).toEqual(['pass', expect.stringContaining('nothing is expected of dev')])
  })

  test('says that a key is none of this gateway', async ({ open }) => {
    const stranger = secret('sk-of-another-gateway')
    const found = await checked(await open(migrated()), 'keys', ['--key', 'dev=OTHER'], { OTHER: stranger })
    expect([found.outcome, found.said]).toEqual([
      'fail',
      expect.stringMatching(/^dev: this is not a key of this gateway/),
    ])
  })

  test('says where a release fails open', async ({ open }) => {
    const keys = [
      virtual(ADMIN, ['id-filesystem', 'id-fetch']),
      { ...virtual(DEV, []), objectPermission: null },
    ]
    const trial = await open(migrated({ version: '1.77.7', keys }))
    const found = await checked(trial, 'keys', ['--keys', await keysFile(trial)])
    expect(found.said).toMatch(/dev × filesystem: must not reach it[\s\S]*this release fails open/)
  })

  test('never shows a key that stands in the wrong place', async ({ open }) => {
    const trial = await open(migrated())
    const given = await verify(trial, ['--key', `dev=${DEV}`])
    expect([given.code, given.stderr]).toEqual([64, expect.stringContaining('looks like the key itself')])
    const named = await verify(trial, ['--key', 'dev=NOT_SET'])
    expect([named.code, named.stderr]).toEqual([64, expect.stringContaining('NOT_SET holds no key for dev')])
  })
})

describe('the check gateway', () => {
  test('tries strangers and virtual keys, and changes nothing', async ({ open }) => {
    const boss = secret('sk-verify-boss-1')
    const admin: SandboxKey = { key: boss, userId: 'boss', role: 'proxy_admin' }
    const trial = await open(migrated({ keys: [virtual(DEV, ['id-fetch']), admin] }))
    const before = trial.sandbox.rows()
    const found = await checked(trial, 'gateway', ['--key', 'dev=DEV_KEY', '--key', 'boss=BOSS'], {
      BOSS: boss,
    })
    expect([found.outcome, found.evidence.slice(1)]).toEqual([
      'pass',
      [
        'somebody without a key cannot edit MCP servers (HTTP 401)',
        'the key dev cannot edit MCP servers (HTTP 403)',
        "the key boss is an admin's, and may edit MCP servers",
      ],
    ])
    expect(trial.sandbox.rows()).toEqual(before)
  })

  test('fails where anybody can', async ({ open }) => {
    const refused = { detail: { error: 'MCP Server not found, passed server_id=x' } }
    const quirks = [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: { status: 404, body: refused } }]
    const found = await checked(await open(migrated({ quirks })), 'gateway', ['--key', 'dev=DEV_KEY'])
    expect([found.code, found.said]).toEqual([5, expect.stringContaining('somebody without a key CAN EDIT')])
    expect(found.said).toContain('the key dev CAN EDIT MCP servers')
  })

  test('shouts about a compromised release', async ({ open }) => {
    const found = await checked(await open(migrated({ version: '1.82.8' })), 'gateway', [])
    expect([found.code, found.evidence[0]]).toEqual([
      5,
      expect.stringContaining('LITELLM 1.82.8 IS COMPROMISED'),
    ])
  })

  test('tells that the gateway cannot be asked, and what could be found out all the same', async ({
    open,
  }) => {
    const trial = await open(migrated())
    await trial.sandbox.close()
    const finished = await verify(trial, [
      '--json',
      '--check',
      'closed',
      '--check',
      'keys',
      '--key',
      'dev=DEV_KEY',
    ])
    expect(finished.code).toBe(5)
    expect(documentOf(finished)).toMatchObject({
      gateway: { version: null, account: null },
      checks: [
        { id: 'closed', outcome: 'pass' },
        { id: 'keys', outcome: 'skip' },
        {
          id: 'gateway',
          outcome: 'fail',
          evidence: [expect.stringContaining('Nothing accepts connections')],
        },
      ],
    })
  })

  test('proves nothing with a key that is none, or no admin’s', async ({ open }) => {
    const trial = await open(migrated())
    const finished = await verify(trial, ['--json'], { LITELLM_PROXY_API_KEY: DEV })
    expect([finished.code, documentOf(finished)]).toMatchObject([
      1,
      { schema: 'mcp-url-migrate/error/1', code: 'not-admin' },
    ])
  })
})
