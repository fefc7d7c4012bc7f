import { testWhere } from './where.ts'
import { describe, expect, test } from 'vitest'
import { type Server, WORKS } from './bench.ts'
import { at, isSince, merged, type Since } from './http.ts'
import type { Benched } from './suite.ts'

/** A server with everything set, as the tests of reading and writing make it. */
export function rich(group: string): Server {
  return {
    description: 'a server with everything set',
    transport: 'sse',
    url: WORKS,
    auth_type: 'bearer_token',
    credentials: { auth_value: 'a-secret' },
    mcp_info: {
      server_name: 'shown',
      description: 'shown in the UI',
      logo_url: 'http://logo',
      custom: { a: 1 },
    },
    mcp_access_groups: [group],
    allowed_tools: ['echo'],
    extra_headers: ['X-Request-Id'],
    static_headers: { 'X-Static': 'value' },
    allow_all_keys: true,
    env: { A: 'b' },
    args: ['--flag'],
  }
}

const FLAGS: Since<Server> = [
  ['0.0.0', {}],
  ['1.90.0', { is_public: false }],
  ['1.105.7', { is_public: false, is_public_explicit: false }],
]

/** What the rich server's record holds besides {@link rich}, by release. */
const RECORD: Since<Server> = [
  [
    '0.0.0',
    {
      server_id: '<id>',
      server_name: 'whole',
      alias: 'whole',
      created_at: '<dateZ>',
      created_by: 'default_user_id',
      updated_at: '<dateZ>',
      updated_by: 'default_user_id',
      teams: [],
      command: null,
      status: 'healthy',
      last_health_check: '<date>',
      health_check_error: null,
    },
  ],
  [
    '1.81.14',
    {
      spec_path: null,
      credentials: null,
      authorization_url: null,
      token_url: null,
      registration_url: null,
      available_on_public_internet: false,
    },
  ],
  [
    '1.105.7',
    {
      is_config: false,
      instructions: null,
      tool_name_to_display_name: {},
      tool_name_to_description: {},
      pinned_tools: null,
      env_vars: [],
      issuer: null,
      oauth2_flow: null,
      token_exchange_endpoint: null,
      audience: null,
      subject_token_type: null,
      token_exchange_profile: null,
      available_on_public_internet: true,
      delegate_auth_to_upstream: false,
      oauth_passthrough: false,
      dcr_bridge: null,
      per_server_oauth_discovery: false,
      is_byok: false,
      byok_description: [],
      byok_api_key_help_url: null,
      has_user_credential: null,
      connected_app_reachable: null,
      source_url: null,
      timeout: null,
      max_concurrent_requests: null,
      rpm: null,
      approval_status: 'active',
      submitted_by: null,
      submitted_at: null,
      reviewed_at: null,
      review_notes: null,
    },
  ],
]

/** Keys that a release does not know, and ignores. */
const UNKNOWN: Since<readonly string[]> = [
  ['0.0.0', ['credentials', 'static_headers', 'allow_all_keys']],
  ['1.81.0', []],
]

/** Where the list's entry differs from GET by id. */
const LIST_ENTRY: Since<Server> = [
  ['0.0.0', { status: 'unknown', last_health_check: null }],
  [
    '1.81.0',
    {
      created_at: '<date>',
      created_by: null,
      updated_at: '<date>',
      updated_by: null,
      description: 'shown in the UI',
      status: null,
    },
  ],
  [
    '1.105.7',
    {
      created_at: '<dateZ>',
      updated_at: '<dateZ>',
      env_vars: null,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_exchange_profile: 'rfc8693',
      tool_name_to_description: null,
      tool_name_to_display_name: null,
    },
  ],
]

/** Releases whose records were seen whole. */
const SEEN = ['1.77.7', '1.81.14', '1.106.2']

function recordOf(version: string, group: string): Server {
  const sent = rich(group)
  for (const key of at(version, UNKNOWN)) delete sent[key]
  const info = { ...(sent['mcp_info'] as Server), ...at(version, FLAGS) }
  return { ...sent, ...merged(version, RECORD), mcp_info: info }
}

/** GET of one server, and of all. */
export function reading(bench: Benched, version: string): void {
  describe('reads servers', () => {
    testWhere(SEEN.includes(version))(
      'by id: the whole row, credentials hidden, health checked',
      async () => {
        const id = await bench().make('whole', rich(bench().prefix))
        expect(bench().stripped(await bench().get(id))).toEqual(recordOf(version, 'RUN'))
      },
    )

    testWhere(SEEN.includes(version))(
      'in the list: from memory from 1.81, where some fields lie',
      async () => {
        const { whole } = await bench().list()
        const entry = { ...recordOf(version, 'RUN'), ...merged(version, LIST_ENTRY) }
        expect(bench().stripped(whole)).toEqual(
          isSince(version, '1.81.0') ? { ...entry, last_health_check: null } : entry,
        )
      },
    )

    testWhere(SEEN.includes(version))('what POST answers is the record, its health unknown', async () => {
      const alias = `${bench().prefix}_posted`
      const answer = await bench().post({ ...rich(bench().prefix), server_name: alias, alias })
      const expected = { ...recordOf(version, 'RUN'), server_name: 'posted', alias: 'posted' }
      const fresh = { status: 'unknown', last_health_check: null }
      expect(bench().stripped(answer.body)).toEqual({ ...expected, ...fresh })
    })

    test('a bare server is completed in the list from 1.81 on', async () => {
      await bench().make('bare')
      const { bare } = await bench().list()
      const name = isSince(version, '1.81.0') ? { server_name: 'bare' } : {}
      expect(bench().stripped(bare?.['mcp_info'])).toEqual({ ...name, ...at(version, FLAGS) })
      if (isSince(version, '1.81.0')) expect(bare?.['static_headers']).toBeNull()
    })

    test('the list is sorted by name from 1.105 on', async () => {
      for (const name of ['zulu', 'alpha', 'mike']) await bench().make(name)
      const names = Object.keys(await bench().list())
      const three = names.filter((name) => ['zulu', 'alpha', 'mike'].includes(name))
      expect(three.toSorted()).toEqual(['alpha', 'mike', 'zulu'])
      if (isSince(version, '1.105.7')) expect(three).toEqual(three.toSorted())
    })

    test('an unknown id is 404, and from 1.88 a name is as good as an id', async () => {
      const missing = await bench().ask('GET', `/v1/mcp/server/${bench().prefix}-none`)
      const text = `MCP Server with id ${bench().prefix}-none not found`
      expect([missing.status, missing.body]).toEqual([404, { detail: { error: text } }])
      const id = await bench().make('by_name')
      const named = await bench().ask('GET', `/v1/mcp/server/${bench().prefix}_by_name`)
      expect(named.status).toBe(isSince(version, '1.88.0') ? 200 : 404)
      if (isSince(version, '1.88.0')) {
        const unknown = { server_id: id, status: 'unknown', health_check_error: 'Server not found' }
        expect(named.body).toMatchObject(unknown)
      }
    })

    test('what users handed in has a list of its own from 1.90 on', async () => {
      const { status, body } = await bench().ask('GET', '/v1/mcp/server/submissions')
      if (!isSince(version, '1.90.0')) return expect(status).toBe(404)
      const { items, ...counts } = body as { items: unknown[]; total: number }
      expect({ status, items: items.length }).toEqual({ status: 200, items: counts.total })
      expect(Object.keys(counts).toSorted()).toEqual(['active', 'pending_review', 'rejected', 'total'])
    })

    test('what a member of a team hands in waits for review, in no other list, also once it was written', async () => {
      if (!isSince(version, '1.90.0')) return
      const team_id = `${bench().prefix}-handing-in`
      await bench().ask('POST', '/team/new', { json: { team_id } })
      bench().undo('POST', '/team/delete', { team_ids: [team_id] })
      const user_id = `${bench().prefix}-giver`
      await bench().ask('POST', '/user/new', {
        json: { user_id, user_role: 'internal_user', auto_create_key: false },
      })
      bench().undo('POST', '/user/delete', { user_ids: [user_id] })
      const keyFor = async (json: object) =>
        ((await bench().ask('POST', '/key/generate', { json })).body as { key: string }).key
      const json = {
        server_name: `${bench().prefix}_handed_in`,
        transport: 'sse',
        url: 'http://127.0.0.1:9/sse',
      }
      const handIn = (key?: string) =>
        bench().ask('POST', '/v1/mcp/server/register', { json, ...(key ? { key } : {}) })

      expect((await handIn()).status).toBe(403)
      const alone = await handIn(await keyFor({ user_id }))
      expect(alone.status).toBe(400)
      const { status, body } = await handIn(await keyFor({ user_id, team_id }))
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { ...json, approval_status: 'pending_review', submitted_by: user_id },
      })
      const { server_id: id } = body as { server_id: string }
      bench().undo('DELETE', `/v1/mcp/server/${id}`)
      await bench().ask('PUT', '/v1/mcp/server', { json: { server_id: id, url: 'http://127.0.0.1:8/sse' } })
      const waiting = (await bench().ask('GET', '/v1/mcp/server/submissions')).body as {
        items: Record<string, unknown>[]
      }
      expect(waiting.items.find((item) => item['server_id'] === id)).toMatchObject({
        url: 'http://127.0.0.1:8/sse',
        approval_status: 'pending_review',
      })
      const listed = (await bench().ask('GET', '/v1/mcp/server')).body as { server_id: string }[]
      expect(listed.map(({ server_id: one }) => one)).not.toContain(id)
    })

    test('access groups are listed by name', async () => {
      await bench().make('grouped', { mcp_access_groups: [`${bench().prefix}_b`, `${bench().prefix}_a`] })
      const { body } = await bench().ask('GET', '/v1/mcp/access_groups')
      const groups = (body as { access_groups: string[] }).access_groups
      const own = groups.filter((group) => group.startsWith(`${bench().prefix}_`))
      expect(own).toEqual([`${bench().prefix}_a`, `${bench().prefix}_b`])
    })
  })
}
