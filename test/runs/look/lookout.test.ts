import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MigrateError } from '../../../src/core/errors.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import type { ServerRecord } from '../../../src/core/record/server.ts'
import { Lookout } from '../../../src/runs/look/lookout.ts'
import { changeOf, gatewayWith, put, recordOf, seenBy } from '../apply/scene.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
afterEach(() => vi.useRealTimers())

const RECORDS = ['a', 'b', 'c'].map((name) => recordOf(name, { description: 'kept', updated_at: 'then' }))
const CHANGES = RECORDS.map((record) => changeOf(record))

/** Looks at these servers, one after the other, each after the milliseconds that pass before it. */
async function looked(
  passing: readonly number[],
  { seen = RECORDS, more = {}, listMs = 100, edit = (_store: Map<string, ServerRecord>): void => {} } = {},
) {
  const { gateway, requests, store } = gatewayWith(RECORDS)
  const snapshot: typeof gateway.snapshot = () => {
    vi.advanceTimersByTime(listMs)
    return gateway.snapshot()
  }
  const lookout = new Lookout({ ...gateway, snapshot, ...more }, seenBy(CHANGES, seen))
  const looks = []
  for (const [i, ms] of passing.entries()) {
    vi.advanceTimersByTime(ms)
    if (i === 1) edit(store)
    const change = CHANGES[i]
    if (change) looks.push(await lookout.look(change, false))
  }
  return { looks, requests, found: looks.map(({ found }) => found), news: looks.map(({ isNews }) => isNews) }
}

describe('from 1.88 on', () => {
  test('one list vouches for all servers for two seconds, and the next for those after it', async () => {
    const { requests, found, news } = await looked([0, 1899, 2])
    expect(requests).toEqual(['list', 'list'])
    expect(found).toEqual(RECORDS.map((record) => ({ kind: 'record', record, source: 'database' })))
    expect(news).toEqual([true, false, true])
  })

  test('a list that took less is good for less: twenty times as long', async () => {
    expect((await looked([0, 189, 2], { listMs: 10 })).requests).toEqual(['list', 'list'])
    expect((await looked([0, 99, 2], { listMs: 0 })).requests).toEqual(['list', 'list'])
  })

  test('what it vouches for is as old as the question for it', async () => {
    const { looks } = await looked([0, 700])
    expect(looks[1]?.at).toEqual(looks[0]?.at)
  })

  test.each([
    ['its time of change', { updated_at: 'now' }],
    ['another field', { alias: 'other' }],
    ['its URL', { url: 'http://elsewhere' }],
  ])('a server of which the list shows %s otherwise is read by id', async (_what, fields) => {
    const { requests, found } = await looked([0, 3000, 0], {
      edit: (store) => void put(store, 'id-b', fields),
    })
    expect(requests).toEqual(['list', 'list', 'read id-b'])
    expect(found[1]).toMatchObject({ kind: 'record', record: fields })
  })

  test('and from then on the list vouches for it as it is', async () => {
    const { gateway, requests, store } = gatewayWith(RECORDS)
    const lookout = new Lookout(gateway, seenBy(CHANGES, RECORDS))
    put(store, 'id-a', { updated_at: 'now' })
    for (const change of [CHANGES[0], CHANGES[0]]) if (change) await lookout.look(change, false)
    expect(requests).toEqual(['list', 'read id-a'])
  })

  test.each<[string, Partial<Change>, boolean]>([
    [
      'in which a place inside a field is changed',
      { edits: [{ field: 'env["A"]', before: 'a', after: 'b' }] },
      false,
    ],
    ['whose settings are put back', { settings: { issuer: 'https://issuer' } }, false],
    ['on a gateway where a member of another release resets what is left out', {}, true],
  ])('nor for a server %s: its write holds more than what it changes', async (_what, more, resets) => {
    const { gateway, requests } = gatewayWith(RECORDS)
    const change = changeOf(recordOf('a', { description: 'kept', updated_at: 'then' }), more)
    await new Lookout(gateway, seenBy([change], RECORDS)).look(change, resets)
    expect(requests).toEqual(['read id-a'])
  })

  test('nor does any list vouch for a server that this run has written: not one of before, nor one that does not know of it', async () => {
    const { gateway, requests } = gatewayWith(RECORDS)
    const lookout = new Lookout(gateway, seenBy(CHANGES, RECORDS))
    const [change = changeOf(recordOf('a'))] = CHANGES
    await lookout.look(change, false)
    lookout.left('id-a')
    await lookout.look(change, false)
    expect(requests).toEqual(['list', 'read id-a'])
  })

  test('one that is in no list, or was not seen before, is read by id', async () => {
    const { requests } = await looked([0, 0], {
      seen: RECORDS.slice(1),
      edit: (store) => void store.delete('id-b'),
    })
    expect(requests).toEqual(['read id-a', 'list', 'read id-b'])
  })

  test.each<[string, number, string[]]>([
    ['of nine tenths of a second vouches', 900, []],
    [
      'that takes a second vouches for nothing, and is not asked for again at once',
      1000,
      ['read id-a', 'read id-b', 'read id-c'],
    ],
  ])('a list %s', async (_what, tookMs, reads) => {
    const { gateway, requests } = gatewayWith(RECORDS)
    const snapshot = async () => {
      vi.advanceTimersByTime(tookMs)
      return gateway.snapshot()
    }
    const lookout = new Lookout({ ...gateway, snapshot }, seenBy(CHANGES, RECORDS))
    for (const change of CHANGES) await lookout.look(change, false)
    expect(requests).toEqual(['list', ...reads])
  })

  test('nor does one that is refused', async () => {
    const snapshot = () => Promise.reject(new MigrateError('gateway-timeout', 'no answer'))
    const { requests } = await looked([0, 0], { more: { snapshot } })
    expect(requests).toEqual(['read id-a', 'read id-b'])
  })

  test('what nobody saw before is read ahead, side by side, after a list', async () => {
    const { gateway, requests } = gatewayWith(RECORDS)
    const lookout = new Lookout(gateway, seenBy(CHANGES, RECORDS.slice(0, 1)))
    await lookout.prepare(CHANGES, () => null)
    for (const change of CHANGES) await lookout.look(change, false)
    expect(requests).toEqual(['list', 'read id-b', 'read id-c'])
  })

  test('and no further where somebody asks to stop', async () => {
    const { gateway, requests } = gatewayWith(RECORDS)
    await new Lookout(gateway, new Map()).prepare(CHANGES, () => 'SIGINT')
    expect(requests).toEqual(['list'])
  })
})

test('up to 1.87 each server is read by id right before its write, and nothing ahead', async () => {
  const { gateway, requests } = gatewayWith(RECORDS)
  const lookout = new Lookout({ ...gateway, era: eraOf('1.87.5').era }, seenBy(CHANGES, RECORDS))
  await lookout.prepare(CHANGES, () => null)
  for (const change of CHANGES) await lookout.look(change, false)
  expect(requests).toEqual(['read id-a', 'read id-b', 'read id-c'])
})
