import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Row, unstamped } from '../support/lab-database.ts'
import { errorSchema } from '../../src/cli/render/documents/error.ts'
import { type RunDocument, runSchema } from '../../src/cli/render/documents/run.ts'
import { serverNames } from '../support/lab-documents.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { Operator } from '../support/lab-operator.ts'
import { labGateways } from '../support/lab.ts'

const NAMES = ['fleet_bow', 'fleet_mast', 'fleet_stern']

for (const gateway of labGateways()) {
  describe(`three servers of two groups, on LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let operator: Operator
    let start: Record<string, Row>
    let rule: string[]

    const now = async () => unstamped(await fleet.rows())
    const atNewAddress = async () =>
      Object.values(await fleet.rows())
        .filter(({ url }) => String(url).startsWith(fleet.next.origin))
        .map(({ server_name: name }) => name)
    const move = (...args: string[]) => operator.json(runSchema, [...rule, '--yes', ...args])
    const takeBack = (...args: string[]) => operator.json(runSchema, ['--revert', '--yes', ...args])
    const outcomes = (changes: RunDocument['changes']) =>
      Object.fromEntries(changes.map(({ server, outcome }) => [server.name, outcome]))

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
    })
    beforeEach(async () => {
      operator = await Operator.of(gateway)
      for (const name of NAMES)
        await fleet.add(name, {
          alias: `${name}_alias`,
          transport: 'sse',
          url: `${fleet.old.origin}/servers/${name}/sse`,
          mcp_access_groups: [name === 'fleet_stern' ? 'fleet_aft' : 'fleet_fore'],
        })
      start = unstamped(await fleet.rows())
    })
    afterEach(() => fleet.clearServers())
    afterAll(() => fleet?.end())

    test.for([
      { by: 'name', args: ['--only', 'fleet_mast'], moved: ['fleet_mast'] },
      { by: 'alias in capitals', args: ['--only', 'FLEET_BOW_ALIAS'], moved: ['fleet_bow'] },
      { by: 'group', args: ['--only', 'fleet_fore'], moved: ['fleet_bow', 'fleet_mast'] },
      { by: 'pattern with *', args: ['--only', '*ST*', '--except', 'fleet_aft'], moved: ['fleet_mast'] },
      { by: 'exception', args: ['--except', 'fleet_bow'], moved: ['fleet_mast', 'fleet_stern'] },
    ])('a selection by $by moves exactly those servers', async ({ args, moved }) => {
      const { code, document } = await move(...args)
      expect({ code, moved: serverNames(document.changes) }).toEqual({ code: 0, moved })
      expect(await atNewAddress()).toEqual(moved)
    })

    test('an id selects, too, and a revert can be limited in the same way', async () => {
      await move('--only', fleet.ids['fleet_bow'] ?? '', '--only', fleet.ids['fleet_stern'] ?? '')
      expect(await atNewAddress()).toEqual(['fleet_bow', 'fleet_stern'])
      expect(await takeBack('--except', 'fleet_bow')).toMatchObject({ code: 0 })
      expect(await atNewAddress()).toEqual(['fleet_bow'])
    })

    test('a pattern that selects nothing is wrong usage, and the nearest name is suggested', async () => {
      const { code, document } = await operator.json(errorSchema, [...rule, '--yes', '--only', 'fleet_mats'])
      expect({ code, reason: document.code }).toEqual({ code: 64, reason: 'usage' })
      expect(document.hint).toContain('fleet_mast')
      expect(await now()).toEqual(start)
    })

    test("another admin's edit of another field stays when the run is taken back", async () => {
      await move()
      const edit = { mcp_access_groups: ['fleet_aft', 'fleet_new'], description: 'edited in between' }
      await fleet.edit('fleet_mast', edit)
      const { fleet_mast: edited } = await now()
      const { code, document } = await takeBack()
      expect(code).toBe(0)
      expect(document.changes.flatMap(({ collateral }) => collateral)).toEqual([])
      const url = start['fleet_mast']?.['url']
      expect(await now()).toEqual({ ...start, fleet_mast: { ...edited, ...edit, url } })
    })

    test("another admin's edit of the url is left alone, and the rest is taken back", async () => {
      await move()
      const elsewhere = `${fleet.next.origin}/servers/elsewhere/sse`
      await fleet.edit('fleet_mast', { url: elsewhere })
      const { fleet_mast: edited } = await now()
      const { code, document } = await takeBack()
      expect(code).toBe(4)
      expect(outcomes(document.changes)).toEqual({ fleet_bow: 'applied', fleet_stern: 'applied' })
      expect(document.skipped).toMatchObject([{ server: { name: 'fleet_mast' }, code: 'drifted' }])
      expect(await now()).toEqual({ ...start, fleet_mast: { ...edited, url: elsewhere } })
    })

    test('when every url was edited in between, nothing is taken back', async () => {
      await move('--only', 'fleet_mast')
      await fleet.edit('fleet_mast', { url: 'http://127.0.0.3:9/sse' })
      const before = await fleet.rows()
      const { code, document } = await takeBack()
      expect({ code, run: document.run }).toEqual({ code: 3, run: null })
      expect(await fleet.rows()).toEqual(before)
    })

    test('a server that was deleted in between is reported, and the rest is taken back', async () => {
      await move()
      await fleet.ask('DELETE', `/v1/mcp/server/${fleet.ids['fleet_mast']}`)
      const { code, document } = await takeBack()
      expect({ code, left: serverNames(document.skipped) }).toEqual({ code: 4, left: ['fleet_mast'] })
      const { fleet_mast: _gone, ...rest } = start
      expect(await now()).toEqual(rest)
    })

    test('a run is taken back through another name of the same gateway, too', async () => {
      await move()
      const alias = gateway.url.replace('127.0.0.1', 'localhost')
      const back = await operator.json(runSchema, ['--revert', '--yes', '--url', alias])
      expect(back.code).toBe(0)
      expect(await now()).toEqual(start)
    })

    test('without a terminal and without --yes nothing is written', async () => {
      const refusal = await operator.run(rule)
      expect(refusal.code).toBe(64)
      expect(refusal.stderr).toContain('--yes')
      expect(await now()).toEqual(start)
    })
  })
}
