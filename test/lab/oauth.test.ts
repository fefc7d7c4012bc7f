import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSince } from '../contract/http.ts'
import { testWhere } from '../contract/where.ts'
import { closeLane, killedAt, openLane } from '../prove/kill-program.ts'
import { runCli, transcript } from '../support/cli.ts'
import { type Row, unstamped } from '../support/lab-database.ts'
import { planSchema } from '../../src/cli/render/documents/plan.ts'
import { runSchema, type RunDocument } from '../../src/cli/render/documents/run.ts'
import { serverNames, waitingOf } from '../support/lab-documents.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { journalFiles, withoutUrls } from '../support/lab-journal.ts'
import { signedInMembers } from '../support/lab-members.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { People } from '../support/lab-people.ts'
import { labGateways } from '../support/lab.ts'

const REAUTHORIZE = ['--accept', 'reauthorization']

type Credentials = Readonly<Record<string, unknown>>

/** Stored credentials, as they lie in the database: ciphertext in most of their fields. */
function credentialsOf(row: Row | undefined): Credentials {
  const stored = row?.['credentials']
  return (typeof stored === 'string' ? JSON.parse(stored) : stored) as Credentials
}

const effectsOf = ({ changes }: Pick<RunDocument, 'changes'>) =>
  Object.fromEntries(changes.map(({ server, effects }) => [server.name, effects.map(({ code }) => code)]))

for (const gateway of labGateways()) {
  const wipes = isSince(gateway.version, '1.94.3')
  const counts = isSince(gateway.version, '1.104.9')
  /** Up to 1.105 the second write may hold the issuer, and the client stays. */
  const drops = isSince(gateway.version, '1.106.0')
  const ACCEPT = drops ? [...REAUTHORIZE, '--accept', 'client-loss'] : REAUTHORIZE
  describe(`servers with OAuth or token exchange, on LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let operator: Operator
    let people: People
    let rule: string[]
    let start: Record<string, Row>

    const now = async () => unstamped(await fleet.rows())
    const atNext = (row: Row): Row => ({
      ...row,
      url: String(row['url']).replace(fleet.old.origin, fleet.next.origin),
    })

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
      people = new People(gateway)
      rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
      const places = { old: fleet.old.origin, next: fleet.next.origin }
      for (const { name, fields } of signedInMembers(gateway.version, places, fleet.secrets))
        await fleet.add(name, fields)
      start = await now()
    })
    afterAll(async () => {
      await people?.leave()
      await fleet?.end()
    })

    if (!wipes) {
      test('move without consent, as nothing is lost, and back', async () => {
        const forth = await operator.json(runSchema, [...rule, '--yes'])
        // That LiteLLM may look at the new URL first loses nothing.
        const effects = Object.values(effectsOf(forth.document)).flat()
        expect([forth.code, effects.filter((each) => each !== 'may-hang')]).toEqual([0, []])
        const moved = Object.entries(start).map(([name, row]) => [name, atNext(row)])
        expect(await now()).toEqual(Object.fromEntries(moved))
        const back = await operator.run(['--revert', '--yes'])
        expect(back.code, told(back)).toBe(0)
        expect(await now()).toEqual(start)
      })
      return
    }

    /** Somebody new signs in to a server. */
    async function signIn(name: string): Promise<void> {
      const user = await people.user('internal_user')
      const grants = { mcp_servers: fleet.idsOf([name]) }
      const key = await people.key({ user_id: user, object_permission: grants })
      const path = `/v1/mcp/server/${fleet.ids[name]}/oauth-user-credential`
      const { status } = await fleet.ask('POST', path, { key, json: { access_token: fleet.secrets.bearer } })
      expect(status).toBe(200)
    }

    /** How many people are signed in to a server, where the release tells. */
    async function signedIn(name: string): Promise<number | null> {
      const path = `/v1/mcp/server/${fleet.ids[name]}/user-credentials`
      const { body } = await fleet.ask('GET', path)
      return counts ? (body as unknown[]).length : null
    }

    /** A row without what a new URL takes from it for good. */
    function withoutLosses(name: string, row: Row | undefined): Row {
      if (!drops || !['fleet_oauth', 'fleet_loose'].includes(name)) return row ?? {}
      const { credentials: _credentials, issuer: _issuer, ...rest } = row ?? {}
      return rest
    }

    test('wait for consent, with what each would lose, and how many people', async () => {
      for (const name of ['fleet_oauth', 'fleet_oauth', 'fleet_loose']) await signIn(name)
      const { code, document } = await operator.json(planSchema, [...rule, '--dry-run'])
      expect([code, document.skipped]).toEqual([1, []])
      const waiting = waitingOf(document.changes, true)
      const messages = Object.fromEntries(
        waiting.map(({ server, effects }) => [server.name, effects.map(({ message }) => message).join('; ')]),
      )
      const awaited = Object.fromEntries(waiting.map(({ server, awaiting }) => [server.name, awaiting]))
      expect(serverNames(waiting)).toEqual(Object.keys(start).toSorted())
      const people = (n: string) => (counts ? n : 'an unknown number of people')
      expect(messages['fleet_oauth']).toContain(`${people('2 people')} will `)
      expect(messages['fleet_oauth']?.includes('the issuer is cleared ')).toBe(drops)
      expect(awaited['fleet_oauth']).toEqual(['reauthorization'])
      expect(messages['fleet_loose']).toContain(`${people('1 person')} will `)
      expect(messages['fleet_loose']?.includes('may be lost')).toBe(drops)
      expect(awaited['fleet_loose']).toEqual(['reauthorization', ...(drops ? ['client-loss'] : [])])
      expect(messages['fleet_exchange']).toContain(counts ? 'nobody is signed in now' : people(''))
      expect(await now()).toEqual(start)
    })

    test('move with consent: what can be put back is there again, byte by byte', async () => {
      const { code, document } = await operator.json(runSchema, [...rule, '--yes', ...ACCEPT])
      expect([code, document.changes.flatMap(({ collateral }) => collateral)]).toEqual([0, []])
      const rows = await now()
      for (const name of Object.keys(start))
        expect(withoutLosses(name, rows[name])).toEqual(withoutLosses(name, atNext(start[name] ?? {})))
      const told = document.changes.flatMap(({ effects }) => effects.map(({ code: effect }) => effect))
      expect(['issuer-cleared', 'client-loss'].map((effect) => told.includes(effect))).toEqual([drops, drops])
      const nobody = counts ? 0 : null
      expect(await Promise.all(['fleet_oauth', 'fleet_loose'].map(signedIn))).toEqual([nobody, nobody])
    })

    testWhere(drops)(
      'a client whose issuer was known is untouched and bound to it; another one is gone',
      async () => {
        const rows = await now()
        const { client_id, client_secret } = credentialsOf(start['fleet_oauth'])
        expect(client_secret).toEqual(expect.any(String))
        expect(credentialsOf(rows['fleet_oauth'])).toMatchObject({
          client_id,
          client_secret,
          dcr_issuer: 'http://issuer.test',
          dcr_server_url: start['fleet_oauth']?.['url'],
        })
        expect(rows['fleet_oauth']).toMatchObject({ issuer: null })
        expect(Object.keys(credentialsOf(rows['fleet_loose']))).toEqual(['scopes'])
      },
    )

    test('go back with the same consent, and what cannot come back is said', async () => {
      await signIn('fleet_oauth')
      const refused = await operator.json(runSchema, ['--revert', '--yes'])
      expect([refused.code, waitingOf(refused.document.changes, false)]).toEqual([1, []])
      const back = await operator.json(runSchema, ['--revert', '--yes', ...ACCEPT])
      expect([back.code, back.document.changes.flatMap(({ collateral }) => collateral)]).toEqual([0, []])
      expect(effectsOf(back.document)['fleet_oauth']).not.toContain('client-loss')
      const rows = await now()
      for (const name of Object.keys(start))
        expect(withoutLosses(name, rows[name])).toEqual(withoutLosses(name, start[name]))
      const { client_id, client_secret } = credentialsOf(start['fleet_oauth'])
      expect(credentialsOf(rows['fleet_oauth'])).toMatchObject({ client_id, client_secret })
      expect(await signedIn('fleet_oauth')).toBe(counts ? 0 : null)
    })

    test('the printed command takes a run back as it stands', async () => {
      const forth = await operator.run([...rule, '--yes', '--only', 'fleet_exchange', ...REAUTHORIZE])
      const [npx, program, ...args] = forth.stdout.trimEnd().split('\n').at(-1)?.split(' ') ?? []
      expect([npx, program, args.slice(2, 4)], told(forth)).toEqual(['npx', 'mcp-url-migrate', REAUTHORIZE])
      expect(await operator.run([...args, '--yes'])).toMatchObject({ code: 0 })
      expect((await now())['fleet_exchange']).toEqual(start['fleet_exchange'])
    })

    for (const way of ['finish', 'revert'] as const) {
      test(`killed between its two writes: --unfinished ${way} leaves nothing lost`, async () => {
        const lane = await openLane({
          env: { LITELLM_PROXY_URL: gateway.url, LITELLM_PROXY_API_KEY: gateway.masterKey },
          rows: () => Promise.resolve({}),
          restore: () => Promise.resolve(),
          close: () => Promise.resolve(),
        })
        const args = [...rule, '--yes', '--only', 'fleet_exchange', ...REAUTHORIZE]
        const env = { ...lane.env }
        const { signal } = await killedAt(lane, args, 'before PUT /v1/mcp/server 2')
        expect(signal).toBe('SIGKILL')
        expect((await now())['fleet_exchange']).toMatchObject({ audience: null, issuer: null })
        const recovery = ['--unfinished', way, '--yes', ...(way === 'revert' ? REAUTHORIZE : [])]
        const recovered = await runCli(recovery, { env })
        expect(recovered.code, told(recovered)).toBe(0)
        const before = start['fleet_exchange'] ?? {}
        expect((await now())['fleet_exchange']).toEqual(way === 'finish' ? atNext(before) : before)
        if (way === 'finish')
          expect((await runCli(['--revert', '--yes', ...REAUTHORIZE], { env })).code).toBe(0)
        await closeLane(lane)
      })
    }

    test('no secret was printed or journalled', async () => {
      const journalled = (await journalFiles(operator.journal)).map(withoutUrls).join('\n')
      const texts = `${transcript.join('\n')}\n${journalled}`
      const secrets = [fleet.secrets.client, fleet.secrets.bearer, ...people.keys, gateway.masterKey]
      expect(secrets.filter((secret) => texts.includes(secret))).toEqual([])
    })
  })
}
