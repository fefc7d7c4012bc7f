import { expect, test } from 'vitest'
import { listedServer } from '../../../../src/core/record/server.ts'
import type { RecordedChange, RecordedRun } from '../../../../src/journal/fold.ts'
import { migratedServers, returnedServers } from '../../../../src/runs/verify/scene/migrated.ts'
import { adHocRules } from '../../../support/rules.ts'

const GATEWAY = 'http://127.0.0.1:4000'
const { rules: RULES } = adHocRules('http://unrelated:1', 'http://elsewhere:2')

/** A run that moved the server `one` from one origin to another. */
function run(id: string, before: string, after: string, reverts: string | null = null): RecordedRun {
  const change = {
    server: { id: 'one', name: 'one', alias: null, source: 'database' },
    file: null,
    edits: [{ field: 'url', before: `${before}/sse`, after: `${after}/sse` }],
  }
  const started = { reverts, gateway: { url: GATEWAY, version: null }, tools: {}, changes: [change] }
  const changes = [{ change, outcome: 'applied' }] as unknown as RecordedChange[]
  return { id, startedAt: id, started, changes } as unknown as RecordedRun
}

/** The same run where somebody had written the URL before, so that it put back settings alone. */
function puttingBack(made: RecordedRun): RecordedRun {
  const changes = made.changes.map((each) => ({
    ...each,
    change: { ...each.change, edits: [], landed: each.change.edits },
  }))
  return { ...made, changes }
}

/** How the server is taken when it is listed at this origin: as migrated by a run, as back by one, or as neither. */
function taken(origin: string, runs: readonly RecordedRun[]): string {
  const listed = [listedServer.parse({ server_id: 'one', url: `${origin}/sse` })]
  const [migrated] = migratedServers(listed, runs, GATEWAY, RULES)
  const [returned] = returnedServers(listed, runs, GATEWAY)
  return [migrated && `migrated by ${migrated.mover?.id}`, returned && `back since ${returned.run.id}`]
    .filter(Boolean)
    .join(', ')
}

const ONE = run('1', 'http://a', 'http://b')
const TWO = run('2', 'http://b', 'http://c')

test('a server is migrated where the last run put it, and back where any of them found it', () => {
  expect(taken('http://b', [ONE])).toBe('migrated by 1')
  expect(taken('http://a', [ONE])).toBe('back since 1')
  expect(taken('http://c', [ONE, TWO])).toBe('migrated by 2')
  for (const origin of ['http://a', 'http://b']) expect(taken(origin, [ONE, TWO])).toBe('back since 2')
})

test('a server that was moved there and back again stands where it was put', () => {
  expect(taken('http://a', [ONE, run('2', 'http://b', 'http://a')])).toBe('migrated by 2')
})

test('a server that was taken back is neither', () => {
  const back = run('2', 'http://b', 'http://a', '1')
  expect(taken('http://a', [ONE, back])).toBe('')
  expect(taken('http://a', [ONE, puttingBack(back)])).toBe('')
})
