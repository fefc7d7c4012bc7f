import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { settledAs } from '../../../src/core/run/outcome.ts'
import type { FieldEdit } from '../../../src/core/record/put-body.ts'
import { serverRecord, type ServerRecord } from '../../../src/core/record/server.ts'
import type { JournalEvent } from '../../../src/journal/records.ts'
import { applyChange, takeBackChange } from '../../../src/runs/apply/change.ts'
import type { ApplyContext } from '../../../src/runs/apply/context.ts'
import type { Direction } from '../../../src/runs/apply/guard.ts'
import {
  changeOf,
  contextWith,
  type Deviations,
  gatewayWith,
  newUrl,
  oldUrl,
  put,
  readAs,
  recorderWith,
  recordOf,
  stopAfter,
} from './scene.ts'

// Only the wall clock is made up: it jumps as after a sleep of the machine.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

const sleep = (ms = 60_000): void => void vi.setSystemTime(Date.now() + ms)

const RECORD = recordOf('a', { description: 'kept', mcp_access_groups: ['dev'] })
const CHANGE = changeOf(RECORD)

interface Night extends Deviations {
  /** What somebody changes while the machine sleeps, by the how-manieth sleep, from 1. */
  edits?: readonly Record<string, unknown>[]
  /** How often the machine sleeps, each time after an intent of this purpose. */
  sleeps?: number
  purpose?: string
  record?: ServerRecord
  context?: Partial<ApplyContext>
}

function sceneOf({ edits = [], sleeps = 1, purpose = 'change', record = RECORD, ...more }: Night) {
  const bench = gatewayWith([record], more)
  const journal = recorderWith()
  let slept = 0
  const recorder = {
    ...journal.recorder,
    record: async (happened: JournalEvent) => {
      await journal.recorder.record(happened)
      if (happened.type !== 'intent' || happened.purpose !== purpose || slept === sleeps) return
      const fields = edits[slept]
      slept += 1
      if (fields) put(bench.store, 'id-a', fields)
      sleep()
    },
  }
  const context = contextWith({ gateway: bench.gateway, recorder, ...more.context })
  return { ...bench, context, entries: journal.entries, journal: () => journal.lines([CHANGE]) }
}

async function applied(night: Night, direction: Direction = 'apply') {
  const wrote: string[] = []
  const scene = sceneOf({ ...night, context: { onWrite: () => void wrote.push('left'), ...night.context } })
  const { applied: change, halt, trouble } = await applyChange(scene.context, CHANGE, direction)
  const { outcome, error, drift } = change
  return {
    ended: [outcome, halt, trouble],
    error,
    drift: drift.map(({ field }) => field),
    wrote: [change.wrote, wrote.length],
    requests: scene.requests,
    journal: scene.journal(),
    entries: scene.entries,
    now: scene.store.get('id-a'),
  }
}

describe('where the machine slept between intent and write, the record is read again,', () => {
  test('and written where it is as it was', async () => {
    const { ended, requests, journal } = await applied({})
    expect(ended).toEqual(['applied', null, null])
    expect(requests).toEqual(['read id-a', 'read id-a', 'write id-a url'])
    expect(journal).toEqual(['change id-a url', 'id-a applied'])
  })

  test('not where it slept no longer than a write may take', async () => {
    const scene = sceneOf({ sleeps: 0 })
    await applyChange(scene.context, CHANGE, 'apply')
    expect(scene.requests).toEqual(['read id-a', 'write id-a url'])
  })

  test.each([
    ['an edit elsewhere', { description: 'by somebody' }, ['description']],
    ['another URL', { url: 'http://elsewhere' }, ['url']],
  ])('and left alone after %s: nothing is sent, and the journal says so', async (_what, edit, drift) => {
    const found = await applied({ edits: [edit] })
    expect(found.ended).toEqual(['drifted', null, null])
    expect([found.drift, found.error]).toEqual([drift, `changed since it was shown: ${drift.join()}`])
    expect(found.wrote).toEqual([false, 0])
    expect(found.requests).toEqual(['read id-a', 'read id-a', 'read id-a'])
    // "drifted" would mean that it was written before.
    expect(found.journal).toEqual(['change id-a url', 'id-a not-applied'])
    expect(found.now).toMatchObject(edit)
  })

  test('and what is not in the way of a revert stays: it has an intent of its own', async () => {
    const moved = { ...RECORD, url: newUrl('a') }
    const back = changeOf(RECORD, { edits: [{ field: 'url', before: newUrl('a'), after: oldUrl('a') }] })
    const scene = sceneOf({ record: moved, edits: [{ description: 'by somebody' }] })
    const { applied: change } = await applyChange(scene.context, back, 'revert')
    expect(change.outcome).toBe('applied')
    expect(scene.store.get('id-a')).toMatchObject({ url: oldUrl('a'), description: 'by somebody' })
    const intents = scene.entries.flatMap((each) =>
      each.type === 'intent' ? [each.fields['description']] : [],
    )
    expect(new Set(intents).size).toBe(2)
  })

  test('and where it is deleted by then, that is told', async () => {
    const gone: Deviations['onRead'] = (nth) =>
      nth > 1 ? { kind: 'absent', message: 'no record' } : undefined
    const { ended, journal } = await applied({ onRead: gone })
    expect([ended[0], journal]).toEqual(['drifted', ['change id-a url', 'id-a not-applied']])
  })

  test('and where a signal came meanwhile, nothing more is begun', async () => {
    const found = await applied({
      edits: [{ updated_at: 'now', mcp_access_groups: ['dev', 'more'] }],
      context: { stopRequested: stopAfter(1) },
    })
    expect(found.now).toMatchObject({ url: oldUrl('a'), mcp_access_groups: ['dev', 'more'] })
    expect(found.journal).toEqual(['change id-a url', 'id-a not-applied'])
  })

  test('and given up where it is another one each time', async () => {
    const moved = { ...RECORD, url: newUrl('a') }
    const back = changeOf(RECORD, { edits: [{ field: 'url', before: newUrl('a'), after: oldUrl('a') }] })
    const edits = Array.from({ length: 9 }, (_, i) => ({ description: `edit ${i}` }))
    const scene = sceneOf({ record: moved, edits, sleeps: 9 })
    const { applied: change, halt } = await applyChange(scene.context, back, 'revert')
    expect([change.outcome, halt]).toEqual(['not-applied', 'failure'])
    expect(change.error).toMatch(/changed each time it was about to be written/)
    expect(scene.requests.some((request) => request.startsWith('write'))).toBe(false)
  })
})

describe('a connection', () => {
  /** The requests, and when the connection of a write was made; `slow`: that takes the first one as long as a sleep. */
  async function connecting(night: Night, slow: boolean): Promise<string[]> {
    const scene = sceneOf(night)
    const { gateway: made } = scene
    let isSlow = slow
    const gateway: typeof made = {
      ...made,
      write: (record, edits, mayLeave) => {
        scene.requests.push('connect')
        if (isSlow) sleep()
        isSlow = false
        return made.write(record, edits, mayLeave)
      },
    }
    await applyChange({ ...scene.context, gateway }, CHANGE, 'apply')
    return scene.requests
  }

  test('is not kept waiting by a server that has to be looked at again before', async () => {
    expect(await connecting({}, false)).toEqual(['read id-a', 'read id-a', 'connect', 'write id-a url'])
  })

  test('that took long to be made is followed by another look', async () => {
    expect(await connecting({ sleeps: 0 }, true)).toEqual([
      'read id-a',
      'connect',
      'read id-a',
      'write id-a url',
    ])
  })
})

const valuesOf = (edits: readonly FieldEdit[]): Record<string, unknown> =>
  Object.fromEntries(edits.map(({ field, after }) => [field, after]))

/** A gateway that sends a description along with the first write, and loses it. */
const losing: Deviations['onWrite'] = (nth, edits, store) => {
  if (nth > 1) return undefined
  const sent = [...edits.map(({ field }) => field), 'description']
  return { kind: 'accepted', sent, record: put(store, 'id-a', { ...valuesOf(edits), description: null }) }
}

const SETTINGS = { token_url: 'https://ours/token', audience: 'us' }
const SIGNED_INTO = recordOf('a', { auth_type: 'oauth2_token_exchange', ...SETTINGS })

/** A gateway that clears those settings with the URL. */
const clearing: Deviations['onWrite'] = (_nth, edits, store) => {
  const sent = edits.map(({ field }) => field)
  const cleared = sent.includes('url') ? { token_url: null, audience: null } : {}
  return { kind: 'accepted', sent, record: put(store, 'id-a', { ...cleared, ...valuesOf(edits) }) }
}

describe('the same holds for', () => {
  test('what a run takes back: somebody’s later edit of it stays, and that is on disk', async () => {
    const moved = { ...RECORD, url: newUrl('a') }
    const scene = sceneOf({ record: moved, purpose: 'take-back', edits: [{ url: 'http://theirs' }] })
    const { applied: change } = await takeBackChange(scene.context, settledAs(CHANGE, 'applied'))
    expect(change).toMatchObject({ outcome: 'drifted', wrote: true })
    expect(scene.journal()).toEqual(['take-back id-a url', 'id-a drifted'])
    expect(scene.store.get('id-a')?.url).toBe('http://theirs')
  })

  test('settings that are put back: one that somebody set meanwhile is theirs', async () => {
    const theirs = { token_url: 'https://theirs/token' }
    const scene = sceneOf({ record: SIGNED_INTO, purpose: 'restore', edits: [theirs], onWrite: clearing })
    await applyChange(scene.context, changeOf(SIGNED_INTO), 'apply')
    expect(scene.store.get('id-a')).toMatchObject({ ...theirs, audience: 'us', url: newUrl('a') })
  })

  test('a repair: an edit elsewhere stays, and the rest is put back all the same', async () => {
    const scene = sceneOf({ purpose: 'repair', edits: [{ allowed_tools: ['theirs'] }], onWrite: losing })
    const { applied: change } = await applyChange(scene.context, CHANGE, 'apply')
    expect(scene.store.get('id-a')).toMatchObject({ description: 'kept', allowed_tools: ['theirs'] })
    expect(change.collateral.map(({ field, repaired }) => [field, repaired])).toEqual([
      ['allowed_tools', false],
      ['description', true],
    ])
  })

  test('a field that is lost, and that somebody else filled meanwhile: theirs stays', async () => {
    const scene = sceneOf({ purpose: 'repair', edits: [{ description: 'theirs' }], onWrite: losing })
    await applyChange(scene.context, CHANGE, 'apply')
    expect(scene.store.get('id-a')).toMatchObject({ description: 'theirs', url: newUrl('a') })
  })
})

test('a read that took long is no ground for a repair: it is read again first', async () => {
  const slow: Deviations['onRead'] = (nth, _id, store) => {
    // The read after the write: the row was loaded, then somebody edited it, then the backend was probed.
    if (nth !== 2) return undefined
    const found = readAs(serverRecord.parse({ ...store.get('id-a') }))
    put(store, 'id-a', { description: 'theirs' })
    sleep(10_000)
    return found
  }
  const scene = sceneOf({ sleeps: 0, onRead: slow, onWrite: losing })
  await applyChange(scene.context, CHANGE, 'apply')
  expect(scene.store.get('id-a')?.description).toBe('theirs')
})

test('settings come back where each read takes long, and another worker still lists the URL of before', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setInterval'] })
  const scene = sceneOf({ record: SIGNED_INTO, sleeps: 0, onWrite: clearing, onListed: () => SIGNED_INTO })
  const { gateway } = scene.context
  const slow: typeof gateway = {
    ...gateway,
    read: async (id) => {
      const found = await gateway.read(id)
      await vi.advanceTimersByTimeAsync(10_000)
      return found
    },
  }
  await applyChange({ ...scene.context, gateway: slow }, changeOf(SIGNED_INTO), 'apply')
  expect(scene.store.get('id-a')).toMatchObject({ ...SETTINGS, url: newUrl('a') })
})
