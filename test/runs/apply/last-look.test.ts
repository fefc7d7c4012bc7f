import { describe, expect, test } from 'vitest'
import { MigrateError } from '../../../src/core/errors.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { type Outcome, settledAs } from '../../../src/core/run/outcome.ts'
import type { ServerRecord } from '../../../src/core/record/server.ts'
import type { Gateway } from '../../../src/gateway/port.ts'
import { lookBack } from '../../../src/runs/apply/last-look.ts'
import { Lookout } from '../../../src/runs/look/lookout.ts'
import type { JournalEvent } from '../../../src/journal/records.ts'
import {
  changeOf,
  contextWith,
  gatewayWith,
  newUrl,
  oldUrl,
  recorderWith,
  recordOf,
  seenBy,
} from './scene.ts'

const BEFORE = recordOf('a', { description: 'kept', updated_at: 'then', allow_all_keys: false })
const WRITTEN = { ...BEFORE, url: newUrl('a'), updated_at: 'now' }
const CHANGE = changeOf(BEFORE)

interface Case {
  /** What somebody did since the write. */
  since?: Record<string, unknown>
  listed?: ServerRecord
  outcome?: Outcome
  halted?: 'failure' | 'unanswered' | 'journal' | 'SIGINT' | null
  more?: Partial<Gateway>
  refuses?: (happened: JournalEvent) => boolean
  /** How the list showed it before the write. */
  seenListed?: ServerRecord
  /** Has somebody asked to stop? */
  stops?: boolean
}

/** Looks back at a server that was written, and at what became of it since. */
async function lookedBack({
  since = {},
  listed,
  outcome = 'applied',
  halted = null,
  more,
  refuses,
  seenListed = BEFORE,
  stops = false,
}: Case = {}) {
  const { gateway: made, requests } = gatewayWith([{ ...WRITTEN, ...since }], {
    onListed: (id, store) => listed ?? store.get(id) ?? null,
  })
  const gateway = { ...made, ...more }
  const { recorder, entries } = recorderWith(refuses)
  const lookout = new Lookout(gateway, seenBy([CHANGE], [seenListed]))
  lookout.wrote(WRITTEN)
  const context = contextWith({ gateway, recorder, lookout, stopRequested: () => (stops ? 'SIGINT' : null) })
  const result = { changes: [settledAs(CHANGE, outcome)], halted, trouble: null }
  const { changes, ...rest } = await lookBack(result, context)
  const [change] = changes
  return { ...rest, change, requests, entries, faults: context.faults }
}

describe('the list at the end', () => {
  test('of a server that is as it was written is the only request', async () => {
    const { change, requests, entries } = await lookedBack()
    expect([change?.outcome, change?.collateral, change?.error]).toEqual(['applied', [], null])
    expect([requests, entries]).toEqual([['list'], []])
  })

  test.each([
    ['description', 'other', { sha256: expect.any(String) as string }],
    ['allow_all_keys', true, true],
  ])(
    'that shows another %s is followed by a read, and what changed is told and recorded',
    async (field, now, after) => {
      const { change, requests, entries, halted } = await lookedBack({ since: { [field]: now } })
      expect(requests).toEqual(['list', 'read id-a'])
      expect(change).toMatchObject({ outcome: 'applied', collateral: [{ field, after, repaired: false }] })
      expect(change?.error).toMatch(/whether LiteLLM did that, or somebody, is not known/)
      // Who may reach a server: that stays for a revert to tell.
      const isAccess = field === 'allow_all_keys'
      const collateral = isAccess ? [{ field }] : []
      expect(entries).toMatchObject([
        { type: 'outcome', outcome: 'applied', collateral, error: change?.error },
      ])
      expect(halted).toBe(isAccess ? 'security' : null)
    },
  )

  test('that shows a third URL: the server drifted after it was written', async () => {
    const { change, entries } = await lookedBack({ since: { url: 'http://elsewhere' } })
    expect(change).toMatchObject({
      outcome: 'drifted',
      wrote: true,
      drift: [{ field: 'url', now: 'http://elsewhere' }],
    })
    expect(entries).toMatchObject([{ type: 'outcome', outcome: 'drifted' }])
  })

  test('from which it is gone: so it is told', async () => {
    const { gateway } = gatewayWith([])
    const { change } = await lookedBack({ more: gateway })
    expect(change).toMatchObject({
      outcome: 'drifted',
      wrote: true,
      error: 'it was written, and is no longer there',
    })
  })

  test('that lies is no proof: its record is as it was written', async () => {
    const { change, requests } = await lookedBack({ listed: { ...WRITTEN, description: 'a lie' } })
    expect([change?.outcome, change?.collateral, requests]).toEqual(['applied', [], ['list', 'read id-a']])
  })

  test('of another worker may still show the old URL, where the release keeps lists in memory', async () => {
    const { era } = eraOf('1.92.2')
    const { requests } = await lookedBack({ listed: { ...BEFORE, url: oldUrl('a') }, more: { era } })
    expect(requests).toEqual(['list'])
    expect((await lookedBack({ listed: { ...BEFORE, url: oldUrl('a') } })).requests).toEqual([
      'list',
      'read id-a',
    ])
  })

  test('tells by the time of the last change what it does not show', async () => {
    const listed = { ...WRITTEN, description: undefined, updated_at: 'later' }
    const { requests, change } = await lookedBack({
      since: { description: 'other' },
      listed,
      seenListed: { ...BEFORE, description: undefined },
    })
    expect(requests).toEqual(['list', 'read id-a'])
    expect(change?.collateral.map(({ field }) => field)).toEqual(['description'])
  })

  test('of another worker tells its old URL from one that somebody put back: by the time of its change', async () => {
    const { era } = eraOf('1.92.2')
    const since = { url: oldUrl('a'), updated_at: 'later' }
    const { change } = await lookedBack({ since, more: { era } })
    expect([change?.outcome, change?.wrote]).toEqual(['drifted', true])
  })

  test('that this program fails to look at costs no report', async () => {
    const entry = (): never => {
      throw new TypeError('a bug')
    }
    const { change, faults } = await lookedBack({
      more: { snapshot: async () => ({ entry, giveBack: () => {} }) },
    })
    expect([change?.outcome, faults]).toEqual(['applied', [new TypeError('a bug')]])
  })

  test('is not asked for once somebody asks to stop', async () => {
    expect((await lookedBack({ since: { description: 'other' }, stops: true })).requests).toEqual([])
  })

  test('that shows it otherwise, where it cannot be read: that is said', async () => {
    const read: Gateway['read'] = async () => ({ kind: 'unreadable', message: 'no JSON', silent: false })
    const { change } = await lookedBack({ since: { description: 'other' }, more: { read } })
    expect([change?.outcome, change?.error]).toEqual([
      'unknown',
      'the list shows it otherwise than it was written, and no JSON',
    ])
  })

  test('is not there: each write was compared with its own answer', async () => {
    const snapshot = () => Promise.reject(new MigrateError('gateway-timeout', 'no answer'))
    expect((await lookedBack({ more: { snapshot } })).change?.outcome).toBe('applied')
  })

  test('a journal that takes nothing more is told', async () => {
    const found = await lookedBack({ since: { description: 'other' }, refuses: () => true })
    expect([found.halted, found.trouble]).toEqual(['journal', 'the disk is full'])
  })
})

test.each<Case>([
  { outcome: 'failed' },
  { outcome: 'reverted' },
  { halted: 'SIGINT' },
  { halted: 'unanswered' },
  { halted: 'journal' },
])('nothing is asked after %j', async (ended) => {
  expect((await lookedBack({ since: { description: 'other' }, ...ended })).requests).toEqual([])
})
