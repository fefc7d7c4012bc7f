import { afterEach, describe, expect, test } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts'
import { ask, type Received, type Sending } from './http.ts'

const OLD = 'http://localhost:8585/servers/filesystem/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/filesystem/sse'
const ONE = { server_id: 'one', server_name: 'filesystem', alias: 'filesystem', url: OLD }
const PATH = '/v1/mcp/server'

const running: Sandbox[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()))
})

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  running.push(sandbox)
  return sandbox
}

function put(sandbox: Sandbox, json: unknown = { server_id: 'one', url: NEW }): Promise<Received> {
  return ask(sandbox, 'PUT', PATH, { json })
}

function urlOf(sandbox: Sandbox): unknown {
  return sandbox.rows().find(({ server_id: id }) => id === 'one')?.['url']
}

async function toolsOf(sandbox: Sandbox): Promise<unknown> {
  const { body } = await ask(sandbox, 'GET', '/mcp-rest/tools/list?server_id=one')
  return (body as { tools: { name: string }[] }).tools.map(({ name }) => name)
}

describe('a sandbox', () => {
  test("starts with the guide's seven servers, a random key and a random password", async () => {
    const [first, second] = [await start(), await start()]
    expect(first.rows().map((row) => row['server_name'])).toEqual([
      'filesystem',
      'postgres',
      'fetch',
      'monitoring',
      'n8n',
      'playwright',
      'timescaledb',
    ])
    expect(first.masterKey).toMatch(/^sk-sandbox-[\w-]{22}$/)
    expect([first.masterKey, first.password]).not.toEqual([second.masterKey, second.password])
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('hands out copies of its rows', async () => {
    const sandbox = await start({ servers: [ONE] })
    Object.assign(sandbox.rows()[0] ?? {}, { url: 'changed' })
    expect(urlOf(sandbox)).toBe(OLD)
  })

  test('keeps a log without headers, and without the body of a sign-in', async () => {
    const sandbox = await start({ servers: [ONE] })
    const { username, password } = sandbox
    await ask(sandbox, 'POST', '/login', { key: null, form: { username, password } })
    await put(sandbox)
    expect(sandbox.requests).toEqual([
      { method: 'POST', path: '/login', status: 303, body: undefined },
      { method: 'PUT', path: PATH, status: 202, body: { server_id: 'one', url: NEW } },
    ])
    expect(JSON.stringify(sandbox.requests)).not.toContain(sandbox.masterKey)
  })

  test('plays an edit by another admin, and a restart', async () => {
    const sandbox = await start({ version: '1.77.7', servers: [ONE] })
    await put(sandbox, { server_id: 'one', url: NEW.replace('filesystem', 'fetch') })
    expect(await toolsOf(sandbox)).toEqual(['echo', 'filesystem_ping'])
    sandbox.restart()
    expect(await toolsOf(sandbox)).toEqual(['echo', 'fetch_ping'])
    sandbox.edit('one', { url: OLD })
    expect([urlOf(sandbox), await toolsOf(sandbox)]).toEqual([OLD, ['echo', 'filesystem_ping']])
    expect(() => sandbox.edit('two', {})).toThrow('no server two')
  })

  test('is gone when closed, even while somebody waits', async () => {
    const sandbox = await startSandbox({ servers: [ONE], probeDelayMs: 60_000 })
    const waiting = ask(sandbox, 'GET', `${PATH}/one`).catch(() => 'cut')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await sandbox.close()
    expect(await waiting).toBe('cut')
    await expect(ask(sandbox, 'GET', PATH)).rejects.toThrow('fetch failed')
  })

  test('refuses to play what is no version', async () => {
    await expect(startSandbox({ version: 'latest' })).rejects.toThrow('not a version')
  })
})

describe('a sandbox can be', () => {
  test('silent about its version', async () => {
    for (const version of ['1.77.7', '1.106.2']) {
      const sandbox = await start({ version, hideVersion: true })
      const { body } = await ask(sandbox, 'GET', '/health/readiness', { key: null })
      expect(body).not.toHaveProperty('litellm_version')
      for (const path of ['/health/readiness/details', '/openapi.json']) {
        expect((await ask(sandbox, 'GET', path)).status).toBe(404)
      }
    }
  })

  test('without a database', async () => {
    const sandbox = await start({ database: false })
    const { username, password } = sandbox
    const statuses: unknown[] = []
    const calls: readonly (readonly [string, string, Sending])[] = [
      ['GET', PATH, {}],
      ['GET', `${PATH}/one`, {}],
      ['PUT', PATH, { json: { server_id: 'one', url: NEW } }],
      ['DELETE', `${PATH}/one`, {}],
      ['GET', '/key/info', {}],
      ['GET', PATH, { key: 'sk-another' }],
      ['POST', '/login', { form: { username, password } }],
      ['POST', '/key/generate', { json: {} }],
    ]
    for (const [method, path, sending] of calls) {
      statuses.push((await ask(sandbox, method, path, sending)).status)
    }
    expect(statuses).toEqual([200, 500, 500, 500, 500, 400, 400, 500])
    const { body } = await ask(sandbox, 'GET', '/health/readiness', { key: null })
    expect(body).toEqual({ status: 'healthy', db: 'Not connected' })
  })

  test('closed to passwords', async () => {
    const outcomes = await Promise.all(
      (['disabled', 'throttled'] as const).map(async (passwordLogin) => {
        const sandbox = await start({ passwordLogin })
        const { username, password } = sandbox
        const form = await ask(sandbox, 'POST', '/login', { key: null, form: { username, password } })
        const json = await ask(sandbox, 'POST', '/v2/login', { key: null, json: { username, password } })
        return [form.status, json.status, json.headers.get('retry-after')]
      }),
    )
    expect(outcomes).toEqual([
      [403, 403, null],
      [429, 429, '30'],
    ])
  })

  test('reached by another header only', async () => {
    const sandbox = await start({ keyHeader: 'X-My-Key' })
    const usual = await ask(sandbox, 'GET', PATH)
    expect([usual.status, usual.body]).toEqual([
      401,
      {
        error: {
          message: 'Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.',
          type: 'auth_error',
          param: 'None',
          code: '401',
        },
      },
    ])
    const headers = { 'x-my-key': `Bearer ${sandbox.masterKey}` }
    expect((await ask(sandbox, 'GET', PATH, { key: null, headers })).status).toBe(200)
  })

  test('under a root path', async () => {
    const sandbox = await start({ rootPath: '/litellm' })
    expect(sandbox.url).toMatch(/:\d+\/litellm$/)
    expect((await ask(sandbox, 'GET', PATH)).status).toBe(200)
    const { username, password } = sandbox
    const { headers } = await ask(sandbox, 'POST', '/login', { key: null, form: { username, password } })
    expect(headers.get('location')).toBe(`${sandbox.url}/ui?login=success`)
  })

  test('given keys', async () => {
    const key = { key: 'sk-of-a-user', userId: 'somebody', role: 'internal_user' } as const
    const granted = { ...key, key: 'sk-granted', objectPermission: { mcp_servers: ['one'] } }
    const sandbox = await start({ servers: [ONE], keys: [key, granted] })
    const lists = [key, granted].map(async (one) => ask(sandbox, 'GET', PATH, { key: one.key }))
    const lengths = (await Promise.all(lists)).map(({ body }) => (body as unknown[]).length)
    expect(lengths).toEqual([0, 1])
  })

  test('given servers of a config.yaml', async () => {
    const configServers = [
      { server_name: 'conf_one', url: OLD, transport: 'sse', description: 'from the file' },
    ]
    const seen = ['1.77.7', '1.93.2', '1.102.4', '1.104.9'].map(async (version) => {
      const sandbox = await start({ version, servers: [], configServers })
      const [entry] = (await ask(sandbox, 'GET', PATH)).body as { server_id: string; created_at: unknown }[]
      const one = await ask(sandbox, 'GET', `${PATH}/${entry?.server_id}`)
      const moved = await put(sandbox, { server_id: entry?.server_id, url: NEW })
      const { is_config: flag, created_by: by } = one.body as Record<string, unknown>
      return [entry?.server_id, entry?.created_at === null, one.status, flag, by, moved.status]
    })
    // The id was observed on real proxies with this very entry.
    const id = '812310de957e32ca951772a4deb0738a'
    expect(await Promise.all(seen)).toEqual([
      [id, false, 404, undefined, undefined, 404],
      [id, true, 200, undefined, null, 404],
      [id, true, 200, undefined, null, 404],
      [id, true, 200, true, null, 404],
    ])
  })
})

describe("an OAuth server's stored client", () => {
  const client = { client_id: 'a-client', client_secret: 'a-secret', scopes: ['read'] }
  const oauth = { ...ONE, auth_type: 'oauth2', credentials: client }
  const secrets = (sandbox: Sandbox): unknown => sandbox.rows()[0]?.['credentials']

  // `update_mcp_server` in db.py: seen on 1.96.2 and 1.105.7, gone on 1.106.0.
  test.each(['1.93.2', '1.94.3', '1.100.5', '1.105.7'])(
    'survives a new url and a first issuer on %s',
    async (version) => {
      const sandbox = await start({ version, servers: [oauth] })
      await put(sandbox)
      await put(sandbox, { server_id: 'one', issuer: 'http://issuer.test' })
      expect(secrets(sandbox)).toEqual(client)
    },
  )

  test('is dropped after, unless its issuer is known', async () => {
    for (const version of ['1.106.0-rc.1', '1.106.0', '1.106.2']) {
      const sandbox = await start({ version, servers: [oauth] })
      await put(sandbox)
      expect(secrets(sandbox)).toEqual({ scopes: ['read'] })
    }
    const known = await start({ servers: [{ ...oauth, issuer: 'http://issuer.test' }] })
    await put(known)
    expect(secrets(known)).toEqual({ ...client, dcr_issuer: 'http://issuer.test', dcr_server_url: OLD })
  })

  test('stays when the issuer stays, and goes when the issuer is sent again', async () => {
    const sandbox = await start({ servers: [{ ...oauth, issuer: 'http://issuer.test' }] })
    await put(sandbox)
    await put(sandbox, { server_id: 'one', issuer: 'http://issuer.test' })
    expect(secrets(sandbox)).toEqual({ scopes: ['read'] })
  })

  test('is replaced whole up to 1.87, and merged after', async () => {
    const written = ['1.81.14', '1.88.0'].map(async (version) => {
      const sandbox = await start({ version, servers: [oauth] })
      await put(sandbox, { server_id: 'one', url: OLD, credentials: { client_secret: 'another' } })
      return secrets(sandbox)
    })
    const another = { client_secret: 'another' }
    expect(await Promise.all(written)).toEqual([another, { ...client, ...another }])
  })

  test('a bearer secret is kept by any url, and erased by null', async () => {
    const credentials = { auth_value: 'a-secret' }
    const sandbox = await start({ servers: [{ ...ONE, auth_type: 'bearer_token', credentials }] })
    await put(sandbox)
    expect(secrets(sandbox)).toEqual(credentials)
    await put(sandbox, { server_id: 'one', credentials: null })
    expect(secrets(sandbox)).toBeNull()
  })
})

// Seen on 1.81.14, 1.92.2 and 1.96.2, and read in the wheels that release.ts names; the contract has no address that streams.
describe('an address that streams, of a server whose sign-in settings LiteLLM looks for within a write,', () => {
  const faults = { [NEW]: 'endless' as const }
  const oauth = { ...ONE, auth_type: 'oauth2' }
  const two = { ...ONE, server_id: 'two', server_name: 'two', alias: 'two' }
  const told = { ...oauth, authorization_url: 'http://issuer.test/authorize' }

  /** Is a write answered before the gateway would surely have done so? */
  async function isAnswered(sandbox: Sandbox, json: unknown): Promise<boolean> {
    const request = fetch(sandbox.url + PATH, {
      method: 'PUT',
      headers: { authorization: `Bearer ${sandbox.masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(json),
      signal: AbortSignal.timeout(300),
    })
    return request.then(
      () => true,
      () => false,
    )
  }

  test.each([
    ['1.77.7', oauth, true],
    ['1.81.14', oauth, false],
    ['1.81.14', told, false],
    ['1.90.7', oauth, false],
    ['1.90.7', told, true],
    ['1.92.2', { ...ONE, auth_type: 'oauth2_token_exchange' }, false],
    ['1.96.2', { ...ONE, auth_type: 'oauth_delegate' }, false],
    ['1.96.2', { ...ONE, auth_type: 'bearer_token' }, true],
    ['1.100.5', oauth, true],
    ['1.106.2', oauth, true],
  ])('on %s, %o: is the write answered? %s', async (version, server, answered) => {
    const sandbox = await start({ version, servers: [server], faults })
    expect(await isAnswered(sandbox, { server_id: 'one', url: NEW })).toBe(answered)
    expect(urlOf(sandbox)).toBe(NEW)
  })

  test('keeps every later write from being answered, and no read; the list shows the URL before', async () => {
    const sandbox = await start({ version: '1.92.2', servers: [oauth, two], faults })
    expect(await isAnswered(sandbox, { server_id: 'one', url: NEW })).toBe(false)
    expect(
      await isAnswered(sandbox, { server_id: 'two', url: 'http://mcp-proxy-sse:8080/servers/two/sse' }),
    ).toBe(false)
    const { body } = await ask(sandbox, 'GET', PATH)
    expect((body as { url: string }[]).map(({ url }) => url)).toEqual([
      OLD,
      'http://mcp-proxy-sse:8080/servers/two/sse',
    ])
    expect((await ask(sandbox, 'GET', `${PATH}/one`)).body).toMatchObject({ url: NEW })
    expect((await ask(sandbox, 'GET', '/health/readiness')).status).toBe(200)
    // Back at an address that does not stream, nothing is waited for.
    expect(await isAnswered(sandbox, { server_id: 'one', url: OLD })).toBe(true)
    expect(await isAnswered(sandbox, { server_id: 'two', url: OLD })).toBe(true)
  })
})

describe('a quirk', () => {
  const on = { method: 'PUT', path: PATH }

  test('cuts the connection before or after the write', async () => {
    const before = await start({ servers: [ONE], quirks: [{ on, do: 'reset-before' }] })
    await expect(put(before)).rejects.toThrow('fetch failed')
    const after = await start({ servers: [ONE], quirks: [{ on, do: 'reset-after' }] })
    await expect(put(after)).rejects.toThrow('fetch failed')
    expect([urlOf(before), urlOf(after), after.requests[0]?.status]).toEqual([OLD, NEW, 0])
  })

  test('leaves a request without an answer', async () => {
    const sandbox = await start({ servers: [ONE], quirks: [{ on, do: 'hang' }] })
    const hung = fetch(sandbox.url + PATH, { method: 'PUT', signal: AbortSignal.timeout(100) })
    await expect(hung).rejects.toThrow('timeout')
  })

  test('silences the whole gateway after a write, until it is restarted', async () => {
    const sandbox = await start({ servers: [ONE], quirks: [{ on: { ...on, nth: 1 }, do: 'silence' }] })
    const unanswered = (method: string, path: string): Promise<unknown> =>
      expect(
        fetch(sandbox.url + path, {
          method,
          headers: { authorization: `Bearer ${sandbox.masterKey}` },
          body: method === 'PUT' ? JSON.stringify({ server_id: 'one', url: NEW }) : null,
          signal: AbortSignal.timeout(150),
        }),
      ).rejects.toThrow('timeout')
    await unanswered('PUT', PATH)
    expect(urlOf(sandbox)).toBe(NEW)
    await unanswered('GET', '/health/liveliness')
    sandbox.restart()
    expect((await ask(sandbox, 'GET', PATH)).status).toBe(200)
  })

  test('answers in the gateway’s place, the n-th time, with or without the write', async () => {
    const answer = { status: 503, body: { detail: 'busy' }, headers: { 'retry-after': '1' } }
    const quirks = [{ on: { ...on, nth: 2 }, do: answer }]
    const sandbox = await start({ servers: [ONE], quirks })
    const statuses = [await put(sandbox), await put(sandbox), await put(sandbox)].map(({ status }) => status)
    expect(statuses).toEqual([202, 503, 202])
    const written = await start({ servers: [ONE], quirks: [{ on, do: { ...answer, after: true } }] })
    const said = await put(written)
    expect([said.status, said.body, said.headers.get('retry-after')]).toEqual([503, { detail: 'busy' }, '1'])
    expect(urlOf(written)).toBe(NEW)
  })

  test('delays, alters an answer, and changes a row after it', async () => {
    const get = { method: 'GET', path: /^\/v1\/mcp\/server\/one$/ }
    const alter = (body: unknown): unknown => ({ ...(body as object), description: 'altered' })
    const sandbox = await start({
      servers: [ONE],
      quirks: [
        { on: { ...get, nth: 1 }, do: { delayMs: 60 } },
        { on: { ...get, nth: 2 }, do: { alter } },
        { on, do: { rowEdit: (row) => Object.assign(row, { description: 'collateral' }) } },
      ],
    })
    const began = performance.now()
    await ask(sandbox, 'GET', `${PATH}/one`)
    expect(performance.now() - began).toBeGreaterThan(50)
    expect((await ask(sandbox, 'GET', `${PATH}/one`)).body).toMatchObject({ description: 'altered' })
    expect((await put(sandbox)).body).toMatchObject({ description: null })
    expect(sandbox.rows()[0]).toMatchObject({ url: NEW, description: 'collateral' })
  })
})
