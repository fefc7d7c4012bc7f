import { beforeAll, describe, expect, test } from 'vitest'
import type { Bench, Server } from './bench.ts'
import { isSince, merged, type Received, type Since } from './http.ts'
import type { Benched } from './suite.ts'
import { testWhere } from './where.ts'

const ALL_KEYS = '/key/list?return_full_object=true&size=100'
const ALL_TEAMS = '/v2/team/list?page_size=100&sort_by=team_id&sort_order=asc'
const ALL_USERS = '/user/list?page_size=100&sort_by=user_id&sort_order=asc'
const NONE = [404, { detail: 'Not Found' }]

/** Fields of a permission object that grants `one`, and a tool of `two`. */
const OBJECT: Since<Server> = [
  ['0.0.0', { mcp_servers: ['one'], mcp_access_groups: [], vector_stores: [] }],
  ['1.81.0', { mcp_tool_permissions: { two: ['echo'] }, agents: [], agent_access_groups: [] }],
  ['1.105.7', { mcp_toolsets: [], blocked_tools: [], mcp_tool_search_enabled: null }],
]

const GRANTS = { mcp_servers: ['one'], mcp_tool_permissions: { two: ['echo'] } }

function outcome({ status, body }: Received): unknown {
  return [status, body]
}

function rows(value: unknown, name: string): Server[] {
  return (value as Record<string, Server[]>)[name] ?? []
}

/** The entry of a list that holds a value in a column. */
function entry(list: unknown, column: string, value: string): Server {
  const found = (list as Server[]).find((row) => row[column] === value)
  if (!found) throw new Error(`no ${column} ${value} in ${JSON.stringify(list)}`)
  return found
}

function keys(bench: Benched, version: string): void {
  test('keys with all that they are granted, where whole objects are asked for', async () => {
    const alias = `${bench().prefix}_granted`
    const key = await bench().key({ key_alias: alias, object_permission: GRANTS })
    const { body } = await bench().ask('GET', ALL_KEYS)
    const found = entry(rows(body, 'keys'), 'key_alias', alias)
    expect(found).toMatchObject({
      token: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      key_name: `sk-...${key.slice(-4)}`,
      team_id: null,
      org_id: null,
      object_permission: merged(version, OBJECT),
    })
    expect(JSON.stringify(body)).not.toContain(key)
  })

  test('keys without grants, with neither object nor id', async () => {
    const alias = `${bench().prefix}_plain`
    await bench().key({ key_alias: alias })
    const { body } = await bench().ask('GET', ALL_KEYS)
    expect(entry(rows(body, 'keys'), 'key_alias', alias)).toMatchObject({
      object_permission: null,
      object_permission_id: null,
    })
  })

  test('keys in pages, the latest first, and nothing after the last', async () => {
    for (const name of ['a', 'b', 'c']) await bench().key({ key_alias: `${bench().prefix}_page_${name}` })
    const page = async (number: number): Promise<Server> =>
      (await bench().ask('GET', `/key/list?return_full_object=true&size=2&page=${number}`)).body as Server
    const [first, second] = [await page(1), await page(2)]
    const aliases = [first, second].flatMap((one) => rows(one, 'keys').map((row) => row['key_alias']))
    expect(aliases.slice(0, 3)).toEqual(['c', 'b', 'a'].map((name) => `${bench().prefix}_page_${name}`))
    const total = Number(first['total_count'])
    const pages = Math.ceil(total / 2)
    expect(first).toMatchObject({ current_page: 1, total_pages: pages })
    expect(await page(pages + 1)).toEqual({
      keys: [],
      total_count: total,
      current_page: pages + 1,
      total_pages: pages,
    })
  })

  test('keys by their hashes alone, where nobody asks for more', async () => {
    const { body } = await bench().ask('GET', '/key/list?size=1')
    expect(rows(body, 'keys')).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  })

  test('not more than 100 on a page', async () => {
    for (const [path, name] of [
      ['/key/list?size=101', 'size'],
      ['/v2/team/list?page_size=101', 'page_size'],
      ['/user/list?page_size=101', 'page_size'],
    ]) {
      const { status, body } = await bench().ask('GET', String(path))
      const fault = { type: 'less_than_equal', loc: ['query', name] }
      expect([status, body]).toMatchObject([422, { detail: [fault] }])
    }
  })
}

function teams(bench: Benched, version: string): void {
  test('teams, with the id of what they are granted; a team alone shows the rest', async () => {
    const id = `${bench().prefix}-team`
    const json = { team_id: id, team_alias: 'granted', object_permission: GRANTS }
    await bench().ask('POST', '/team/new', { json })
    bench().undo('POST', '/team/delete', { team_ids: [id] })
    const list = (await bench().ask('GET', ALL_TEAMS)).body as Server
    expect(list).toMatchObject({ page: 1, page_size: 100, total_pages: 1, total: rows(list, 'teams').length })
    const team = entry(rows(list, 'teams'), 'team_id', id)
    const given = { team_alias: 'granted', organization_id: null }
    expect(team).toMatchObject({ ...given, object_permission: null })
    expect(team['object_permission_id']).toEqual(expect.any(String))
    const { body } = await bench().ask('GET', `/team/info?team_id=${id}`)
    const team_info = { ...given, object_permission: merged(version, OBJECT) }
    expect(body).toMatchObject({ team_id: id, team_info, keys: [] })
  })

  test('teams without grants, with neither object nor id', async () => {
    const id = `${bench().prefix}-team-plain`
    await bench().ask('POST', '/team/new', { json: { team_id: id } })
    bench().undo('POST', '/team/delete', { team_ids: [id] })
    const { body } = await bench().ask('GET', ALL_TEAMS)
    const none = { team_alias: null, object_permission: null, object_permission_id: null }
    expect(entry(rows(body, 'teams'), 'team_id', id)).toMatchObject(none)
  })

  test('no unknown team', async () => {
    const message = "{'message': 'Team not found, passed team id: nope.'}"
    const error = { message, type: 'auth_error', param: 'None', code: '404' }
    expect(outcome(await bench().ask('GET', '/team/info?team_id=nope'))).toEqual([404, { error }])
  })
}

function organizations(bench: Benched, version: string): void {
  const free = !isSince(version, '1.105.7')

  testWhere(free)(
    'organizations, with the id of what they are granted; one alone shows the rest',
    async () => {
      const id = `${bench().prefix}-org`
      const grants = { mcp_servers: ['one'] }
      const json = { organization_id: id, organization_alias: 'org', models: [], object_permission: grants }
      await bench().ask('POST', '/organization/new', { json })
      bench().undo('DELETE', '/organization/delete', { organization_ids: [id] })
      const listed = entry((await bench().ask('GET', '/organization/list')).body, 'organization_id', id)
      expect(listed).toMatchObject({ organization_alias: 'org', object_permission: null })
      expect(listed['object_permission_id']).toEqual(expect.any(String))
      const { body } = await bench().ask('GET', `/organization/info?organization_id=${id}`)
      expect(body).toMatchObject({ organization_id: id, object_permission: grants })
      const nobody = await bench().ask('GET', '/organization/info?organization_id=nope')
      expect(outcome(nobody)).toEqual([404, { detail: { error: 'Organization not found' } }])
    },
  )

  testWhere(!free)('no organization without a licence', async () => {
    for (const path of ['/organization/list', '/organization/info?organization_id=nope']) {
      const { status, body } = await bench().ask('GET', path)
      const text = 'Organizations are only available for LiteLLM Enterprise users.'
      expect([status, body]).toEqual([403, { detail: { error: expect.stringContaining(text) as string } }])
    }
  })
}

function users(bench: Benched, version: string): void {
  test('users, with the id of what they are granted from 1.92 on, and one alone with the rest from 1.96', async () => {
    const id = await bench().user('internal_user_viewer', '', { object_permission: GRANTS })
    const list = (await bench().ask('GET', ALL_USERS)).body as Server
    expect(list).toMatchObject({ page: 1, page_size: 100, total_pages: 1, total: rows(list, 'users').length })
    const user = entry(rows(list, 'users'), 'user_id', id)
    expect(user).toMatchObject({ user_alias: null, object_permission: null, key_count: 0 })
    expect('object_permission_id' in user).toBe(isSince(version, '1.92.0'))
    if (!isSince(version, '1.96.0')) return
    expect(user['object_permission_id']).toEqual(expect.any(String))
    const { body } = await bench().ask('GET', `/v2/user/info?user_id=${id}`)
    expect(body).toMatchObject({ object_permission: merged(version, OBJECT) })
  })

  test('end users, with what they are granted from 1.81 on', async () => {
    const id = `${bench().prefix}-customer`
    await bench().ask('POST', '/customer/new', { json: { user_id: id, object_permission: GRANTS } })
    bench().undo('POST', '/customer/delete', { user_ids: [id] })
    const customer = entry((await bench().ask('GET', '/customer/list')).body, 'user_id', id)
    expect(customer).toMatchObject({ alias: null, blocked: false })
    const object = isSince(version, '1.81.0') ? merged(version, OBJECT) : undefined
    if (object) expect(customer).toMatchObject({ object_permission: object })
    else expect(customer).not.toHaveProperty('object_permission')
  })
}

/** Makes something that is listed as a bare array, and tells its entry; or the 404 of a release without the list. */
async function made(bench: Bench, path: string, json: Server, id: string): Promise<Server | unknown[]> {
  const answer = await bench.ask('POST', path, { json })
  const list = await bench.ask('GET', path)
  if (answer.status === 404) return [list.status, list.body]
  const own = String((answer.body as Server)[id])
  bench.undo('DELETE', `${path}/${own}`)
  return entry(list.body, id, own)
}

function others(bench: Benched, version: string): void {
  test('access groups, with the servers in them, from 1.81 on', async () => {
    const name = `${bench().prefix}_access`
    const json = { access_group_name: name, access_mcp_server_ids: ['one', 'two'] }
    const found = await made(bench(), '/v1/access_group', json, 'access_group_id')
    if (!isSince(version, '1.81.0')) return expect(found).toEqual(NONE)
    expect(found).toMatchObject({ ...json, access_model_names: [], assigned_team_ids: [] })
  })

  test('toolsets, with the servers of the tools, from 1.84 on', async () => {
    const tools = [{ server_id: 'one', tool_name: 'echo' }]
    const json = { toolset_name: `${bench().prefix}_tools`, tools }
    const found = await made(bench(), '/v1/mcp/toolset', json, 'toolset_id')
    if (!isSince(version, '1.84.0')) return expect(found).toEqual(NONE)
    expect(found).toMatchObject(json)
  })

  test('agents from 1.81 on, with what they are granted from 1.84 on', async () => {
    const name = `${bench().prefix}-agent`
    const modes = { defaultInputModes: [], defaultOutputModes: [], capabilities: {}, skills: [] }
    const card = { name, description: '', url: 'http://localhost:9', version: '1', protocolVersion: '1.0' }
    const json = { agent_name: name, agent_card_params: { ...card, ...modes }, object_permission: GRANTS }
    const found = await made(bench(), '/v1/agents', json, 'agent_id')
    if (!isSince(version, '1.81.0')) return expect(found).toEqual(NONE)
    expect(found).toMatchObject({ agent_name: name })
    if (!isSince(version, '1.84.0')) return expect(found).not.toHaveProperty('object_permission')
    expect(found).toMatchObject({ object_permission: merged(version, OBJECT) })
  })

  test('projects from 1.81 on', async () => {
    const answer = await bench().ask('GET', '/project/list')
    expect(outcome(answer)).toEqual(isSince(version, '1.81.0') ? [200, []] : NONE)
  })
}

/** What lists those who may hold the id of a server. */
export function holding(bench: Benched, version: string): void {
  describe('tells an admin who holds grants:', () => {
    // The ids that the grants name need not exist, except where LiteLLM looks.
    beforeAll(async () => {
      for (const id of ['one', 'two']) await bench().post({ server_id: id, url: 'http://localhost:9/sse' })
    })
    keys(bench, version)
    teams(bench, version)
    organizations(bench, version)
    users(bench, version)
    others(bench, version)
  })
}
