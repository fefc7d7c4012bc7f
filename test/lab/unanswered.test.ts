import { expect, test } from 'vitest'
import { isSince } from '../contract/http.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { labGateways } from '../support/lab.ts'

/** Nothing listens there: LiteLLM finds no sign-in settings, and is through with that at once. */
const CLOSED = 'http://127.0.0.1:9'
const ACCEPT = ['--accept', 'reauthorization', '--accept', 'client-loss']
const NAMES = ['fleet_oauth', 'fleet_oauth_too', 'fleet_plain', 'fleet_stream']

const looksWithinWrites = ({ version }: { version: string }): boolean =>
  isSince(version, '1.81.0') && !isSince(version, '1.97.0')

const [waiting, answering] = [true, false].map((looks) =>
  labGateways().filter((gateway) => looksWithinWrites(gateway) === looks),
)

for (const gateway of answering ?? []) {
  test(`LiteLLM ${gateway.version} does not wait for a stream: such a server moves like the others, and back`, async () => {
    const fleet = await Fleet.on(gateway)
    const rule = ['--from', CLOSED, '--to', fleet.next.origin, '--no-preflight', '--no-wait', ...ACCEPT]
    // Before 1.81 no server signs its users in.
    const signIn = isSince(gateway.version, '1.81.0') ? { auth_type: 'oauth2' } : {}
    try {
      await fleet.add('fleet_stream', { transport: 'sse', url: `${CLOSED}/servers/stream/sse`, ...signIn })
      const operator = await Operator.of(gateway)
      const moved = await operator.json(runSchema, [...rule, '--yes'])
      expect(moved.code, told(moved)).toBe(0)
      const effects = moved.document.changes.flatMap((change) => change.effects.map(({ code }) => code))
      expect(effects).not.toContain('may-hang')
      const back = await operator.run(['--revert', '--yes', ...ACCEPT])
      expect(back.code, told(back)).toBe(0)
    } finally {
      await fleet.end()
    }
  })
}

for (const gateway of waiting ?? []) {
  test(`LiteLLM ${gateway.version} answers no write while it waits for a stream: the run stops, and can go on`, async () => {
    const fleet = await Fleet.on(gateway)
    const next = fleet.next.origin
    const rule = ['--from', CLOSED, '--to', next, '--no-preflight', '--timeout', '6', ...ACCEPT]
    const origins = async (): Promise<string[]> =>
      Object.values(await fleet.rows()).map(({ url }) => new URL(String(url)).origin)
    try {
      for (const name of NAMES) {
        const url = `${CLOSED}/servers/${name}/sse`
        const signIn = name === 'fleet_plain' ? {} : { auth_type: 'oauth2' }
        await fleet.add(name, { transport: 'sse', url, ...signIn })
      }
      const operator = await Operator.of(gateway)
      const stopped = await operator.json(runSchema, [...rule, '--yes', '--on-failure', 'revert'])
      const { changes, run } = stopped.document
      const outcomes = changes.map(({ outcome }) => outcome)
      expect([stopped.code, outcomes[0], outcomes[1], outcomes.at(-1)], told(stopped)).toEqual([
        4,
        'applied',
        'applied',
        'not-applied',
      ])
      // Where settings are put back, that is the second write, else it is that of the next server.
      expect(['applied', 'not-applied']).toContain(outcomes[2])
      expect(changes[0]?.server.name).toBe('fleet_plain')
      expect(changes.map(({ effects }) => effects.some(({ code }) => code === 'may-hang'))).toEqual([
        false,
        true,
        true,
        true,
      ])
      expect(JSON.parse(stopped.stdout)).toMatchObject({ halted: 'unanswered' })
      // LiteLLM goes on when the stream ends.
      await fleet.next.close()
      const again = await operator.json(runSchema, [...rule, '--yes'])
      expect(again.code, told(again)).toBe(0)
      expect(await origins()).toEqual(NAMES.map(() => next))
      for (const args of [['--revert'], ['--revert', run?.id ?? '']]) {
        const back = await operator.run([...args, '--yes', ...ACCEPT])
        expect(back.code, told(back)).toBe(0)
      }
      expect(await origins()).toEqual(NAMES.map(() => CLOSED))
    } finally {
      await fleet.next.close()
      await fleet.end()
    }
  })
}
