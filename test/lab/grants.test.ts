import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findGrants } from '../../src/gateway/grants/grants.ts'
import type { GrantSearch } from '../../src/gateway/port.ts'
import { ask, isSince } from '../contract/http.ts'
import { testWhere } from '../contract/where.ts'
import { endpointOf, lines, type Made, make, makeHolders } from '../support/holders.ts'
import { inFrontOf, listen, type Listener, says, silent } from '../support/hostile.ts'
import { execute } from '../support/lab-database.ts'
import { type LabGateway, labGateways } from '../support/lab.ts'

const COMPLETE = { complete: true, reason: null }

/** The grants as lines, and what else a search says. */
const told = (found: GrantSearch): unknown => ({ ...found, grants: lines(found) })

const permission = (id: string, server: string): string =>
  `insert into "LiteLLM_ObjectPermissionTable" (object_permission_id, mcp_servers) values ('${id}', '{${server}}');`

function search(gateway: LabGateway): void {
  const run = `lab${randomBytes(4).toString('hex')}`
  const [one, two] = [`${run}-one`, `${run}-two`]
  let made: Made
  beforeAll(async () => {
    for (const [id, name] of [
      [one, `${run}_one`],
      [two, `${run}_two`],
    ])
      await make(gateway, '/v1/mcp/server', {
        server_id: id,
        server_name: name,
        url: 'http://localhost:9/sse',
      })
    made = await makeHolders(gateway, run, one, two)
  })
  afterAll(async () => {
    await made?.remove()
    for (const id of [one, two]) await ask(gateway, 'DELETE', `/v1/mcp/server/${id}`)
  })
  const find = (limitMs?: number): Promise<GrantSearch> =>
    findGrants(endpointOf(gateway), [one, two], limitMs === undefined ? {} : { limitMs })

  test('each kind of holder is found, and no secret shown', async () => {
    const found = await find()
    expect(told(found)).toEqual({ grants: made.expected, ...COMPLETE })
    const shown = JSON.stringify(found)
    for (const secret of made.secrets) expect(shown).not.toContain(secret)
  })

  testWhere(isSince(gateway.version, '1.81.0'))('the public list is seen', async () => {
    const publish = (ids: string[]): Promise<unknown> =>
      make(gateway, '/v1/mcp/make_public', { mcp_server_ids: ids })
    // 1.81.14 writes all of its config.yaml into the database then.
    await execute(gateway, 'create table kept_config as table "LiteLLM_Config"')
    const found = await publish([one]).then(() => find())
    await publish([])
    await execute(
      gateway,
      'delete from "LiteLLM_Config"; insert into "LiteLLM_Config" table kept_config; drop table kept_config',
    )
    expect(lines(found)).toContain(`public-list the public MCP hub: public_mcp_servers ${one}`)
    expect(await find()).toMatchObject({ grants: { length: made.expected.length }, ...COMPLETE })
  })

  testWhere(isSince(gateway.version, '1.81.0'))('a project is found, made past the licence', async () => {
    const [id, author] = [`${run}-project`, `'test', 'test'`]
    await execute(
      gateway,
      `${permission(id, one)} insert into "LiteLLM_ProjectTable" (project_id, project_alias, object_permission_id, created_by, updated_by) values ('${id}', '${id}', '${id}', ${author})`,
    )
    const found = await find()
    await execute(
      gateway,
      `delete from "LiteLLM_ProjectTable" where project_id = '${id}'; delete from "LiteLLM_ObjectPermissionTable" where object_permission_id = '${id}'`,
    )
    expect(told(found)).toEqual({
      grants: [...made.expected, `project ${id}: mcp_servers ${one}`].toSorted(),
      ...COMPLETE,
    })
  })

  testWhere(isSince(gateway.version, '1.106.0'))(
    'an organization that is not told of makes it incomplete, once a team belongs to it',
    async () => {
      const id = `${run}-secret`
      await execute(
        gateway,
        `insert into "LiteLLM_BudgetTable" (budget_id, created_by, updated_by) values ('${id}', 'test', 'test');
         insert into "LiteLLM_OrganizationTable" (organization_id, organization_alias, budget_id, models, created_by, updated_by) values ('${id}', '${id}', '${id}', '{}', 'test', 'test')`,
      )
      const alone = await find()
      await execute(
        gateway,
        `update "LiteLLM_TeamTable" set organization_id = '${id}' where team_id = '${run}-team'`,
      )
      const joined = await find()
      await execute(
        gateway,
        `update "LiteLLM_TeamTable" set organization_id = null where team_id = '${run}-team';
         delete from "LiteLLM_OrganizationTable" where organization_id = '${id}'; delete from "LiteLLM_BudgetTable" where budget_id = '${id}'`,
      )
      expect(told(alone)).toEqual({ grants: made.expected, ...COMPLETE })
      expect(told(joined)).toMatchObject({ grants: made.expected, complete: false })
      expect(joined.reason).toContain('organizations: HTTP 403: Organizations are only available')
    },
  )

  test('within no time nothing is searched fully', async () => {
    const found = await find(3)
    expect(found.complete).toBe(false)
    expect(found.reason).toContain('the time limit of 1 second was reached')
  })

  const rest = (): string[] => made.expected.filter((line) => !line.startsWith('key '))
  const cases: [what: string, listener: Listener, reason: string][] = [
    ['answers 500', says(500, { error: { message: 'down' } }), 'keys: HTTP 500: down'],
    [
      'shows a page of HTML',
      says(200, '<html></html>', { 'content-type': 'text/html' }),
      'keys: the answer is not JSON',
    ],
    ['never answers', silent, 'keys: the time limit of 8 seconds was reached'],
  ]
  for (const [what, listener, reason] of cases) {
    test(`a list of keys that ${what} leaves the rest, and is said`, async () => {
      const server = await listen(inFrontOf(gateway.url, { 'GET /key/list': listener }))
      const endpoint = { ...endpointOf(gateway), url: server.url }
      const found = await findGrants(endpoint, [one, two], { limitMs: 8000 })
      await server.close()
      expect(told(found)).toEqual({ grants: rest(), complete: false, reason })
    })
  }
}

for (const gateway of labGateways()) {
  describe(`LiteLLM ${gateway.version} tells who holds a server by its id`, () => search(gateway))
}
