import { access } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSince } from '../contract/http.ts'
import { transcript } from '../support/cli.ts'
import { type Row, unstamped } from '../support/lab-database.ts'
import { historySchema } from '../../src/cli/render/documents/history.ts'
import { planSchema } from '../../src/cli/render/documents/plan.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { serverNames, waitingOf } from '../support/lab-documents.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { expectedHashes, headOf, journalFiles, withoutUrls } from '../support/lab-journal.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { labGateways, restart } from '../support/lab.ts'
import { unsetColumns } from './fleet-columns.ts'

/** The rows as they are to be after a move: the address of the moved servers replaced, every other byte kept. */
function movedRows(
  rows: Readonly<Record<string, Row>>,
  names: readonly string[],
  [old, next]: [string, string],
): Record<string, Row> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [
      name,
      names.includes(name) ? { ...row, url: String(row['url']).replace(old, next) } : row,
    ]),
  )
}

for (const gateway of labGateways()) {
  describe(`a fleet with everything set, on LiteLLM ${gateway.version}`, () => {
    const takesEffectAtOnce = isSince(gateway.version, '1.81.14')
    let fleet: Fleet
    let operator: Operator
    let start: Record<string, Row>
    let moved: Record<string, Row>
    let rule: string[]
    let visible: { group: string[]; ids: string[] }
    let firstRun: string
    /** What a whole move or reversal exits with: servers left alone for want of consent make it 4. */
    let done: number

    const visibleNow = async () => ({
      group: await fleet.visibleTo(fleet.keys.group),
      ids: await fleet.visibleTo(fleet.keys.ids),
    })
    const now = async () => unstamped(await fleet.rows())

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
      await fleet.muster()
      rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
      start = await fleet.rows()
      moved = unstamped(movedRows(start, fleet.named('moves'), [fleet.old.origin, fleet.next.origin]))
      visible = await visibleNow()
      done = fleet.named('waits').length > 0 ? 4 : 0
    })
    afterAll(() => fleet?.end())

    test('every column that a server reached by URL can use is in use', () => {
      expect(unsetColumns(start, fleet.named('moves'))).toEqual([])
      expect(start['fleet_no_alias']).toMatchObject({ alias: null })
    })

    test('a dry run shows what would move and why the rest stays, and writes nothing', async () => {
      const { code, document } = await operator.json(planSchema, [...rule, '--dry-run'])
      expect(serverNames(waitingOf(document.changes, false))).toEqual(fleet.named('moves'))
      expect(serverNames(waitingOf(document.changes, true))).toEqual(fleet.named('waits'))
      const reasons = document.skipped.map(({ server, code: why }) => `${server.name}: ${why}`)
      expect(reasons.toSorted()).toEqual(fleet.named('near-miss').map((name) => `${name}: near-miss`))
      expect(document.gateway.version).toBe(gateway.version)
      expect(code).toBe(done === 0 ? 0 : 1)
      expect(await fleet.rows()).toEqual(start)
      await expect(access(operator.journal)).rejects.toThrow('ENOENT')
    })

    test('pending changes make a dry run exit 2 where that is asked for', async () => {
      expect(await operator.run([...rule, '--dry-run', '--exit-code'])).toMatchObject({ code: 2 })
    })

    test('the old address in other fields is reported', async () => {
      const { document } = await operator.json(planSchema, [...rule, '--dry-run'])
      const places = document.notes.filter(({ code }) => code === 'old-address')
      const fields = places.map(({ server, field }) => [server?.name, field])
      expect(fields).toContainEqual(['fleet_mentions', 'args[1]'])
      if (takesEffectAtOnce) expect(fields).toContainEqual(['fleet_mentions', 'static_headers.X-Origin'])
      expect(places.every(({ server }) => server?.name === 'fleet_mentions')).toBe(true)
    })

    test('a move changes the URLs in the database and not one byte besides', async () => {
      const { code, document } = await operator.json(runSchema, [...rule, '--yes'])
      const tried = waitingOf(document.changes, false)
      expect(tried.map(({ outcome }) => outcome)).toEqual(fleet.named('moves').map(() => 'applied'))
      expect(tried.flatMap(({ collateral }) => collateral)).toEqual([])
      expect(serverNames(tried)).toEqual(fleet.named('moves'))
      expect(await now()).toEqual(moved)
      expect(code).toBe(done)
      expect(document.restartRequired).toBe(!takesEffectAtOnce)
      firstRun = document.run?.id ?? ''
    })

    test('what was not to be moved was not written at all', async () => {
      const rows = await fleet.rows()
      for (const name of fleet.named('stays', 'near-miss', 'waits')) expect(rows[name]).toEqual(start[name])
    })

    test('a second move finds nothing left to do', async () => {
      const before = await fleet.rows()
      const { document } = await operator.json(runSchema, [...rule, '--yes'])
      expect([document.run, waitingOf(document.changes, false)]).toEqual([null, []])
      expect(await fleet.rows()).toEqual(before)
      expect(await journalFiles(operator.journal)).toHaveLength(1)
    })

    test('a key granted through a group and one granted by id see the servers that they saw', async () => {
      expect(visible.group).toEqual(expect.arrayContaining(fleet.idsOf(['fleet_full', 'fleet_grouped'])))
      expect(visible.ids).toEqual(expect.arrayContaining(fleet.idsOf(['fleet_http', 'fleet_plain'])))
      expect(visible.ids).not.toEqual(visible.group)
      expect(await visibleNow()).toEqual(visible)
    })

    test('they list the tools that they listed, through the new address', async () => {
      if (!takesEffectAtOnce) await restart(gateway)
      expect(await visibleNow()).toEqual(visible)
      fleet.old.seen = []
      fleet.next.seen = []
      const { group, ids } = fleet.keys
      expect(await fleet.toolsOf('fleet_grouped', group)).toEqual(['echo', 'fleet_grouped_ping'])
      expect(await fleet.toolsOf('fleet_full', group)).toEqual(['echo'])
      expect(await fleet.toolsOf('fleet_plain', ids)).toEqual(['echo', 'fleet_plain_ping'])
      expect(await fleet.toolsOf('fleet_http', ids)).toEqual(['echo', 'fleet_http_ping'])
      expect(fleet.old.seen).toEqual([])
      for (const name of ['fleet_grouped', 'fleet_full', 'fleet_plain', 'fleet_http'])
        expect(fleet.next.headersFor(name)).not.toEqual([])
    })

    // 1.77.7 stores neither.
    if (takesEffectAtOnce)
      test('credentials and headers still arrive at the backend', () => {
        for (const headers of fleet.next.headersFor('fleet_full')) {
          expect(headers['authorization']).toBe(`Bearer ${fleet.secrets.bearer}`)
          expect(headers['x-static']).toBe(fleet.secrets.header)
        }
      })

    test('a revert brings every row back to what it was', async () => {
      const { code, document } = await operator.json(runSchema, ['--revert', '--yes'])
      expect(document.run?.reverts).toBe(firstRun)
      expect(await now()).toEqual(unstamped(start))
      expect(await visibleNow()).toEqual(visible)
      expect(code).toBe(0)
    })

    test('a second revert does it again, and its last line is the command that takes it back', async () => {
      const again = await operator.run(['--revert', '--yes'])
      expect(again.stdout, told(again)).toContain('is changed again')
      expect(again.code).toBe(0)
      expect(await now()).toEqual(moved)
      const [npx, program, ...args] = again.stdout.trimEnd().split('\n').at(-1)?.split(' ') ?? []
      expect([npx, program]).toEqual(['npx', 'mcp-url-migrate'])
      expect(await operator.run([...args, '--yes'])).toMatchObject({ code: 0 })
      expect(await now()).toEqual(unstamped(start))
    })

    test('a run named by the beginning of its id is taken back, even when nothing is left of it', async () => {
      const { code, document } = await operator.json(runSchema, ['--revert', firstRun.slice(0, -2), '--yes'])
      expect({ code, run: document.run }).toEqual({ code: 0, run: null })
      expect(await now()).toEqual(unstamped(start))
    })

    test('history lists the four runs and what took what back', async () => {
      const { code, document } = await operator.json(historySchema, ['history'])
      const [first, second, third, fourth] = document.runs.map(({ id }) => id)
      expect(document.runs.map(({ reverts }) => reverts)).toEqual([null, first, second, third])
      expect(document.runs.map(({ revertedBy }) => revertedBy)).toEqual([second, third, fourth, null])
      expect({ code, problems: document.problems }).toEqual({ code: 0, problems: [] })
    })

    test("the journal is its owner's alone, and each line holds the hash of the one before", async () => {
      const files = await journalFiles(operator.journal)
      expect(files).toHaveLength(4)
      for (const file of files) {
        expect({ file: file.mode, folder: file.folderMode }).toEqual({ file: 0o600, folder: 0o700 })
        expect(file.lines.map(({ prev, sha256 }) => ({ prev, sha256 }))).toEqual(expectedHashes(file))
        expect(file.lines.map(({ seq }) => seq)).toEqual(file.lines.map((_, i) => i))
        expect(file.text.endsWith('\n')).toBe(true)
      }
      const { document } = await operator.json(historySchema, ['history'])
      expect(document.runs.map(({ head }) => head)).toEqual(files.map(headOf))
    })

    test('every write has its intent on record before its outcome', async () => {
      for (const { lines } of await journalFiles(operator.journal)) {
        const steps = lines.flatMap(({ type, change }) => (change ? [[type, change]] : []))
        const ids = steps.filter(([type]) => type === 'intent').map(([, change]) => change)
        expect(ids).toHaveLength(fleet.named('moves').length)
        expect(steps).toEqual(
          ids.flatMap((id) => [
            ['intent', id],
            ['outcome', id],
          ]),
        )
      }
    })

    test('nothing that was printed or journalled holds a secret', async () => {
      const { url, ...others } = fleet.secrets
      const secrets = [...Object.values(others), ...Object.values(fleet.keys), gateway.masterKey]
      const printed = transcript.join('\n')
      const journalled = (await journalFiles(operator.journal)).map(withoutUrls).join('\n')
      expect([...secrets, url].filter((secret) => printed.includes(secret))).toEqual([])
      expect([...secrets, url].filter((secret) => journalled.includes(secret))).toEqual([])
      expect(`${printed}\n${journalled}`).not.toMatch(/\bsk-[\w-]{6,}/)
      expect(printed).toContain('fleet_query/sse?token=***')
    })
  })
}
