import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { closeLane, killedAt, type Lane, openLane } from '../prove/kill-program.ts'
import { runCli } from '../support/cli.ts'
import { type Row, unstamped } from '../support/lab-database.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { labGateways } from '../support/lab.ts'

const NAMES = ['fleet_bow', 'fleet_mast', 'fleet_stern']

/** Where the program is killed: around the second of three writes, at its beginning and at its end. */
const POINTS = [
  'after append 1 (run-started)',
  'before PUT /v1/mcp/server 2',
  'request is out: PUT /v1/mcp/server 2',
  'answer is there: PUT /v1/mcp/server 2',
  'middle of append 5 (outcome)',
  'before append 8 (run-finished)',
]

for (const gateway of labGateways()) {
  describe(`a program that is killed, on LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let lane: Lane
    let before: Record<string, Row>
    let goal: Record<string, Row>
    let rule: string[]

    const now = async () => unstamped(await fleet.rows())
    const start = (...args: string[]) => runCli(args, { env: { ...lane.env } })
    const run = (...args: string[]) => start(...args, '--yes', '--no-wait')

    async function expectSettled(rows: Record<string, Row>): Promise<void> {
      expect(await now()).toEqual(rows)
      const { code, stdout } = await start('history', '--check')
      expect([code, stdout]).toEqual([0, expect.not.stringContaining('it has no end')])
    }

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
    })
    beforeEach(async () => {
      lane = await openLane({
        env: { LITELLM_PROXY_URL: gateway.url, LITELLM_PROXY_API_KEY: gateway.masterKey },
        rows: () => Promise.resolve({}),
        restore: () => Promise.resolve(),
        close: () => Promise.resolve(),
      })
      for (const name of NAMES)
        await fleet.add(name, {
          transport: 'sse',
          url: `${fleet.old.origin}/servers/${name}/sse`,
          mcp_access_groups: ['fleet_fore'],
          description: `The ${name}`,
        })
      before = await now()
      goal = Object.fromEntries(
        Object.entries(before).map(([name, row]) => [
          name,
          { ...row, url: String(row['url']).replace(fleet.old.origin, fleet.next.origin) },
        ]),
      )
    })
    afterEach(async () => {
      await fleet.clearServers()
      await closeLane(lane)
    })
    afterAll(() => fleet?.end())

    async function killAt(point: string): Promise<void> {
      const ended = await killedAt(lane, [...rule, '--yes', '--no-wait'], point)
      expect([ended.signal, ended.point]).toEqual(['SIGKILL', point])
    }

    for (const [i, point] of POINTS.entries()) {
      const way = i % 2 === 0 ? 'finish' : 'revert'
      test(`${point}: --unfinished ${way} leaves no server lost and none unknown`, async () => {
        await killAt(point)
        expect((await run(...rule)).code).toBe(3)
        const { code, stderr } = await run('--unfinished', way, '--patience', '5')
        expect([code, stderr]).toEqual([0, expect.stringContaining('did not finish')])
        await expectSettled(way === 'finish' ? goal : before)
      })
    }
  })
}
