import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, isSince, type Received, type Sending, type Target } from './http.ts'
import type { GatewayUnderTest } from './suite.ts'

/** The MCP servers that such a gateway is to have in its config.yaml: one at an address that works, and one at none. */
export const configured = (origin: string) => ({
  ct_tools: { url: `${origin}/servers/fetch/sse`, transport: 'sse' },
  ct_absent: { url: 'http://127.0.0.1:9/sse', transport: 'sse' },
})

const CONNECT = 'Database not connected. Connect a database to your proxy'
const MANAGING = `${CONNECT} - https://docs.litellm.ai/docs/simple_proxy#managing-auth---virtual-keys`
const NO_CLIENT = { detail: { error: 'No db connected. prisma client=None' } }

const OPEN_HELP =
  ' This endpoint needs a database; set DATABASE_URL to a PostgreSQL connection string (postgresql://...) to enable it.'

interface Listed {
  server_id: string
  server_name: string
  url: string
  is_config?: boolean
}

type Ask = (method: string, path: string, sending?: Sending) => Promise<Received>

const outcome = ({ status, body }: Received): unknown[] => [status, body]

/** What a management route says, with `param` as the release writes it. */
function problem(version: string, code: number, message: string, type = 'internal_server_error'): unknown {
  const param = isSince(version, '1.105.0') ? null : 'None'
  return { error: { message, type, param, code: String(code) } }
}

/** Routes that tell who may hold a server, and of those who are asked for by name. */
function holders(version: string): readonly (readonly [path: string, status: number, body: unknown])[] {
  const newer = isSince(version, '1.105.0')
  const more = isSince(version, '1.81.0')
  const needs = `DB not connected.${newer ? OPEN_HELP : ''} See https://docs.litellm.ai/docs/proxy/virtual_keys`
  const quoted = `{'error': '${needs}'}`
  const missing = { detail: 'Not Found' }
  const verbose = { type: 'internal_server_error', param: 'None', code: '500' }
  return [
    ['/key/list', 500, { error: { message: 'Authentication Error, Database not connected', ...verbose } }],
    ['/v2/team/list', 500, NO_CLIENT],
    ['/user/list', 500, NO_CLIENT],
    [
      '/team/info?team_id=x',
      500,
      { error: { message: `{'error': '${MANAGING}'}`, type: 'auth_error', param: 'None', code: '500' } },
    ],
    newer
      ? ['/organization/list', 403, expect.objectContaining({ detail: expect.anything() as unknown })]
      : ['/organization/list', 500, { detail: { error: 'No db connected' } }],
    more
      ? ['/customer/list', 400, problem(version, 400, quoted)]
      : ['/customer/list', 400, { detail: { error: needs } }],
    more ? ['/project/list', 500, problem(version, 500, quoted)] : ['/project/list', 404, missing],
    more ? ['/v1/access_group', 500, { detail: { error: needs } }] : ['/v1/access_group', 404, missing],
    more ? ['/v1/agents', 200, []] : ['/v1/agents', 404, missing],
    newer ? ['/v1/mcp/toolset', 500, { detail: { error: CONNECT } }] : ['/v1/mcp/toolset', 404, missing],
  ]
}

/** The servers of its config.yaml are all that it has. */
function serversOf(asked: () => Ask, origin: () => string, version: string): void {
  const listed = async (key?: string): Promise<Listed[]> =>
    (await asked()('GET', '/v1/mcp/server', key === undefined ? {} : { key })).body as Listed[]

  test('lists the servers of its config.yaml, and says of each that it is one from 1.104.9', async () => {
    const found = (await listed()).toSorted((a, b) => a.server_name.localeCompare(b.server_name))
    expect(found).toMatchObject([
      { server_name: 'ct_absent', url: configured(origin()).ct_absent.url },
      { server_name: 'ct_tools', url: configured(origin()).ct_tools.url },
    ])
    if (isSince(version, '1.106.0')) expect(found.map((each) => each.is_config)).toEqual([true, true])
    if (!isSince(version, '1.104.9'))
      expect(found.map((each) => each.is_config)).toEqual([undefined, undefined])
  })

  test('reads none of them by id, and edits, makes and deletes none', async () => {
    const [{ server_id: id } = { server_id: '' }] = await listed()
    const json = { server_id: id, url: 'http://127.0.0.1:9/other' }
    const read = { detail: { error: CONNECT } }
    const written = { detail: { error: MANAGING } }
    expect(outcome(await asked()('GET', `/v1/mcp/server/${id}`))).toEqual([500, read])
    expect(outcome(await asked()('GET', '/v1/mcp/server/submissions'))).toEqual([500, read])
    expect(outcome(await asked()('PUT', '/v1/mcp/server', { json }))).toEqual([500, written])
    expect(outcome(await asked()('DELETE', `/v1/mcp/server/${id}`))).toEqual([500, written])
    const made = { server_name: 'ct_made', url: 'http://127.0.0.1:9/made', transport: 'http' }
    expect(outcome(await asked()('POST', '/v1/mcp/server', { json: made }))).toEqual([500, read])
    expect(await listed()).toHaveLength(2)
  })

  test('lists tools, tries addresses and knows of health as with a database', async () => {
    const all = await listed()
    const id = all.find(({ server_name: name }) => name === 'ct_tools')?.server_id ?? ''
    const { status, body } = await asked()('GET', `/mcp-rest/tools/list?server_id=${id}`)
    expect([status, (body as { tools: unknown[] }).tools.length > 0]).toEqual([200, true])
    const json = { server_name: 'ct_try', auth_type: 'none', ...configured(origin()).ct_tools }
    const tried = await asked()('POST', '/mcp-rest/test/tools/list', { json })
    expect([tried.status, (tried.body as { tools: unknown[] }).tools.length > 0]).toEqual([200, true])
    const health = await asked()('GET', '/v1/mcp/server/health')
    expect([health.status, JSON.stringify(health.body).includes(id)]).toEqual([200, true])
  })
}

/** Who comes in: the master key, and nobody else. */
function accountsOf(target: () => Target, asked: () => Ask, version: string): void {
  const newer = isSince(version, '1.105.0')

  test('knows its master key alone', async () => {
    const unknown = problem('1.106.0', 400, 'No connected db.', 'no_db_connection')
    for (const path of ['/v1/mcp/server', '/key/info', '/get/internal_user_settings'])
      for (const key of ['sk-nobodys', 'nobodys'])
        expect(outcome(await asked()('GET', path, { key }))).toEqual([400, unknown])
    const keyless = await asked()('GET', '/v1/mcp/server', { key: null })
    expect([keyless.status, keyless.body]).toMatchObject([
      401,
      { error: { message: 'Authentication Error, No api key passed in.', type: 'auth_error' } },
    ])
    expect((await asked()('GET', '/get/internal_user_settings')).status).toBe(200)
  })

  test('says that it has no keys and users to tell of', async () => {
    const own = newer ? MANAGING : `Internal Server Error, ${MANAGING}`
    expect(outcome(await asked()('GET', '/key/info'))).toEqual([500, problem(version, 500, own)])
    const user = await asked()('GET', '/v2/user/info')
    expect(user.status).toBe(isSince(version, '1.88.0') ? 500 : 404)
    expect((await asked()('POST', '/key/generate', { json: {} })).status).toBe(500)
    expect((await asked()('POST', '/user/new', { json: { user_id: 'ct' } })).status).toBe(400)
  })

  test('tells why it knows of no holders of servers', async () => {
    for (const [path, status, body] of holders(version))
      expect([path, ...outcome(await asked()('GET', path))]).toEqual([path, status, body])
  })

  test('signs nobody in', async () => {
    const { username, password } = target()
    const right = await asked()('POST', '/login', { key: null, form: { username, password } })
    const message = 'Authentication Error, Not connected to DB!'
    expect([right.status, right.body]).toMatchObject([400, { error: { message } }])
    const wrong = await asked()('POST', '/login', { key: null, form: { username, password: 'no' } })
    expect(wrong.status).toBe(401)
  })
}

/**
 * What a LiteLLM without `DATABASE_URL` answers: the same of a real one and of the sandbox. Its config.yaml has the
 * servers that are `configured` at `origin`.
 */
export function describeWithoutDatabase(gateway: GatewayUnderTest, origin: () => string): void {
  const { name, version } = gateway
  describe(`${name} as LiteLLM ${version} without a database`, () => {
    let target: Awaited<ReturnType<GatewayUnderTest['start']>>
    beforeAll(async () => {
      target = await gateway.start()
    })
    afterAll(() => target?.close?.())
    const asked = (): Ask => (method, path, sending) => ask(target, method, path, sending)

    test('is ready, and says so', async () => {
      const { status, body } = await asked()('GET', '/health/readiness', { key: null })
      expect([status, body]).toMatchObject([200, { status: 'healthy', db: 'Not connected' }])
    })

    serversOf(asked, origin, version)
    accountsOf(() => target, asked, version)
  })
}

/** What a LiteLLM without a database and without a master key answers to whoever comes. */
export function describeOpen(gateway: GatewayUnderTest): void {
  const { name, version } = gateway
  describe(`${name} as LiteLLM ${version} without a master key`, () => {
    let target: Awaited<ReturnType<GatewayUnderTest['start']>>
    beforeAll(async () => {
      target = await gateway.start()
    })
    afterAll(() => target?.close?.())
    const isUser = isSince(version, '1.92.0')

    test('lets everybody in: as an admin on 1.77 and 1.81, as a user who sees no server on 1.92 and later', async () => {
      for (const key of [null, 'sk-anybody', 'anybody']) {
        const { status, body } = await ask(target, 'GET', '/v1/mcp/server', { key })
        expect([status, (body as unknown[]).length]).toEqual([200, isUser ? 0 : 2])
        const settings = await ask(target, 'GET', '/get/internal_user_settings', { key })
        expect(settings.status).toBe(200)
      }
    })

    test('tells who they are where that is asked, and signs nobody in', async () => {
      const { status, body } = await ask(target, 'GET', '/v1/mcp/discover', { key: null })
      expect(status).toBe(isUser ? 403 : isSince(version, '1.81.0') ? 200 : 404)
      if (isUser) expect(JSON.stringify(body)).toContain('Your role=internal_user')
      const { username, password } = target
      const answer = await ask(target, 'POST', '/login', { key: null, form: { username, password } })
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([
        500,
        expect.stringContaining('Master Key not set for Proxy.'),
      ])
    })
  })
}
