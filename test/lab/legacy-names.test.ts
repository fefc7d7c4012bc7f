import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSince } from '../contract/http.ts'
import { execute, type Row, unstamped } from '../support/lab-database.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { labGateways } from '../support/lab.ts'

for (const gateway of labGateways()) {
  describe(`servers whose names break the rules of LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let operator: Operator
    let rule: string[]
    let start: Record<string, Row>
    const rows = async () => unstamped(await fleet.rows())

    /** As an older release, or SQL, may have left it. */
    async function rename(name: string, column: 'server_name' | 'alias', value: string): Promise<void> {
      await execute(
        gateway,
        `update "LiteLLM_MCPServerTable" set ${column} = '${value}' where server_id = '${fleet.ids[name]}'`,
      )
    }

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
      rule = ['--from', fleet.old.origin, '--to', fleet.next.origin, '--no-wait']
      for (const name of ['fleet_name', 'fleet_alias', 'fleet_twin_a', 'fleet_twin_b'])
        await fleet.add(name, {
          transport: 'sse',
          url: `${fleet.old.origin}/servers/${name}/sse`,
          mcp_access_groups: ['fleet_group'],
        })
      await rename('fleet_name', 'server_name', 'fleet_na-me')
      await rename('fleet_alias', 'alias', 'fleet_al-ias')
      await rename('fleet_twin_b', 'alias', 'Fleet_Twin_A')
      start = await rows()
    })
    afterAll(() => fleet?.end())

    test('move where a write needs no names, and stay where it would damage them, with the way out', async () => {
      const stays = isSince(gateway.version, '1.88.0') ? [] : ['fleet_alias']
      const forth = await operator.json(runSchema, [...rule, '--yes'])
      expect(forth.code, told(forth)).toBe(stays.length === 0 ? 0 : 4)
      expect(forth.document.skipped.map(({ server, code }) => [server.name, code])).toEqual(
        stays.map((name) => [name, 'name-rule']),
      )
      for (const { message } of forth.document.skipped)
        expect(message).toMatch(/rename it on the admin page first, or update LiteLLM to 1\.88/)
      const moved = Object.entries(start).map(([name, row]) => {
        const url = String(row['url'])
        return [
          name,
          { ...row, url: stays.includes(name) ? url : url.replace(fleet.old.origin, fleet.next.origin) },
        ]
      })
      expect(await rows()).toEqual(Object.fromEntries(moved))
    })

    test('and go back', async () => {
      const { code, ...said } = await operator.run(['--revert', '--yes', '--no-wait'])
      expect(code, told({ code, ...said })).toBe(0)
      expect(await rows()).toEqual(start)
    })
  })
}
