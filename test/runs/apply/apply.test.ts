import { describe, expect, test } from 'vitest'
import { puttingBack } from '../../../src/core/plan/assemble-change.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Halt } from '../../../src/core/run/report.ts'
import type { WriteAnswer } from '../../../src/core/record/place.ts'
import { applyPlan } from '../../../src/runs/apply/apply.ts'
import { Lookout } from '../../../src/runs/look/lookout.ts'
import type { ApplyContext } from '../../../src/runs/apply/context.ts'
import {
  changeOf,
  contextWith,
  type Deviations,
  gatewayWith,
  newUrl,
  oldUrl,
  put,
  recorderWith,
  recordOf,
  seenBy,
  stopAfter,
} from './scene.ts'

const [A, B, C] = [recordOf('a'), recordOf('b'), recordOf('c')]

const NO: WriteAnswer = { kind: 'unsettled', sent: [], message: 'HTTP 400', answered: true, silent: false }

const planOf = (changes: Change[], reverts: string | null = null): Plan => ({
  createdAt: '',
  gateway: { url: 'http://gateway', version: '1.106.2', account: 'master key' },
  reverts,
  migrations: [],
  changes,
  withheld: {},
  skipped: [],
  notes: [],
  preflight: {},
  tools: {},
  origins: [],
  summary: { servers: 3, changes: 3, unchanged: 0, skipped: 0, excluded: 0, moved: 0 },
})

/** Applies changes, of the three servers unless told. `urls`: which servers have their new URL in the end. */
async function ran(
  deviations: Deviations = {},
  context: Partial<ApplyContext> = {},
  {
    changes = [A, B, C].map((record) => changeOf(record)),
    found = null as Halt,
    silent = [] as string[],
  } = {},
) {
  const { gateway, requests, store } = gatewayWith([A, B, C], deviations)
  const { recorder, lines } = recorderWith()
  const lookout = new Lookout(gateway, seenBy(changes, [A, B, C]))
  const scope = contextWith({ gateway, recorder, lookout, ...context })
  const result = await applyPlan({ ...planOf(changes), silent }, scope, found)
  return {
    outcomes: result.changes.map(({ outcome }) => outcome),
    errors: result.changes.map(({ error }) => error),
    ended: [result.halted, result.trouble],
    requests,
    writes: requests.filter((request) => request.startsWith('write')),
    moved: ['a', 'b', 'c'].filter((name) => store.get(`id-${name}`)?.url === newUrl(name)),
    journal: lines(changes),
    told: scope.told,
  }
}

/** A gateway that refuses one write, by its number. */
const refusing = (write: number): Deviations => ({ onWrite: (nth) => (nth === write ? NO : undefined) })

/** A gateway that opens a server to everybody with one write. */
const opening = (write: number): Deviations => ({
  onWrite: (nth, edits, store) => {
    if (nth !== write) return undefined
    const id = `id-${'abc'[nth - 1] ?? ''}`
    const fields = Object.fromEntries(edits.map(({ field, after }) => [field, after]))
    return { kind: 'accepted', sent: ['url'], record: put(store, id, { ...fields, allow_all_keys: true }) }
  },
})

/** A gateway that changes a description with one write, which its answer does not tell. */
const spoiling = (write: number): Deviations => ({
  onWrite: (nth, edits, store) => {
    if (nth !== write) return undefined
    const fields = Object.fromEntries(edits.map(({ field, after }) => [field, after]))
    put(store, `id-${'abc'[nth - 1] ?? ''}`, { ...fields, description: 'lost' })
    return { kind: 'accepted', sent: ['url'], record: null }
  },
})

describe('a plan is applied', () => {
  test('one server after the other, each through to its outcome', async () => {
    const { outcomes, ended, requests, journal, told } = await ran()
    expect(outcomes).toEqual(['applied', 'applied', 'applied'])
    expect(ended).toEqual([null, null])
    expect(requests).toEqual(['list', ...['id-a', 'id-b', 'id-c'].map((id) => `write ${id} url`), 'list'])
    expect(journal).toEqual(['id-a', 'id-b', 'id-c'].flatMap((id) => [`change ${id} url`, `${id} applied`]))
    const settled = told.flatMap((event) => (event.kind === 'settled' ? [event.change.server.id] : []))
    expect(settled).toEqual(['id-a', 'id-b', 'id-c'])
  })

  test('past a server that has drifted', async () => {
    const drifted = { ...changeOf(B), fields: {} }
    const { outcomes, ended } = await ran({}, {}, { changes: [changeOf(A), drifted, changeOf(C)] })
    expect([outcomes, ended]).toEqual([
      ['applied', 'drifted', 'applied'],
      [null, null],
    ])
  })

  test('not at all where something was found before it', async () => {
    const { outcomes, ended, requests } = await ran({}, {}, { found: 'security' })
    expect(outcomes).toEqual(['not-applied', 'not-applied', 'not-applied'])
    expect([ended, requests]).toEqual([['security', null], []])
  })
})

describe('a signal ends it before the next server', () => {
  // It is asked for before each server, and again before its write.
  test.each([
    [0, []],
    [1, []],
    [2, ['a']],
    [3, ['a']],
    [4, ['a', 'b']],
  ])('after %i questions %j have moved', async (questions, moved) => {
    const found = await ran({}, { stopRequested: stopAfter(questions) })
    expect(found.moved).toEqual(moved)
    expect(found.ended).toEqual(['SIGINT', null])
    expect(found.writes).toHaveLength(moved.length)
  })

  test('and takes nothing back', async () => {
    const { moved } = await ran({}, { stopRequested: stopAfter(3), onFailure: 'revert' })
    expect(moved).toEqual(['a'])
  })
})

describe('what goes wrong with the second server', () => {
  type Row = [string, ApplyContext['onFailure'], Halt, string[], Deviations]
  test.each<Row>([
    ['a refusal', 'stop', 'failure', ['a'], refusing(2)],
    ['a refusal', 'continue', null, ['a', 'c'], refusing(2)],
    ['a refusal', 'revert', 'failure', [], refusing(2)],
    ['a field that changed', 'stop', 'collateral', ['a', 'b'], spoiling(2)],
    ['a field that changed', 'continue', 'collateral', ['a', 'b'], spoiling(2)],
    ['a field that changed', 'revert', 'collateral', [], spoiling(2)],
    ['access that changed', 'stop', 'security', ['a', 'b'], opening(2)],
    ['access that changed', 'continue', 'security', ['a', 'b'], opening(2)],
    ['access that changed', 'revert', 'security', [], opening(2)],
  ])(
    '%s, with the policy %s: %s ends it, and %j have moved',
    async (_what, onFailure, halted, moved, deviations) => {
      const found = await ran(deviations, { onFailure })
      expect(found.ended).toEqual([halted, null])
      expect(found.moved).toEqual(moved)
    },
  )

  test('a journal that takes nothing more is never a reason to take back', async () => {
    const { recorder } = recorderWith((_happened, nth) => nth > 2)
    const { ended, moved, writes, told } = await ran({}, { recorder, onFailure: 'revert' })
    expect(told.map(({ kind }) => kind)).not.toContain('taking-back')
    expect([ended, moved, writes]).toEqual([['journal', 'the disk is full'], ['a'], ['write id-a url']])
  })
})

describe('with a canary', () => {
  test('the first server that was written is tried, and no other', async () => {
    const drifted = { ...changeOf(A), fields: {} }
    const changes = [drifted, changeOf(B), changeOf(C)]
    const { ended, requests, told } = await ran({}, { canary: true }, { changes })
    expect(ended).toEqual([null, null])
    expect(requests.filter((request) => request.startsWith('check'))).toEqual(['check id-b'])
    expect(requests.indexOf('check id-b')).toBeLessThan(requests.indexOf('write id-c url'))
    expect(told.map(({ kind }) => kind)).toContain('works')
  })

  test.each(['no', 'unknown'] as const)('that works: %s, the others are not tried', async (works) => {
    const { outcomes, ended } = await ran({ onCheck: () => works }, { canary: true })
    expect(outcomes).toEqual(['applied', 'not-applied', 'not-applied'])
    expect(ended).toEqual(['canary', `The first server does not work through the gateway: works: ${works}`])
  })

  test('it is tried again as long as patience lasts', async () => {
    const onCheck = (nth: number) => (nth < 2 ? 'no' : 'yes')
    const { ended, requests } = await ran({ onCheck }, { canary: true, patienceMs: 60_000 })
    expect(ended).toEqual([null, null])
    expect(requests.filter((request) => request.startsWith('check'))).toHaveLength(2)
  })

  test('a signal ends the trial, and the server stays', async () => {
    const context = { canary: true, patienceMs: 60_000, stopRequested: stopAfter(2) }
    const { ended, moved } = await ran({ onCheck: () => 'no' }, context)
    expect([ended, moved]).toEqual([['SIGINT', null], ['a']])
  })

  test('it is taken back where that is the policy', async () => {
    const { outcomes, moved } = await ran({ onCheck: () => 'no' }, { canary: true, onFailure: 'revert' })
    expect([outcomes[0], moved]).toEqual(['reverted', []])
  })
})

describe('taking back goes', () => {
  const back = (writes: readonly string[]): string[] => writes.slice(3)

  test('from the newest to the oldest, and what was refused is not touched again', async () => {
    const { outcomes, writes, journal, told } = await ran(refusing(3), { onFailure: 'revert' })
    expect(outcomes).toEqual(['reverted', 'reverted', 'failed'])
    expect(back(writes)).toEqual(['write id-b url', 'write id-a url'])
    expect(journal.slice(-4)).toEqual([
      'take-back id-b url',
      'id-b reverted',
      'take-back id-a url',
      'id-a reverted',
    ])
    expect(told).toContainEqual({ kind: 'taking-back' })
  })

  test('by what each server is then, by its id, whatever a list says', async () => {
    const moved: Deviations['onWrite'] = (nth, _edits, store) => {
      if (nth !== 3) return undefined
      put(store, 'id-a', { url: 'http://theirs' })
      return NO
    }
    const listed = [A, B, C]
    const { outcomes, requests } = await ran(
      { onWrite: moved, onListed: (id) => listed.find((each) => each.server_id === id) ?? null },
      { onFailure: 'revert' },
    )
    expect(outcomes).toEqual(['drifted', 'reverted', 'failed'])
    expect(requests).toEqual(expect.arrayContaining(['read id-b', 'read id-a']))
  })

  test('late to what takes long to read', async () => {
    const { writes } = await ran(refusing(3), { onFailure: 'revert' }, { silent: ['id-b'] })
    expect(back(writes)).toEqual(['write id-a url', 'write id-b url'])
  })

  test('last to what LiteLLM may never answer', async () => {
    const hangs = { code: 'may-hang', message: '', reversible: true }
    const changes = [changeOf(A), changeOf(B, { effects: [hangs] }), changeOf(C)]
    const { writes } = await ran(refusing(3), { onFailure: 'revert' }, { changes })
    expect(back(writes)).toEqual(['write id-a url', 'write id-b url'])
  })

  test('on past what cannot be taken back', async () => {
    const onWrite: Deviations['onWrite'] = (nth) => (nth === 3 || nth === 4 ? NO : undefined)
    const { outcomes, errors, moved, ended } = await ran({ onWrite }, { onFailure: 'revert' })
    expect(outcomes).toEqual(['reverted', 'applied', 'failed'])
    expect(errors).toEqual([null, 'not taken back: HTTP 400', 'HTTP 400'])
    expect([moved, ended]).toEqual([['b'], ['failure', null]])
  })

  test('no further where it changes other fields, too', async () => {
    const onWrite: Deviations['onWrite'] = (nth, _edits, store) => {
      if (nth === 3) return NO
      if (nth !== 4) return undefined
      put(store, 'id-b', { url: oldUrl('b'), description: 'lost' })
      return { kind: 'accepted', sent: ['url'], record: null }
    }
    const { outcomes, ended, moved } = await ran({ onWrite }, { onFailure: 'revert' })
    expect(outcomes).toEqual(['applied', 'reverted', 'failed'])
    expect([ended, moved]).toEqual([['collateral', null], ['a']])
  })

  test('no further where a signal comes', async () => {
    // Two questions for each of the three servers, one before the last list, and one for the first that is taken back.
    const context = { onFailure: 'revert', stopRequested: stopAfter(8) } as const
    const { outcomes, ended } = await ran(refusing(3), context)
    expect(outcomes).toEqual(['applied', 'reverted', 'failed'])
    expect(ended).toEqual(['SIGINT', null])
  })

  test('not to what only put settings back', async () => {
    const landed = [{ field: 'url', before: 'http://before', after: oldUrl('a') }]
    const only = puttingBack(changeOf(A, { edits: landed }), { issuer: 'https://issuer' })
    const changes = [only, changeOf(B)]
    const { outcomes, errors, writes } = await ran(refusing(2), { onFailure: 'revert' }, { changes })
    expect(outcomes).toEqual(['applied', 'failed'])
    expect(errors).toEqual([null, 'HTTP 400'])
    expect(writes).toEqual(['write id-a issuer', 'write id-b url'])
  })
})

describe('changes that go only together', () => {
  const first = changeOf(A, { id: 'first' })
  const alias = { field: 'alias', before: 'a', after: 'other' }
  const second = changeOf(recordOf('a', { url: newUrl('a') }), { id: 'second', edits: [alias] })

  test('are not tried where one of them was left alone, and the rest go on', async () => {
    const changes = [{ ...first, fields: {} }, second, changeOf(B)]
    const { outcomes, errors, writes } = await ran({}, {}, { changes })
    expect(outcomes).toEqual(['drifted', 'not-applied', 'applied'])
    expect(errors[1]).toMatch(/^it goes only together with what stands in .*, which was left alone$/)
    expect(writes).toEqual(['write id-b url'])
  })

  test('stay together where one of them cannot be taken back', async () => {
    const onWrite: Deviations['onWrite'] = (nth) => (nth === 3 || nth === 4 ? NO : undefined)
    const changes = [first, second, changeOf(B)]
    const { outcomes, errors, writes } = await ran({ onWrite }, { onFailure: 'revert' }, { changes })
    expect(outcomes).toEqual(['applied', 'applied', 'failed'])
    expect(errors.slice(0, 2)).toEqual([
      'not taken back: it goes only together with what could not be taken back',
      'not taken back: HTTP 400',
    ])
    expect(writes).toEqual(['write id-a url', 'write id-a alias', 'write id-b url', 'write id-a alias'])
  })
})
