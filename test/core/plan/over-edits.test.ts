import { expect, test } from 'vitest'
import { assembleOverEdits, type ChosenServer, contestedServers } from '../../../src/core/plan/over-edits.ts'
import type { Plan, Skipped } from '../../../src/core/plan/plan.ts'
import { planOf } from '../../../src/core/plan/assemble-plan.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { settledAs } from '../../../src/core/run/outcome.ts'
import { changeOf, fileOf, MOVE, NEW, OLD, recordOf } from './samples.ts'

const FIELDS = [{ field: 'url', before: OLD, ours: NEW, now: 'http://third' }]

const serverOf = (id: string) => ({ id, name: id, alias: null, source: 'database' as const })

/** A plan of five servers in which one was found changed. */
function planWith(id: string): Plan {
  const contested = { migration: 'm', edits: [MOVE], fields: FIELDS }
  const skipped: Skipped = {
    server: serverOf(id),
    matched: true,
    code: 'drifted',
    message: 'changed',
    url: null,
    contested,
  }
  return planOf({
    createdAt: 'then',
    gateway: { url: 'http://gw', version: '1.106.2', account: 'master key' },
    reverts: 'run-1',
    migrations: [{ id: 'm', sha256: 'x' }],
    notes: [{ code: 'release-note', server: null, field: null, message: 'told before' }],
    servers: 5,
    meant: [{ server: skipped.server }],
    judgements: [{ kind: 'skipped', skipped }],
    order: 'back',
    accepted: [],
    origins: [{ origin: 'http://a', count: 5 }],
  })
}

test('contested are servers of the database that drifted before the run or within it', () => {
  const drifted = (id: string, more = {}) => ({ ...settledAs(changeOf(id, more), 'drifted'), drift: FIELDS })
  const changes = [
    drifted('b'),
    drifted('in-a-file', { file: fileOf('in-a-file') }),
    { ...drifted('unread'), drift: [] },
    settledAs(changeOf('c'), 'applied'),
    drifted('landed', { edits: [], landed: [MOVE] }),
  ]
  const found = contestedServers(planWith('a'), { changes })
  expect(found.map(({ server }) => server.id)).toEqual(['a', 'b', 'landed'])
  expect(found.map(({ edits }) => edits)).toEqual([[MOVE], changes[0]?.edits, [MOVE]])
  expect(contestedServers(planWith('a'), null)).toHaveLength(1)
})

test('the plan over edits is that of the servers chosen, of all that the first plan was of', () => {
  const chosen = (id: string, url: string | null): ChosenServer => ({
    server: serverOf(id),
    migration: 'm',
    edits: [MOVE],
    fields: FIELDS,
    signIns: null,
    reading: { kind: 'record', record: recordOf({ server_id: id, url }), source: 'database' },
  })
  const first = planWith('a')
  const servers = [chosen('a', 'http://third'), chosen('b', NEW), chosen('c', null)]
  const plan = assembleOverEdits(first, servers, eraOf('1.106.2').era, { createdAt: 'now', accepted: [] })
  expect(plan.changes.map(({ edits }) => edits)).toEqual([[{ ...MOVE, before: 'http://third' }]])
  expect(plan.summary).toEqual({ servers: 5, changes: 1, unchanged: 1, skipped: 1, excluded: 2, moved: 1 })
  const { gateway, reverts, migrations, origins } = first
  expect(plan).toMatchObject({ createdAt: 'now', notes: [], gateway, reverts, migrations, origins })
})
