import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isSince } from '../contract/http.ts'
import { closedOrigin } from '../support/free-port.ts'
import { runCli } from '../support/cli.ts'
import { type Listener, listen, type LocalServer, says } from '../support/hostile.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { journalFiles } from '../support/lab-journal.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { labGateways } from '../support/lab.ts'

const tried = z.looseObject({ outcome: z.string(), kind: z.string() }).nullable()
const document = z.looseObject({
  changes: z.array(
    z.looseObject({
      server: z.looseObject({ name: z.string() }),
      awaiting: z.array(z.string()),
      preflight: tried,
      check: tried.optional(),
    }),
  ),
})

for (const gateway of labGateways()) {
  const restarts = !isSince(gateway.version, '1.81.0')

  describe(`new addresses tried by LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let operator: Operator
    let rule: string[]
    const faults: LocalServer[] = []

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
      rule = ['--from', fleet.old.origin, '--to', fleet.next.origin, '--only', 'fleet_*']
      await fleet.add('fleet_one', { transport: 'sse', url: `${fleet.old.origin}/servers/one/sse` })
      await fleet.add('fleet_two', { transport: 'http', url: `${fleet.old.origin}/servers/two/mcp` })
    })
    afterAll(async () => {
      await fleet?.end()
      for (const server of faults) await server.close()
    })

    /** Runs the program, with the new addresses tried. */
    const run = (args: readonly string[]) =>
      runCli([...args, '--json', '--journal', operator.journal], {
        env: { LITELLM_PROXY_URL: gateway.url, LITELLM_PROXY_API_KEY: gateway.masterKey },
        preflight: true,
      })

    async function elsewhere(listener: Listener | null): Promise<string> {
      if (!listener) return closedOrigin()
      const server = await listen(listener)
      faults.push(server)
      return server.url
    }

    const KINDS: readonly (readonly [string, Listener | null, string])[] = [
      ['a closed port', null, 'refused'],
      ['404', says(404, ''), 'not-found'],
      ['421', says(421, 'Invalid Host header'), 'host-refused'],
      ['401', says(401, {}), 'unauthorized'],
      ['429', says(429, {}), 'rate-limited'],
      ['a page', says(200, '<html></html>', { 'content-type': 'text/html' }), 'web-page'],
      [
        'a redirect',
        (_, answer) => void answer.writeHead(307, { location: 'http://127.0.0.1:9/x' }).end(),
        'redirect',
      ],
    ]

    for (const [what, listener, kind] of KINDS) {
      test(`${what} is told, by LiteLLM or by this machine, on which it runs`, async () => {
        const to = await elsewhere(listener)
        const only = ['--from', fleet.old.origin, '--to', to, '--only', 'fleet_one', '--dry-run']
        const before = await fleet.rows()
        const finished = await run(only)
        const { changes } = document.parse(JSON.parse(finished.stdout))
        const isSignIn = kind === 'unauthorized'
        expect(finished.code, told(finished)).toBe(isSignIn ? 0 : 1)
        expect(changes[0]?.awaiting).toEqual(isSignIn ? [] : ['unreachable'])
        expect(changes[0]?.preflight).toMatchObject({ outcome: isSignIn ? 'sign-in' : 'failed', kind })
        expect(await fleet.rows()).toEqual(before)
      })
    }

    test('working ones are moved, with their tools before on record, and looked at after the run', async () => {
      const finished = await run([...rule, '--yes'])
      expect(finished.code, told(finished)).toBe(0)
      const { changes } = document.parse(JSON.parse(finished.stdout))
      for (const { preflight, check } of changes) {
        expect(preflight).toMatchObject({ outcome: 'reached', tools: 2 })
        expect(check?.outcome ?? null).toBe(restarts ? null : 'reached')
      }
      const [file] = await journalFiles(operator.journal)
      expect(file?.text.split('\n')[0]).toContain('"one_ping"')
      expect(JSON.stringify(fleet.next.seen.map(({ headers }) => headers))).not.toContain(gateway.masterKey)
    })

    test('taking it back says that the address it goes back to answers', async () => {
      const finished = await run(['--revert', '--yes'])
      expect(finished.code, told(finished)).toBe(0)
      const { changes } = document.parse(JSON.parse(finished.stdout))
      expect(changes.map(({ preflight }) => preflight?.outcome)).toEqual(['reached', 'reached'])
      for (const { check } of changes) expect(check?.outcome ?? null).toBe(restarts ? null : 'reached')
    })
  })
}
