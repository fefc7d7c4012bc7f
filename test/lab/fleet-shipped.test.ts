import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unstamped } from '../support/lab-database.ts'
import { planSchema } from '../../src/cli/render/documents/plan.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { serverNames } from '../support/lab-documents.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator } from '../support/lab-operator.ts'
import { labGateways } from '../support/lab.ts'

const PROXY = 'http://mcp-proxy-sse:8080'
const LOCAL = 'http://localhost:8585'
const HOST = 'http://host.docker.internal:8585'

/** What each migration that has to be named does, with a server that it leaves alone. */
const NAMED = [
  ['mcp-proxy-sse-to-localhost-8585', 'sse', `${PROXY}/servers/a/sse`, 'sse', `${LOCAL}/servers/a/sse`],
  ['localhost-8585-to-host-docker-internal', 'sse', `${LOCAL}/servers/a/sse`, 'sse', `${HOST}/servers/a/sse`],
  ['host-docker-internal-to-localhost-8585', 'http', `${HOST}/a?b=c`, 'http', `${LOCAL}/a?b=c`],
  ['sse-to-streamable-http', 'sse', `${PROXY}/servers/a/sse`, 'http', `${PROXY}/servers/a/mcp`],
  ['sse-to-streamable-http', 'sse', `${LOCAL}/servers/a/sse`, 'http', `${LOCAL}/servers/a/mcp`],
] as const

for (const gateway of labGateways()) {
  describe(`the migration that ships, on LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    const moving = (path: string) => `http://mcp-proxy-sse:8080${path}`

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      await fleet.add('fleet_guide', { transport: 'sse', url: 'http://localhost:8585/servers/guide/sse' })
      await fleet.add('fleet_other', { transport: 'sse', url: 'http://localhost:8586/servers/other/sse' })
      await fleet.add('fleet_numeric', { transport: 'http', url: 'HTTP://127.1:8585/mcp?a=%20#z' })
    })
    afterAll(() => fleet?.end())

    test('moves the published port to the container, leaves what config.yaml defines, and goes back', async () => {
      const operator = await Operator.of(gateway)
      const start = unstamped(await fleet.rows())
      const { code, document } = await operator.json(runSchema, ['--yes'])
      const reasons = document.skipped.map(({ server, matched, code: why }) => [server.name, matched, why])
      expect(reasons).toContainEqual(['config_defined', true, 'config-defined'])
      expect(serverNames(document.changes)).toEqual(['fleet_guide', 'fleet_numeric'])
      expect(code).toBe(4)
      expect(unstamped(await fleet.rows())).toEqual({
        ...start,
        fleet_guide: { ...start['fleet_guide'], url: moving('/servers/guide/sse') },
        fleet_numeric: { ...start['fleet_numeric'], url: moving('/mcp?a=%20#z') },
      })
      expect(await operator.run(['--revert', '--yes'])).toMatchObject({ code: 0 })
      expect(unstamped(await fleet.rows())).toEqual(start)
    })

    test('with nothing but that server of config.yaml to move, a run fails without writing', async () => {
      const operator = await Operator.of(gateway)
      const start = await fleet.rows()
      const { code, document } = await operator.json(planSchema, ['--only', 'config_defined', '--dry-run'])
      expect(document.skipped).toMatchObject([{ code: 'config-defined', server: { source: 'config' } }])
      expect(code).toBe(1)
      expect(await operator.run(['--only', 'config_defined', '--yes'])).toMatchObject({ code: 1 })
      expect(await fleet.rows()).toEqual(start)
    })
  })

  describe(`a migration that ships and is named, on LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
    })
    afterAll(() => fleet?.end())

    test.each(NAMED)('%s moves %s %s, and goes back', async (id, transport, url, newTransport, newUrl) => {
      await fleet.add('fleet_named', {
        transport,
        url,
        mcp_access_groups: ['fleet_group'],
        allow_all_keys: true,
      })
      await fleet.add('fleet_other', { transport: 'sse', url: 'http://localhost:8586/servers/a/sse' })
      const operator = await Operator.of(gateway)
      const start = unstamped(await fleet.rows())
      const forth = await operator.json(runSchema, ['--migration', id, '--only', 'fleet_*', '--yes'])
      expect(forth).toMatchObject({ code: 0, document: { summary: { applied: 1 } } })
      expect(unstamped(await fleet.rows())).toEqual({
        ...start,
        fleet_named: { ...start['fleet_named'], transport: newTransport, url: newUrl },
      })
      expect(await operator.run(['--revert', '--yes'])).toMatchObject({ code: 0 })
      expect(unstamped(await fleet.rows())).toEqual(start)
      await fleet.clearServers()
    })
  })
}
