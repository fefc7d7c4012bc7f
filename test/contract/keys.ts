import { createHash } from 'node:crypto'
import { testWhere } from './where.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bench, type Server, WORKS } from './bench.ts'
import { at, isSince, type Received, type Since } from './http.ts'
import { CALLS, GRIDS, outcomeOf, type Role, ROLES, type Scene, VISIBLE } from './roles.ts'
import type { Benched } from './suite.ts'

/** Servers by how a key may come to use them, users of each role, and a key of each kind. */
async function sceneOf(bench: Bench): Promise<Scene> {
  const group = `${bench.prefix}_scene`
  const grouped = await bench.make('grouped_only', { mcp_access_groups: [group] })
  const granted = await bench.make('granted_only')
  const other = await bench.make('nobodys')
  await bench.make('everybodys', { allow_all_keys: true })
  const [admin, reader, user] = [
    await bench.user('proxy_admin'),
    await bench.user('proxy_admin_viewer'),
    await bench.user('internal_user'),
  ]
  const limits = { allowed_routes: ['llm_api_routes'] }
  const keys: Record<Role, string> = {
    admin: await bench.key({ user_id: admin }),
    scoped: await bench.key({ user_id: admin, object_permission: { mcp_servers: [] } }),
    limited: await bench.key({ user_id: admin, ...limits }),
    reader: await bench.key({ user_id: reader }),
    user: await bench.key({ user_id: user }),
    granted: await bench.key({ user_id: user, object_permission: { mcp_servers: [granted] } }),
    grouped: await bench.key({ object_permission: { mcp_access_groups: [group] } }),
    userless: await bench.key({}),
  }
  return { keys, granted, other, grouped, admin, user, prefix: bench.prefix }
}

function error({ status, body }: Received): unknown {
  return [status, body]
}

function authError(
  status: number,
  message: string,
  type = 'auth_error',
  param: string | null = 'None',
): unknown {
  return [status, { error: { message, type, param, code: String(status) } }]
}

function refusedKeys(bench: Benched, version: string): void {
  const path = '/v1/mcp/server'
  const latest = isSince(version, '1.105.7')
  const old = !isSince(version, '1.81.0')

  test('no key, a bare key, and a key that is none are 401', async () => {
    const none = await bench().ask('GET', path, { key: null })
    expect(error(none)).toEqual(authError(401, 'Authentication Error, No api key passed in.'))
    const bare = await bench().ask('GET', path, {
      key: null,
      headers: { authorization: bench().target.masterKey },
    })
    const malformed = 'Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.'
    expect(error(bare)).toEqual(authError(401, malformed))
    const other = await bench().ask('GET', path, { key: 'not-a-key-at-all' })
    const shown = old ? 'not-a-key-at-all' : 'not-****-all'
    const text = `LiteLLM Virtual Key expected. Received=${shown}, expected to start with 'sk-'.`
    expect(error(other)).toEqual(authError(401, latest ? text : `Authentication Error, ${text}`))
  })

  test('an unknown key is 401', async () => {
    const answer = await bench().ask('GET', path, { key: 'sk-unknown-key' })
    const text = `Authentication Error, Invalid proxy server token passed. Received API Key = sk-...${latest ? '' : '-key'}, Key Hash (Token) =<hash>. Unable to find token in cache or \`LiteLLM_VerificationTokenTable\``
    const expected = authError(401, text, 'token_not_found_in_db', 'key')
    expect([answer.status, bench().stripped(answer.body)]).toEqual(expected)
  })

  test('a key is taken from other headers, too', async () => {
    const { masterKey } = bench().target
    const headers = [{ 'x-litellm-api-key': masterKey }, { 'x-api-key': masterKey }, { 'api-key': masterKey }]
    for (const one of headers) {
      expect((await bench().ask('GET', path, { key: null, headers: one })).status).toBe(200)
    }
    const both = { 'x-litellm-api-key': `Bearer ${masterKey}` }
    expect((await bench().ask('GET', path, { key: 'sk-unknown-key', headers: both })).status).toBe(200)
    const basic = { ...both, authorization: 'Basic dXNlcjpwYXNz' }
    expect((await bench().ask('GET', path, { key: null, headers: basic })).status).toBe(200)
  })

  test('the master key has no row of its own', async () => {
    const answer = await bench().ask('GET', '/key/info')
    const expected = authError(404, 'Key not found in database', 'not_found_error', 'key')
    expect(error(answer)).toEqual(expected)
    const hash = createHash('sha256').update(bench().target.masterKey).digest('hex')
    const byHash = await bench().ask('POST', '/v2/key/info', { json: { keys: [hash] } })
    expect([byHash.status, byHash.body]).toEqual([200, { key: [hash], info: [] }])
  })

  test('users are listed by their ids, and one that there is not makes no error', async () => {
    const id = `${bench().prefix}-nobody`
    const answer = await bench().ask('GET', `/user/list?user_ids=${id}&page_size=1`)
    expect([answer.status, answer.body]).toMatchObject([200, { users: [], total: 0 }])
  })
}

const REFUSALS: Since<Readonly<Record<string, string>>> = [
  [
    '0.0.0',
    {
      put: 'Call not allowed to update MCP server. User is not a proxy admin. route=PUT /v1/mcp/server',
      delete: 'Call not allowed to delete MCP server. User is not a proxy admin. route=DELETE /v1/mcp/server',
      post: 'User does not have permission to create mcp servers. You can only create mcp servers if you are a PROXY_ADMIN.',
    },
  ],
]

function refusedUsers(bench: Benched, version: string, scene: () => Scene): void {
  test('a user may not write, and is told so', async () => {
    const key = scene().keys.user
    const texts = at(version, REFUSALS)
    const said = (text: string | undefined): unknown => [403, { detail: { error: text } }]
    const put = await bench().put({ server_id: scene().other, url: WORKS }, { key })
    expect(error(put)).toEqual(said(texts['put']))
    const post = await bench().post({ url: WORKS }, { key })
    expect(error(post)).toEqual(said(texts['post']))
    const gone = await bench().ask('DELETE', `/v1/mcp/server/${scene().other}`, { key })
    expect(error(gone)).toEqual(said(texts['delete']))
  })

  test('the body and the names of a PUT are checked before the role', async () => {
    const key = scene().keys.user
    const name = await bench().put({ server_id: scene().other, url: WORKS, alias: 'a-b' }, { key })
    const body = await bench().put({ server_id: scene().other, url: 5 }, { key })
    expect([name.status, body.status]).toEqual([400, 422])
  })

  test('a user gets no urls from 1.90 on', async () => {
    const record = await bench().get(scene().granted, scene().keys.granted)
    const { granted_only: entry } = await bench().list(scene().keys.granted)
    const url = isSince(version, '1.90.0') ? null : WORKS
    expect([record['url'], entry?.['url']]).toEqual([url, url])
  })

  testWhere(isSince(version, '1.81.0'))(
    'a key limited to model routes gets a view without secrets',
    async () => {
      const { grouped_only: entry } = await bench().list(scene().keys.limited)
      const info = at<Server | null>(version, [
        ['1.81.0', null],
        ['1.90.0', { is_public: false }],
        ['1.105.7', { is_public: false, is_public_explicit: false }],
      ])
      const blank = {
        url: null,
        mcp_access_groups: [],
        created_at: null,
        static_headers: null,
        mcp_info: info,
      }
      expect(entry).toMatchObject(blank)
    },
  )
}

function ownKeys(bench: Benched, version: string, scene: () => Scene): void {
  test('a key tells its user, and from 1.81 its grants', async () => {
    const { body } = await bench().ask('GET', '/key/info', { key: scene().keys.granted })
    const shown = { mcp_servers: [scene().granted], mcp_access_groups: [] }
    const grants = isSince(version, '1.81.0') ? shown : null
    const info = { user_id: scene().user, team_id: null, expires: null, object_permission: grants }
    expect(body).toMatchObject({ key: expect.stringMatching(/^[0-9a-f]{64}$/) as string, info })
    const plain = await bench().ask('GET', '/key/info', { key: scene().keys.userless })
    const { key: hash } = plain.body as { key: string }
    const byHash = await bench().ask('POST', '/v2/key/info', { json: { keys: [hash] } })
    expect(byHash.body).toMatchObject({ key: [hash], info: [{ user_id: null, key_alias: null }] })
    expect(plain.body).toMatchObject({ info: { user_id: null, object_permission: null, key_alias: null } })
  })

  test('a user tells its role', async () => {
    const { body } = await bench().ask('GET', `/user/info?user_id=${scene().admin}`)
    const user_info = { user_id: scene().admin, user_role: 'proxy_admin' }
    expect(body).toMatchObject({ user_id: scene().admin, user_info })
    expect((body as { keys: unknown[] }).keys).toHaveLength(3)
    if (!isSince(version, '1.88.0')) return
    const own = await bench().ask('GET', '/v2/user/info', { key: scene().keys.reader })
    expect(own.body).toMatchObject({ user_role: 'proxy_admin_viewer' })
  })

  test('an unknown user is empty up to 1.80, and 404 after', async () => {
    const id = `${bench().prefix}-nobody`
    const answer = await bench().ask('GET', `/user/info?user_id=${id}`)
    const empty = [200, { user_id: id, user_info: { spend: 0 }, keys: [], teams: [] }]
    const param = isSince(version, '1.105.7') ? null : 'None'
    const missing = authError(404, `User ${id} not found`, 'internal_server_error', param)
    expect(error(answer)).toEqual(isSince(version, '1.81.0') ? missing : empty)
  })

  test('a user is made once from 1.81 on', async () => {
    const json = { user_id: scene().user, user_role: 'internal_user', auto_create_key: false }
    const answer = await bench().ask('POST', '/user/new', { json })
    expect(answer.status).toBe(isSince(version, '1.81.0') ? 409 : 200)
  })
}

/** Who may call what is known of the releases that were asked, and of their neighbours. */
function wasAsked(version: string): boolean {
  return /^1\.(77|81|106)\./.test(version)
}

/** Who may do what. */
export function keysAndRoles(bench: Benched, version: string): void {
  describe('knows keys', () => {
    refusedKeys(bench, version)
  })

  describe('tells roles apart', () => {
    let made: Scene | undefined
    beforeAll(async () => {
      made = await sceneOf(bench())
    })
    const scene = (): Scene => {
      if (!made) throw new Error('no scene')
      return made
    }
    refusedUsers(bench, version, scene)
    ownKeys(bench, version, scene)

    test('each key sees its servers', async () => {
      const names = ['everybodys', 'granted_only', 'grouped_only', 'nobodys']
      const seen: Record<string, string> = {}
      for (const role of ROLES) {
        const answer = await bench().ask('GET', '/v1/mcp/server', { key: scene().keys[role] })
        if (answer.status !== 200) seen[role] = String(answer.status)
        else {
          const list = Object.keys(await bench().list(scene().keys[role]))
          seen[role] = names.filter((name) => list.includes(name)).join(' ')
        }
      }
      expect(seen).toEqual(at(version, VISIBLE))
    })

    for (const [call, send] of Object.entries(CALLS)) {
      testWhere(wasAsked(version))(call, async () => {
        const outcomes: string[] = []
        for (const role of ROLES) outcomes.push(outcomeOf(await send(bench(), scene(), scene().keys[role])))
        expect(outcomes.join(' ')).toBe(at(version, GRIDS)[call])
      })
    }
  })
}
