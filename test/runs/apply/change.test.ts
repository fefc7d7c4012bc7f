import { describe, expect, test } from 'vitest'
import { MigrateError } from '../../../src/core/errors.ts'
import { puttingBack } from '../../../src/core/plan/assemble-change.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import { settledAs } from '../../../src/core/run/outcome.ts'
import type { ServerRecord } from '../../../src/core/record/server.ts'
import type { JournalEvent } from '../../../src/journal/records.ts'
import { applyChange, takeBackChange } from '../../../src/runs/apply/change.ts'
import type { ApplyContext } from '../../../src/runs/apply/context.ts'
import { directionOf } from '../../../src/runs/apply/guard.ts'
import {
  changeOf,
  contextWith,
  type Deviations,
  gatewayWith,
  newUrl,
  put,
  readAs,
  recorderWith,
  recordOf,
  SILENT,
  stopAfter,
} from './scene.ts'

const PLAIN = recordOf('a', { description: 'kept' })
const SETTINGS = { issuer: 'https://issuer', token_url: 'https://issuer/token' }
const OAUTH = recordOf('a', { auth_type: 'oauth2_token_exchange', ...SETTINGS })

/** What LiteLLM does with a new URL: it clears the settings. */
const clearing: Deviations['onWrite'] = (_nth, edits, store) => {
  const sent = edits.map(({ field }) => field)
  const cleared = sent.includes('url') ? { issuer: null, token_url: null } : {}
  const fields = Object.fromEntries(edits.map(({ field, after }) => [field, after]))
  return { kind: 'accepted', sent, record: put(store, 'id-a', { ...cleared, ...fields }) }
}

interface Conditions extends Deviations {
  record?: ServerRecord
  now?: ServerRecord
  change?: Change
  refuses?: (happened: JournalEvent, nth: number) => boolean
  context?: Partial<ApplyContext>
}

/** A change, and all that a run of it works with. `now`: the record as it is by the time of the run. */
function sceneOf({ record = PLAIN, now = record, change = changeOf(record), ...more }: Conditions) {
  const bench = gatewayWith([now], more)
  const journal = recorderWith(more.refuses)
  const context = contextWith({ gateway: bench.gateway, recorder: journal.recorder, ...more.context })
  return { ...bench, context, change, journal: () => journal.lines([change]) }
}

async function applied(conditions: Conditions = {}) {
  const { context, change, journal, requests, store } = sceneOf(conditions)
  const step = await applyChange(context, change, directionOf(change, { reverts: null }))
  const { outcome, error, collateral, drift } = step.applied
  const lost = collateral.map(({ field, repaired }) => [field, repaired])
  return {
    ended: [outcome, step.halt, step.trouble],
    error,
    lost,
    drift: drift.map(({ field }) => field),
    journal: journal(),
    requests,
    writes: requests.filter((request) => request.startsWith('write')),
    faults: context.faults,
    told: context.told.map(({ kind }) => kind),
    record: store.get('id-a'),
  }
}

const broken = (): never => {
  throw new TypeError('a bug')
}
const FULL = 'the disk is full'
const isOutcome = ({ type }: JournalEvent): boolean => type === 'outcome'
const isFor = (purpose: string) => (happened: JournalEvent) =>
  happened.type === 'intent' && happened.purpose === purpose

describe('a change is applied', () => {
  test('with its intent before the write and its outcome after it', async () => {
    const { ended, journal, requests, told } = await applied()
    expect(ended).toEqual(['applied', null, null])
    expect(journal).toEqual(['change id-a url', 'id-a applied'])
    expect(requests).toEqual(['read id-a', 'write id-a url'])
    expect(told).toEqual(['reading', 'writing', 'checking'])
  })

  test('and the settings that its URL cleared are put back', async () => {
    const { ended, journal, record, told } = await applied({ record: OAUTH, onWrite: clearing })
    expect(ended).toEqual(['applied', null, null])
    expect(journal).toEqual(['change id-a url', 'restore id-a issuer token_url', 'id-a applied'])
    expect(record).toMatchObject({ url: newUrl('a'), ...SETTINGS })
    expect(told).toEqual(['reading', 'writing', 'checking', 'restoring', 'checking'])
  })

  test('and what its own request changed besides is repaired', async () => {
    const { lost, journal, record, ended } = await applied({
      onWrite: (nth, _edits, store) =>
        nth > 1
          ? undefined
          : {
              kind: 'accepted',
              sent: ['url', 'description'],
              record: put(store, 'id-a', { url: newUrl('a'), description: null }),
            },
    })
    expect(ended).toEqual(['applied', null, null])
    expect(lost).toEqual([['description', true]])
    expect(journal).toEqual(['change id-a url', 'repair id-a description', 'id-a applied'])
    expect(record).toMatchObject({ url: newUrl('a'), description: 'kept' })
  })
})

test('what an answer alone says of other fields is looked up before it is told', async () => {
  const { ended, lost, requests } = await applied({
    onWrite: (_nth, _edits, store) => ({
      kind: 'accepted',
      sent: ['url'],
      record: { ...put(store, 'id-a', { url: newUrl('a') }), description: null },
    }),
  })
  expect([ended, lost]).toEqual([['applied', null, null], []])
  expect(requests).toEqual(['read id-a', 'write id-a url', 'read id-a'])
})

describe('a change that only puts settings back', () => {
  const moved = { ...OAUTH, url: newUrl('a'), issuer: null, token_url: null }
  const change = puttingBack(changeOf(OAUTH), SETTINGS)

  test('begins with them: its URL is not sent', async () => {
    const { ended, writes, journal, record } = await applied({ change, now: moved })
    expect(ended).toEqual(['applied', null, null])
    expect(writes).toEqual(['write id-a issuer token_url'])
    expect(journal).toEqual(['restore id-a issuer token_url', 'id-a applied'])
    expect(record).toEqual({ ...moved, ...SETTINGS })
  })

  test("leaves somebody's edit of them, and writes only what is gone", async () => {
    const { writes, record, lost } = await applied({ change, now: { ...moved, token_url: 'theirs' } })
    expect(writes).toEqual(['write id-a issuer'])
    expect(record).toMatchObject({ issuer: SETTINGS.issuer, token_url: 'theirs' })
    expect(lost).toEqual([])
  })

  test('is left alone where the URL that was written is not there any more, and its outcome stands', async () => {
    const { ended, drift, journal, writes, error } = await applied({ change, now: OAUTH })
    expect(ended).toEqual(['drifted', null, null])
    expect(error).toBe('no longer holds what was written: url')
    expect([drift, journal, writes]).toEqual([['url'], [], []])
  })
})

describe('a server is left alone, and that is noted:', () => {
  test.each<[string, Conditions, unknown[], string | null]>([
    [
      'gone',
      { onRead: () => ({ kind: 'absent', message: '404' }) },
      ['drifted', null, null],
      'it is no longer there',
    ],
    [
      'changed',
      { now: { ...PLAIN, description: 'other' } },
      ['drifted', null, null],
      'changed since it was shown: description',
    ],
    [
      'written by somebody else',
      { now: { ...PLAIN, url: newUrl('a') } },
      ['drifted', null, null],
      'it holds the new value already, and not from this run',
    ],
    [
      'unreadable',
      { onRead: () => ({ kind: 'unreadable', message: 'no JSON', silent: false }) },
      ['not-applied', 'failure', null],
      'no JSON',
    ],
    [
      'a stop came while it was read',
      { context: { stopRequested: stopAfter(0) } },
      ['not-applied', 'SIGINT', null],
      null,
    ],
  ])('%s', async (_what, conditions, ended, error) => {
    const found = await applied(conditions)
    expect(found).toMatchObject({ ended, error, writes: [] })
    expect(found.journal).toEqual([`id-a ${String(ended[0])}`])
  })
})

describe('a journal that takes nothing more ends the run, and no write leaves without its intent:', () => {
  test('nothing is sent where that of the change cannot be recorded', async () => {
    const { ended, writes, journal } = await applied({ refuses: () => true })
    expect(ended).toEqual(['not-applied', 'journal', FULL])
    expect([writes, journal]).toEqual([[], []])
  })

  test('settings stay away where theirs cannot, and are told as lost', async () => {
    const { ended, writes, lost, journal } = await applied({
      record: OAUTH,
      onWrite: clearing,
      refuses: isFor('restore'),
    })
    expect(ended).toEqual(['applied', 'journal', FULL])
    expect(writes).toEqual(['write id-a url'])
    expect(lost).toEqual([
      ['issuer', false],
      ['token_url', false],
    ])
    expect(journal).toEqual(['change id-a url'])
  })

  test('a repair stays away where its own cannot', async () => {
    const { ended, writes, lost } = await applied({
      onWrite: (_nth, _edits, store) => ({
        kind: 'accepted',
        sent: ['url', 'description'],
        record: put(store, 'id-a', { url: newUrl('a'), description: null }),
      }),
      refuses: isFor('repair'),
    })
    expect(ended).toEqual(['applied', 'journal', FULL])
    expect([writes, lost]).toEqual([['write id-a url'], [['description', false]]])
  })

  test('the outcome is told all the same where it cannot be recorded', async () => {
    expect((await applied({ refuses: isOutcome })).ended).toEqual(['applied', 'journal', FULL])
  })

  test('a recorder that fails as none may is told to whoever looks for faults', async () => {
    const recorder = { note: () => {}, record: broken, finish: async () => null }
    const { ended, faults } = await applied({ context: { recorder } })
    expect(ended).toEqual(['not-applied', 'journal', 'The journal could not be written'])
    expect(faults).toEqual([new TypeError('a bug')])
  })
})

describe('a failure of this program ends the run as one, and never as one of the journal:', () => {
  const told = /^Something went wrong that should not have \(TypeError/

  test('before a write the change was not tried', async () => {
    const { ended, faults, writes } = await applied({ onRead: broken })
    expect(ended).toEqual(['not-applied', 'internal', expect.stringMatching(told)])
    expect([faults, writes]).toEqual([[new TypeError('a bug')], []])
  })

  test('so it was where the failure is in telling that it is written: nothing has left', async () => {
    const onEvent = ({ kind }: { kind: string }): void => void (kind === 'writing' && broken())
    const { ended, writes } = await applied({ context: { onEvent } })
    expect(ended.slice(0, 2)).toEqual(['not-applied', 'internal'])
    expect(writes).toEqual([])
  })

  test('after a write has left it is unknown, and that is recorded', async () => {
    const { ended, error, journal } = await applied({
      onWrite: () => ({ kind: 'accepted', sent: ['url'], record: null }),
      onRead: (nth) => (nth > 1 ? broken() : undefined),
    })
    expect(ended).toEqual(['unknown', 'internal', expect.stringMatching(told)])
    expect(error).toBe('this program failed after the write')
    expect(journal).toEqual(['change id-a url', 'id-a unknown'])
  })

  test('a comparison that fails leaves it applied, and says so', async () => {
    const odd = { ...PLAIN, url: newUrl('a'), odd: 1n }
    const { ended, error, journal, faults } = await applied({
      onWrite: () => ({ kind: 'accepted', sent: ['url'], record: null }),
      onRead: (nth) => (nth > 1 ? readAs(odd) : undefined),
    })
    expect(ended).toEqual(['applied', 'internal', null])
    expect(error).toBe('its other fields could not be compared')
    expect(journal).toEqual(['change id-a url', 'id-a applied'])
    expect(faults).toHaveLength(1)
  })
})

describe('a gateway that does not answer ends the run, whatever else came of it:', () => {
  test('neither the record nor the list', async () => {
    const { context, change } = sceneOf({ onRead: () => SILENT })
    const list = (): Promise<never> => Promise.reject(new MigrateError('gateway-timeout', 'no answer'))
    const gateway = { ...context.gateway, list }
    const step = await applyChange({ ...context, gateway }, change, 'apply')
    expect(step).toMatchObject({ applied: { outcome: 'not-applied' }, halt: 'unanswered' })
    expect(step.trouble).toMatch(/^LiteLLM answered neither the read of a nor a request after it/)
  })

  test('not where the list answers: only its backend is silent', async () => {
    expect((await applied({ onRead: () => SILENT })).ended).toEqual(['not-applied', 'failure', null])
  })
})

describe('a change is taken back', () => {
  async function takenBack(conditions: Conditions, outcome: 'applied' | 'unknown' = 'applied') {
    const record = conditions.record ?? PLAIN
    const now = conditions.now ?? { ...record, url: newUrl('a') }
    const { context, change, journal, requests, store } = sceneOf({ ...conditions, now })
    const written = settledAs(change, outcome, 'as it was')
    const step = await takeBackChange(context, written)
    return {
      ended: [step.applied.outcome, step.halt, step.trouble],
      error: step.applied.error,
      journal: journal(),
      writes: requests.filter((request) => request.startsWith('write')),
      record: store.get('id-a'),
    }
  }

  test('with its settings', async () => {
    const { ended, journal, record } = await takenBack({
      record: OAUTH,
      onWrite: clearing,
    })
    expect(ended).toEqual(['reverted', null, null])
    expect(journal).toEqual(['take-back id-a url', 'restore id-a issuer token_url', 'id-a reverted'])
    expect(record).toEqual(OAUTH)
  })

  test.each<[string, Conditions, string, string]>([
    ['is gone', { onRead: () => ({ kind: 'absent', message: '404' }) }, 'drifted', 'it is no longer there'],
    [
      'holds something else by now',
      { now: { ...PLAIN, url: 'http://elsewhere' } },
      'drifted',
      'not taken back: it no longer holds what this run wrote',
    ],
  ])('not where it %s: it has drifted', async (_what, conditions, outcome, error) => {
    const found = await takenBack(conditions)
    expect(found).toMatchObject({ ended: [outcome, null, null], error, writes: [] })
    expect(found.journal).toEqual(['id-a drifted'])
  })

  test.each<[string, Conditions, string]>([
    [
      'cannot be read',
      { onRead: () => ({ kind: 'unreadable', message: 'no JSON', silent: false }) },
      'no JSON',
    ],
    ['shows the old value', { now: PLAIN }, 'it shows the old value, for now'],
  ])('not where it %s: its outcome stands', async (_what, conditions, why) => {
    const found = await takenBack(conditions, 'unknown')
    expect(found).toMatchObject({
      ended: ['unknown', null, null],
      error: `not taken back: ${why}`,
      writes: [],
    })
    expect(found.journal).toEqual([])
  })

  test('a refusal leaves it in force, and the others go on', async () => {
    const no = { kind: 'unsettled', sent: [], message: 'HTTP 400', answered: true, silent: false } as const
    const { ended, error } = await takenBack({ onWrite: () => no })
    expect([ended, error]).toEqual([['applied', 'failure', null], 'not taken back: HTTP 400'])
  })

  test('not without its intent: what stands stays as it was told', async () => {
    const { ended, error, writes } = await takenBack({ refuses: () => true })
    expect([ended, error, writes]).toEqual([['applied', 'journal', FULL], 'as it was', []])
  })
})
