import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSince } from '../contract/http.ts'
import { testWhere } from '../contract/where.ts'
import { errorSchema } from '../../src/cli/render/documents/error.ts'
import { planSchema } from '../../src/cli/render/documents/plan.ts'
import { execute } from '../support/lab-database.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { People, secretFile } from '../support/lab-people.ts'
import { labGateways } from '../support/lab.ts'

const PATIENCE_MS = 60_000

for (const gateway of labGateways()) {
  describe(`lists that are short, on LiteLLM ${gateway.version}`, () => {
    const cut = isSince(gateway.version, '1.96.0')
    let fleet: Fleet
    let operator: Operator
    let people: People

    const run = (options: readonly string[], env: Record<string, string> = {}) =>
      operator.start(['--from', fleet.old.origin, '--to', fleet.next.origin, '--json', ...options], { env })
    const names = async (options: readonly string[], env?: Record<string, string>) => {
      const finished = await run(['--dry-run', ...options], env)
      expect(finished.code, told(finished)).toBe(0)
      const { changes } = planSchema.parse(JSON.parse(finished.stdout))
      return changes.map(({ server }) => String(server.name)).toSorted()
    }
    const refusal = async (options: readonly string[], env?: Record<string, string>) => {
      const before = await fleet.rows()
      const finished = await run(['--yes', ...options], env)
      expect(finished.code, told(finished)).toBe(1)
      expect(await fleet.rows()).toEqual(before)
      return errorSchema.parse(JSON.parse(finished.stdout))
    }
    /** What a run with these credentials says: a refusal that names the user where the list is cut, else the whole plan. */
    const expectWholeOrRefused = async (
      user: string,
      options: readonly string[],
      env?: Record<string, string>,
    ) => {
      if (!cut) return expect(await names(options, env)).toEqual(['fleet_one', 'fleet_two'])
      const { code, message, hint } = await refusal(options, env)
      expect(code).toBe('key-scoped')
      expect(message).toContain(`the object permission of its user ${user}`)
      expect(hint).toContain('whose user has no')
    }
    const asMaster = { LITELLM_PROXY_API_KEY: gateway.masterKey }
    /** An admin who is granted the second server only, or what is said. */
    const grantee = (mcp_servers = [fleet.ids['fleet_two']]) =>
      people.user('proxy_admin', { object_permission: { mcp_servers } })

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
      people = new People(gateway)
      for (const name of ['fleet_one', 'fleet_two'])
        await fleet.add(name, { transport: 'sse', url: `${fleet.old.origin}/servers/${name}/sse` })
    })
    afterAll(async () => {
      await people?.leave()
      await fleet?.end()
    })

    test('a key of an admin whose user is granted some servers', async () => {
      const user = await grantee()
      const key = await people.key({ user_id: user })
      expect((await fleet.visibleTo(key)).includes(fleet.ids['fleet_one'] ?? '')).toBe(!cut)
      await expectWholeOrRefused(user, [], { LITELLM_PROXY_API_KEY: key })
    })

    test('a password of such an admin', async () => {
      const user = await grantee()
      const given = await people.setPassword(user)
      const own = isSince(gateway.version, '1.104.9') ? await people.changePassword(user, given) : given
      const signIn = ['--username', `${user}@fleet.test`, '--password-file', await secretFile(own)]
      await expectWholeOrRefused(user, signIn)
    })

    test('a key of an admin whose user is granted no servers in particular: nothing is missing', async () => {
      const key = await people.key({ user_id: await grantee([]) })
      expect(await names([], { LITELLM_PROXY_API_KEY: key })).toEqual(['fleet_one', 'fleet_two'])
    })

    testWhere(!isSince(gateway.version, '1.109.0'))(
      "an admin's key of a team: nothing is missing up to 1.108",
      async () => {
        const team = await fleet.ask('POST', '/team/new', {
          json: { object_permission: { mcp_servers: [fleet.ids['fleet_two']] } },
        })
        const { team_id } = team.body as { team_id: string }
        const key = await people.key({ user_id: await people.user('proxy_admin'), team_id })
        expect(await names([], { LITELLM_PROXY_API_KEY: key })).toEqual(['fleet_one', 'fleet_two'])
        await fleet.ask('POST', '/team/delete', { json: { team_ids: [team_id] } })
      },
    )

    test('a server that another replica has just stored, and a key names, is planned like the others', async () => {
      const id = randomUUID()
      const url = `${fleet.old.origin}/servers/fleet_late/sse`
      await execute(
        gateway,
        `insert into "LiteLLM_MCPServerTable" (server_id, server_name, alias, url, transport) values ('${id}', 'fleet_late', 'fleet_late', '${url}', 'sse')`,
      )
      await people.key({ object_permission: { mcp_servers: [id] } })
      expect(await names([], asMaster)).toEqual(['fleet_late', 'fleet_one', 'fleet_two'])
      await fleet.ask('DELETE', `/v1/mcp/server/${id}`)
    })

    testWhere(isSince(gateway.version, '1.105.7'))(
      'a server that LiteLLM cannot decrypt is told of, and is no reason to refuse',
      async () => {
        const id = await fleet.add('fleet_sealed', {
          transport: 'sse',
          url: `${fleet.old.origin}/servers/fleet_sealed/sse`,
          static_headers: { 'x-one': 'two' },
        })
        await people.key({ object_permission: { mcp_servers: [id] } })
        const now = "(now() at time zone 'utc')"
        await execute(
          gateway,
          `update "LiteLLM_MCPServerTable" set static_headers = '"AAAAnothing"', updated_at = ${now} where server_id = '${id}'`,
        )
        for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(500))
          if (!(await fleet.visibleTo(gateway.masterKey)).includes(id)) break
        const finished = await run(['--dry-run'], asMaster)
        expect(finished.code, told(finished)).toBe(1)
        const { changes, skipped } = planSchema.parse(JSON.parse(finished.stdout))
        expect(changes.map(({ server }) => String(server.name)).toSorted()).toEqual([
          'fleet_one',
          'fleet_two',
        ])
        expect(skipped.map(({ server, code }) => [server.id, code])).toEqual([[id, 'unreadable']])
        await execute(gateway, `delete from "LiteLLM_MCPServerTable" where server_id = '${id}'`)
      },
    )
  })
}
