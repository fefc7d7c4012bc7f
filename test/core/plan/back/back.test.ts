import { describe, expect, test } from 'vitest'
import { assembleReversal, type Candidate, type Reversal } from '../../../../src/core/plan/back/back.ts'
import { type Change, isVariable } from '../../../../src/core/plan/change.ts'
import { eraOf } from '../../../../src/core/record/eras.ts'
import { fieldHashes } from '../../../../src/core/record/fields.ts'
import { fieldsWith } from '../../../../src/core/record/path.ts'
import { changeOf, fileOf, pinOf, recordOf } from '../samples.ts'

/** A change that a run applied, and what its server holds now: what the run wrote, unless told. */
function applied(change: Change, now: Record<string, unknown> = {}): Candidate {
  const { id } = change.server
  const written = change.edits.map(({ field, after }) => ({ path: field, value: after }))
  const base = recordOf({ server_id: id, server_name: id, pinned_id: null })
  const record = { ...base, ...fieldsWith(base, written), ...now }
  const source = change.file === null ? 'database' : 'config'
  const recorded = { change, outcome: 'applied', collateral: [], fieldsBefore: null, settings: {} } as const
  return { recorded, wrote: true, reading: { kind: 'record', record, source }, signIns: null }
}

const reversal = (candidates: readonly Candidate[], more: Partial<Reversal> = {}) =>
  assembleReversal({
    createdAt: 'now',
    gateway: {
      identity: { url: 'http://gw', version: '1.106.2', account: 'master key' },
      era: eraOf('1.106.2').era,
    },
    run: { id: 'run-1', started: { gateway: { url: 'http://gw' }, reverts: null, migrations: [] } },
    inForce: [],
    candidates,
    selection: { only: [], except: [] },
    accepted: [],
    ...more,
  })

const PIN = pinOf('a')
const VARIABLE = changeOf('a', { file: fileOf('a', { path: '/etc/.env', variable: 'A_URL' }) })
const OTHER = pinOf('b', { file: fileOf('b') })
const BOTH = changeOf('a', {
  file: fileOf('a', { path: '/etc/.env', variable: 'A_URL', sharers: ['a', 'b'] }),
})

describe('the plan that takes a run back', () => {
  test('writes what was there before, and counts the servers of the run', () => {
    const gone: Candidate = { ...applied(changeOf('c')), reading: { kind: 'absent', message: '' } }
    const holdsOld = applied(changeOf('b'), { url: 'http://old/servers/b/sse' })
    const plan = reversal([applied(changeOf('a')), holdsOld, gone, applied(changeOf('d'))], {
      selection: { only: [], except: ['d'] },
    })
    expect(plan.changes.map(({ edits }) => edits)).toEqual([
      [{ field: 'url', before: 'http://new/servers/a/sse', after: 'http://old/servers/a/sse' }],
    ])
    expect(plan.skipped.map(({ server, code }) => [server.id, code])).toEqual([['c', 'absent']])
    expect(plan.summary).toEqual({ servers: 4, changes: 1, unchanged: 1, skipped: 1, excluded: 1, moved: 1 })
    expect(plan).toMatchObject({ reverts: 'run-1', notes: [], origins: [] })
  })

  test('refuses a pattern that selects no server of the run', () => {
    const selection = { only: ['zzz'], except: [] }
    expect(() => reversal([applied(changeOf('a'))], { selection })).toThrow('no server of run run-1')
  })

  test('takes the URL of a server back before its pin, both of which count as one', () => {
    const { changes, summary } = reversal([applied(PIN), applied(VARIABLE)])
    expect(changes.map(isVariable)).toEqual([true, false])
    expect(summary).toMatchObject({ servers: 1, changes: 1, unchanged: 0 })
  })

  test('leaves a pin where the URL stays, and tells of the server once, for its URL', () => {
    const { changes, skipped } = reversal([applied(PIN), applied(VARIABLE, { url: 'http://third' })])
    expect(changes).toEqual([])
    expect(skipped.map(({ code, message }) => [code, message])).toEqual([
      ['drifted', 'changed since then, to http://third; left as it is'],
    ])
  })

  test('leaves a URL that another server has, too, which is not meant', () => {
    const plan = reversal([applied(PIN), applied(OTHER), applied(BOTH)], {
      selection: { only: ['a'], except: [] },
    })
    expect(plan.changes).toEqual([])
    expect(plan.skipped).toMatchObject([
      { code: 'config-defined', message: 'goes back only together with b: select that, too' },
    ])
  })

  test('says which settings stay lost on a release that clears none, and so gets none', () => {
    const change = changeOf('a')
    const settings = { token_url: 'http://sign-in/token' }
    const written = applied(change)
    const before = recordOf({ server_id: 'a', server_name: 'a', pinned_id: null, ...settings })
    const fieldsBefore = fieldHashes({ ...before, url: 'http://old/servers/a/sse' })
    const recorded = { ...written.recorded, outcome: 'unsettled', fieldsBefore, settings } as const
    const on = (version: string) =>
      reversal([{ ...written, recorded }], {
        gateway: { identity: { url: 'http://gw', version, account: 'key' }, era: eraOf(version).era },
      })
    const [back, lost] = [on('1.96.2'), on('1.88.0')]
    expect(back.changes.map((each) => each.settings)).toEqual([settings])
    expect(back.notes.filter(({ code }) => code === 'still-changed')).toEqual([])
    expect(lost.changes.map((each) => each.settings)).toEqual([{}])
    expect(lost.notes).toMatchObject([
      {
        code: 'still-changed',
        message: "token_url: not as before that run's write, and not put back by this",
      },
    ])
  })

  test('says which runs stay, and what does not come back', () => {
    const effects = [{ code: 'reauthorization', message: 'signs people out', reversible: false }]
    const candidates = [applied(changeOf('a', { effects }))]
    const notes = (more: Partial<Reversal> = {}) =>
      reversal(candidates, more).notes.map(({ message }) => message)
    const lost = "what that run took does not come back: people's sign-ins"
    expect(notes({ inForce: [{ id: 'run-0', servers: 2, options: ['--expect-head', 'abc'] }] })).toEqual([
      'Run run-0 stays in force (2 servers); --revert run-0 --expect-head abc takes it back.',
      lost,
    ])
    expect(reversal(candidates.map((each) => ({ ...each, wrote: false }))).notes).toEqual([])
  })
})

test('a server whose backend is silent goes back last where it is read before its write', () => {
  const [slow, quick] = [applied(changeOf('slow')), applied(changeOf('quick'))]
  const gateway = {
    identity: { url: 'http://gw', version: '1.81.14', account: 'master key' },
    era: eraOf('1.81.14').era,
  }
  const candidates = [{ ...slow, reading: { ...slow.reading, silent: true } as Candidate['reading'] }, quick]
  const orderOf = (more: Partial<Reversal>) =>
    reversal(candidates, more).changes.map(({ server }) => server.id)
  expect(orderOf({ gateway })).toEqual(['quick', 'slow'])
  expect(orderOf({})).toEqual(['slow', 'quick'])
})
