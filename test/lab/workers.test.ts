import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, isSince } from '../contract/http.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator } from '../support/lab-operator.ts'
import { type Place, startReplicas } from '../support/lab-places.ts'
import { labGateways } from '../support/lab.ts'

for (const gateway of labGateways().filter(({ version }) => !isSince(version, '1.81.0'))) {
  test(`nobody waits for LiteLLM ${gateway.version}, which uses a new URL only after a restart`, async () => {
    const fleet = await Fleet.on(gateway)
    try {
      await fleet.add('fleet_one', { transport: 'sse', url: `${fleet.old.origin}/servers/fleet_one/sse` })
      const operator = await Operator.of(gateway)
      const rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
      const { code, document } = await operator.json(runSchema, [...rule, '--yes'])
      expect([code, document.propagation, document.restartRequired]).toEqual([0, null, true])
    } finally {
      await fleet.end()
    }
  })
}

for (const gateway of labGateways().filter(({ version }) => isSince(version, '1.81.0'))) {
  describe(`two replicas of LiteLLM ${gateway.version} behind one address`, () => {
    let place: Place
    let fleet: Fleet
    beforeAll(async () => {
      place = await startReplicas(gateway)
      fleet = await Fleet.on(place.gateway)
      for (const name of ['fleet_one', 'fleet_two'])
        await fleet.add(name, { transport: 'sse', url: `${fleet.old.origin}/servers/${name}/sse` })
      // A replica lists a new server only when it has loaded the table again, up to 30 s later.
      await vi.waitFor(
        async () => {
          const told = await Promise.all(Array.from({ length: 6 }, origins))
          expect(told.map((one) => one.length)).toEqual(told.map(() => 2))
        },
        { timeout: 120_000, interval: 2000 },
      )
    })
    afterAll(async () => {
      await fleet?.end()
      await place?.end()
    })

    /** The origins in the list. Asked for side by side, each time comes on a connection of its own. */
    async function origins(): Promise<string[]> {
      const { body } = await ask(place.gateway, 'GET', '/v1/mcp/server')
      const own = (body as { server_name: string; url: string }[]).filter(({ server_name: name }) =>
        name.startsWith('fleet_'),
      )
      return own.map(({ url }) => new URL(url).origin)
    }

    test('are waited for until both use the new URLs, and then both do', async () => {
      const operator = await Operator.of(place.gateway)
      const rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
      const { code, document } = await operator.json(runSchema, [...rule, '--only', 'fleet_*', '--yes'])
      expect(document.propagation).toMatchObject({ agreed: true, answers: 10, old: 0 })
      expect(code).toBe(0)
      const told = await Promise.all(Array.from({ length: 20 }, origins))
      expect(new Set(told.flat())).toEqual(new Set([fleet.next.origin]))
    })
  })
}
