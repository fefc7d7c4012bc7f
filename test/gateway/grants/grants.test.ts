import { afterEach, describe, expect, test, vi } from 'vitest'
import { findGrants } from '../../../src/gateway/grants/grants.ts'
import { LiteLlmGateway } from '../../../src/gateway/servers/litellm.ts'
import type { GrantSearch } from '../../../src/gateway/port.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.ts'
import { endpointOf, lines, make, makeHolders } from '../../support/holders.ts'
import { forward, listen, type Listener, says } from '../../support/hostile.ts'

vi.setConfig({ testTimeout: 30_000 })

type Quirks = NonNullable<SandboxOptions['quirks']>

const KEYS = /^\/key\/list/

const running: Sandbox[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()))
})

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  running.push(sandbox)
  return sandbox
}

/** A sandbox in which key `ci` and team `us` hold server `one`, with deviations. */
async function granting(quirks: Quirks = [], options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await start({ ...options, quirks })
  const object_permission = { mcp_servers: ['one'] }
  await make(sandbox, '/key/generate', { key_alias: 'ci', object_permission })
  await make(sandbox, '/team/new', { team_id: 'us', object_permission })
  return sandbox
}

const find = (sandbox: Sandbox, limitMs?: number): Promise<GrantSearch> =>
  findGrants(endpointOf(sandbox), ['one'], limitMs === undefined ? {} : { limitMs })

const KEY = 'key ci: mcp_servers one'
const TEAM = 'team us: mcp_servers one'

function gets(sandbox: Sandbox, path: RegExp): string[] {
  return sandbox.requests.filter((request) => path.test(request.path)).map((request) => request.path)
}

/** Searches through a server of the test's own. */
async function findBehind(sandbox: Sandbox, listener: Listener): Promise<GrantSearch> {
  const server = await listen(listener)
  try {
    return await findGrants({ ...endpointOf(sandbox), url: server.url }, ['one'])
  } finally {
    await server.close()
  }
}

/** A body with one field of its objects changed. */
const altered = (change: (body: Record<string, unknown>) => unknown) => (body: unknown) =>
  change(body as Record<string, unknown>)

describe('who holds a server by its id', () => {
  for (const version of ['1.77.7', '1.81.14', '1.93.0', '1.106.2']) {
    test(`is found on ${version}: each kind of holder, named, and no secret`, async () => {
      const sandbox = await start({ version })
      const made = await makeHolders(sandbox, 'run', 'one', 'two')
      const found = await findGrants(endpointOf(sandbox), ['one', 'two'])
      expect({ ...found, grants: lines(found) }).toEqual({
        grants: made.expected,
        complete: true,
        reason: null,
      })
      const shown = JSON.stringify(found)
      for (const secret of made.secrets) expect(shown).not.toContain(secret)
      expect(found.grants.filter(({ holder }) => holder.kind === 'key' && holder.id !== null)).toEqual([])
    })
  }

  test('is found through the port, and only for the ids asked for', async () => {
    const sandbox = await granting()
    await make(sandbox, '/key/generate', { key_alias: 'other', object_permission: { mcp_servers: ['two'] } })
    const identity = { url: sandbox.url, version: sandbox.version, account: 'master key' }
    const gateway = new LiteLlmGateway(endpointOf(sandbox), identity)
    expect(lines(await gateway.grants(['one']))).toEqual([KEY, TEAM])
    const before = sandbox.requests.length
    expect(await gateway.grants([])).toEqual({ grants: [], complete: true, reason: null })
    expect(sandbox.requests).toHaveLength(before)
  })

  test('is found on the last page, too', async () => {
    const sandbox = await start()
    const object_permission = { mcp_servers: ['one'] }
    await make(sandbox, '/key/generate', { key_alias: 'first', object_permission })
    for (let n = 0; n < 230; n += 1) await make(sandbox, '/key/generate', { key_alias: `more ${n}` })
    for (let n = 0; n < 105; n += 1) await make(sandbox, '/team/new', { team_id: `t${n}`, object_permission })
    const found = await find(sandbox)
    expect(found).toMatchObject({ complete: true, reason: null })
    expect(found.grants).toHaveLength(106)
    expect(lines(found)).toContain('key first: mcp_servers one')
    expect([gets(sandbox, KEYS).length, gets(sandbox, /^\/v2\/team/).length]).toEqual([3, 2])
  })

  test('is told of the public list', async () => {
    const info = { is_public: true, is_public_explicit: true }
    const alter = (body: unknown): unknown =>
      (body as Record<string, unknown>[]).map((server) => ({ ...server, mcp_info: info }))
    const on = { method: 'GET', path: '/v1/mcp/server' }
    const options = { quirks: [{ on, do: { alter } }], servers: [{ server_id: 'one', url: 'http://a/sse' }] }
    expect(lines(await find(await start(options)))).toEqual([
      'public-list the public MCP hub: public_mcp_servers one',
    ])
  })

  test('is named without what looks like a secret or steers the terminal', async () => {
    const sandbox = await start()
    const object_permission = { mcp_servers: ['one'] }
    await make(sandbox, '/key/generate', { key_alias: 'sk-abcdefgh12345678', object_permission })
    await make(sandbox, '/team/new', { team_id: 't', team_alias: 'a\u001b[2Jb', object_permission })
    expect(lines(await find(sandbox))).toEqual([
      'key sk-***: mcp_servers one',
      'team a\\x1b[2Jb: mcp_servers one',
    ])
  })
})

describe('a search is not complete, and says why, when', () => {
  const answers = (status: number, body: unknown, path = KEYS): Quirks => [
    { on: { method: 'GET', path }, do: { status, body } },
  ]
  const alters = (path: RegExp, change: (body: Record<string, unknown>) => unknown): Quirks => [
    { on: { method: 'GET', path }, do: { alter: altered(change) } },
  ]
  const malformed = 'keys: an answer is not what LiteLLM sends'
  const cases: [what: string, quirks: Quirks, reason: string, grants: string[]][] = [
    ['a list answers 500', answers(500, { detail: 'down' }), 'keys: HTTP 500: down', [TEAM]],
    ['a list answers 404 in its own words', answers(404, { error: 'x' }), 'keys: HTTP 404: x', [TEAM]],
    [
      'a list is missing that each release has',
      answers(404, { detail: 'Not Found' }),
      'keys: HTTP 404: Not Found',
      [TEAM],
    ],
    ['a list is refused', answers(403, { detail: 'no' }), 'keys: HTTP 403: no', [TEAM]],
    ['a list is none', answers(200, [1]), malformed, [TEAM]],
    [
      'a list holds what is no key',
      answers(200, { keys: [7], total_count: 1, total_pages: 1 }),
      malformed,
      [TEAM],
    ],
    [
      'a key has a permission object that is not shown',
      alters(KEYS, (body) => ({
        ...body,
        keys: (body['keys'] as object[]).map((key) => ({ ...key, object_permission: null })),
      })),
      'keys: what ci is granted is not shown',
      [TEAM],
    ],
    [
      'a list does not stand still',
      alters(KEYS, (body) => ({ ...body, total_count: 2 })),
      'keys: they changed while they were read',
      [KEY, TEAM],
    ],
    [
      'a team does not tell',
      answers(500, { detail: 'down' }, /^\/team\/info/),
      'teams: HTTP 500: down',
      [KEY],
    ],
  ]
  for (const [what, quirks, reason, grants] of cases) {
    test(what, async () => {
      const found = await find(await granting(quirks))
      expect({ ...found, grants: lines(found) }).toEqual({ grants, complete: false, reason })
    })
  }

  test('every list is a page of HTML', async () => {
    const sandbox = await granting()
    const page = says(200, '<!DOCTYPE html><html></html>', { 'content-type': 'text/html' })
    const found = await findBehind(sandbox, page)
    expect(found).toEqual({
      grants: [],
      complete: false,
      reason: expect.stringMatching(/^keys, teams, .*: the answer is not JSON$/) as string,
    })
  })

  test('the gateway is gone', async () => {
    const sandbox = await granting()
    await sandbox.close()
    const found = await find(sandbox)
    expect(found).toMatchObject({ grants: [], complete: false })
    expect(found.reason).toContain('Nothing accepts connections')
  })

  test('the time is over: what was found by then stays', { timeout: 15_000 }, async () => {
    const sandbox = await granting([{ on: { method: 'GET', path: KEYS }, do: 'hang' }])
    const found = await find(sandbox, 700)
    expect({ ...found, grants: lines(found) }).toEqual({
      grants: [TEAM],
      complete: false,
      reason: 'keys: the time limit of 1 second was reached',
    })
  })

  test('the time is over before anything was asked', async () => {
    const sandbox = await granting()
    const before = sandbox.requests.length
    const found = await find(sandbox, 0)
    expect(found).toMatchObject({ grants: [], complete: false })
    expect(found.reason).toContain('keys, teams, access groups')
    expect(sandbox.requests).toHaveLength(before)
  })

  test('an organization is not told of to which somebody belongs', async () => {
    const sandbox = await granting()
    expect(await find(sandbox)).toMatchObject({ complete: true, reason: null })
    await make(sandbox, '/team/new', { team_id: 'theirs', organization_id: 'acme' })
    const found = await find(sandbox)
    expect({ ...found, grants: lines(found) }).toEqual({
      grants: [KEY, TEAM],
      complete: false,
      reason: expect.stringContaining(
        'organizations: HTTP 403: Organizations are only available for LiteLLM Enterprise users.',
      ) as string,
    })
  })
})

test('passing trouble is sat out', async () => {
  const busy = { status: 503, body: {}, headers: { 'retry-after': '0' } }
  const sandbox = await granting([
    { on: { method: 'GET', path: KEYS, nth: 1 }, do: busy },
    { on: { method: 'GET', path: /^\/team\/info/, nth: 1 }, do: 'reset-before' },
  ])
  const found = await find(sandbox)
  expect({ ...found, grants: lines(found) }).toEqual({ grants: [KEY, TEAM], complete: true, reason: null })
})

test('a list that changed while it was read is read again', async () => {
  const change = altered((body) => ({ ...body, total_count: 2 }))
  const sandbox = await granting([{ on: { method: 'GET', path: KEYS, nth: 1 }, do: { alter: change } }])
  expect(await find(sandbox)).toMatchObject({ complete: true })
  expect(gets(sandbox, KEYS)).toHaveLength(2)
})

test('a team that is deleted meanwhile holds nothing', async () => {
  const gone = { status: 404, body: { error: { message: 'Team not found' } } }
  const sandbox = await granting([{ on: { method: 'GET', path: /^\/team\/info/ }, do: gone }])
  const found = await find(sandbox)
  expect({ ...found, grants: lines(found) }).toEqual({ grants: [KEY], complete: true, reason: null })
})

test('a gateway is asked four questions at a time, and no more', async () => {
  const sandbox = await start()
  for (let n = 0; n < 30; n += 1)
    await make(sandbox, '/team/new', { team_id: `t${n}`, object_permission: { mcp_servers: ['one'] } })
  const onward = forward(sandbox.url)
  const waiting: number[] = []
  let open = 0
  const found = await findBehind(sandbox, (asked, answer) => {
    open += 1
    waiting.push(open)
    answer.on('close', () => {
      open -= 1
    })
    setTimeout(() => onward(asked, answer), 5)
  })
  expect(found.grants).toHaveLength(30)
  expect(Math.max(...waiting)).toBe(4)
})
