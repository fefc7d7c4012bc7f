import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSince } from '../contract/http.ts'
import { type Row, unstamped } from '../support/lab-database.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { labGateways } from '../support/lab.ts'
import { vouching } from '../support/trial.ts'

const OLD = 'http://localhost:8585'
const NEW = 'http://mcp-proxy-sse:8080'
const RULE = ['--migration', 'localhost-8585-to-mcp-proxy-sse-everywhere', '--only', 'fleet_*', '--no-wait']

const moved = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(OLD, NEW)) as T

for (const gateway of labGateways()) {
  describe(`a rule that names other fields than the URL, on LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let operator: Operator
    let start: Record<string, Row>
    let seen: Record<string, unknown>

    /** From 1.106 every write of these puts new ciphertext into the row; what it stands for is compared by `records`. */
    const sealed = isSince(gateway.version, '1.96.0') ? ['env', 'static_headers'] : []
    const rows = async () => {
      const found = Object.entries(unstamped(await fleet.rows()))
      return Object.fromEntries(
        found.map(([name, row]) => [
          name,
          Object.fromEntries(Object.entries(row).filter(([column]) => !sealed.includes(column))),
        ]),
      )
    }
    /** What the API shows of the servers, but for stamps and health. */
    async function records(): Promise<Record<string, unknown>> {
      const read = Object.entries(fleet.ids).map(async ([name, id]) => {
        const { body } = await fleet.ask('GET', `/v1/mcp/server/${id}`)
        const own = Object.entries(body as Row).filter(
          ([field]) => !/^(updated_|.*health_check|status)/.test(field),
        )
        return [name, Object.fromEntries(own)] as const
      })
      return Object.fromEntries(await Promise.all(read))
    }

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
      await fleet.add('fleet_rich', {
        transport: 'http',
        url: `${OLD}/servers/fleet_rich/mcp`,
        description: `Served from ${OLD}`,
        static_headers: { 'X-Origin': OLD, 'X-Secret': fleet.secrets.header },
        env: { UPSTREAM: `${OLD}/env`, TOKEN: fleet.secrets.environment },
        args: ['--upstream', `--url=${OLD}/a?token=${fleet.secrets.argument}`],
        mcp_info: { server_name: 'fleet_rich', logo_url: `${OLD}/logo.png` },
        mcp_access_groups: ['fleet_group'],
        allow_all_keys: true,
      })
      if (isSince(gateway.version, '1.81.0'))
        await fleet.add('fleet_oauth', {
          transport: 'http',
          url: `${OLD}/servers/fleet_oauth/mcp`,
          auth_type: 'oauth2',
          authorization_url: 'http://issuer.test/authorize',
          token_url: `${OLD}/token`,
          registration_url: `${OLD}/register`,
          credentials: { client_id: 'fleet-client', client_secret: fleet.secrets.client },
        })
      start = await rows()
      seen = await records()
    })
    afterAll(() => fleet?.end())

    test('moves each place and nothing else, and takes it back', async () => {
      const accept = isSince(gateway.version, '1.96.0')
        ? ['--accept', 'reauthorization', '--accept', 'client-loss']
        : []
      const forth = await operator.json(runSchema, [...RULE, ...accept, '--yes'])
      expect(forth.code, told(forth)).toBe(0)
      const expected = moved(start)
      const after = await rows()
      // Without an issuer LiteLLM drops the client with the URL, which was consented to.
      if (accept.length > 0)
        expected['fleet_oauth'] = {
          ...expected['fleet_oauth'],
          credentials: after['fleet_oauth']?.['credentials'],
        }
      expect(after).toEqual(expected)
      expect(await records()).toEqual(moved(seen))
      expect(JSON.stringify(forth.document)).not.toMatch(/hush-/)

      const back = await operator.run(
        await vouching({ call: (args) => operator.run(args) }, ['--revert', '--yes', '--no-wait', ...accept]),
      )
      expect(back.code, told(back)).toBe(0)
      expect(await records()).toEqual(seen)
      const { credentials: _gone, ...others } = (await rows())['fleet_oauth'] ?? {}
      const { credentials: _before, ...wanted } = start['fleet_oauth'] ?? {}
      expect(others).toEqual(wanted)
      expect((await rows())['fleet_rich']).toEqual(start['fleet_rich'])
    })
  })
}
