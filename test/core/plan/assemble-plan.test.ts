import { describe, expect, test } from 'vitest'
import type { Change, Effect } from '../../../src/core/plan/change.ts'
import type { Judgement } from '../../../src/core/plan/judge.ts'
import { type Circumstances, gatewayNotes, planOf } from '../../../src/core/plan/assemble-plan.ts'
import type { Plan, Skipped } from '../../../src/core/plan/plan.ts'
import { changeOf, fileOf, pinOf } from './samples.ts'

const GATEWAY = { url: 'http://gw', version: '1.106.2', account: 'master key' }

const changed = (change: Change): Judgement => ({ kind: 'change', change })
const NOTHING: Judgement = { kind: 'nothing', moved: true }

const left = (id: string): Judgement => {
  const server = { id, name: id, alias: null, source: 'database' as const }
  const skipped: Skipped = { server, matched: true, code: 'absent', message: 'gone', url: null }
  return { kind: 'skipped', skipped }
}

const servers = (...ids: string[]) => ids.map((id) => ({ server: { id } }))

function plan(judgements: readonly Judgement[], more: Partial<Circumstances> = {}): Plan {
  const made = judgements.flatMap((each) => (each.kind === 'change' ? [each.change] : []))
  return planOf({
    createdAt: '2026-01-01T00:00:00.000Z',
    gateway: GATEWAY,
    reverts: null,
    migrations: [],
    notes: [],
    servers: made.length,
    meant: made,
    judgements,
    order: 'given',
    accepted: [],
    ...more,
  })
}

const orderOf = ({ changes }: Plan): string[] => changes.map(({ id }) => id)

const onRelease = (version: string | null) => ({ gateway: { ...GATEWAY, version } })

const SHARED = changeOf('a', {
  file: fileOf('a', { path: '/etc/.env', variable: 'A_URL', sharers: ['a', 'b', 'c'] }),
})

const HANGS: Effect = { code: 'may-hang', message: 'moved last', reversible: true }
const CLIENT: Effect = { code: 'client-loss', message: 'loses its client', reversible: false }

describe('the numbers of a plan', () => {
  test('are of servers: changed, left alone, with nothing to do, and not meant', () => {
    const judgements = [changed(changeOf('a')), left('b'), NOTHING, NOTHING]
    const { summary, skipped } = plan(judgements, { servers: 7, meant: servers('a', 'b', 'c', 'd') })
    expect(summary).toEqual({ servers: 7, changes: 1, unchanged: 2, skipped: 1, excluded: 3, moved: 2 })
    expect(skipped.map(({ server }) => server.id)).toEqual(['b'])
  })

  test('say of those with nothing to do which have moved, where not all have', () => {
    const more = { servers: 3, meant: servers('a', 'b', 'c'), moved: servers('c') }
    expect(plan([NOTHING, NOTHING, NOTHING], more).summary).toMatchObject({ unchanged: 3, moved: 1 })
  })

  test('count a server once that takes a pin and a URL', () => {
    const both = [changed(pinOf('a')), changed(changeOf('a', { file: fileOf('a') }))]
    expect(plan(both, { servers: 1 }).summary).toMatchObject({ changes: 1, unchanged: 0, excluded: 0 })
  })

  test('count the servers that have their URL from one place, with and without a pin of their own', () => {
    const alone = plan([changed(SHARED)], { servers: 3, meant: servers('a', 'b', 'c') })
    expect(alone.summary).toMatchObject({ changes: 3, unchanged: 0 })
    const pinned = plan([changed(pinOf('b')), changed(SHARED)], { servers: 3, meant: servers('a', 'b', 'c') })
    expect(pinned.summary).toMatchObject({ changes: 3, unchanged: 0 })
  })
})

describe('the order of a plan', () => {
  const variable = changeOf('v', { file: fileOf('v', { path: '/etc/.env', variable: 'V_URL' }) })

  test('is forward: the variables after all pins', () => {
    const made = [variable, pinOf('a'), changeOf('b'), pinOf('v')].map(changed)
    expect(orderOf(plan(made, { order: 'forward' }))).toEqual(['pin-a', 'change-b', 'pin-v', 'change-v'])
  })

  test('is back: what stands in files newest first, in the places that files had', () => {
    const made = [pinOf('a'), changeOf('x'), pinOf('v'), variable, changeOf('y')].map(changed)
    expect(orderOf(plan(made, { order: 'back' }))).toEqual([
      'change-v',
      'change-x',
      'pin-v',
      'pin-a',
      'change-y',
    ])
  })

  test('is as given otherwise', () => {
    expect(orderOf(plan([variable, pinOf('v')].map(changed)))).toEqual(['change-v', 'pin-v'])
  })

  test.each(['forward', 'back', 'given'] as const)(
    'is with what LiteLLM may never answer last: %s',
    (order) => {
      const made = [changeOf('a', { effects: [HANGS] }), changeOf('b'), changeOf('c')].map(changed)
      expect(orderOf(plan(made, { order }))).toEqual(['change-b', 'change-c', 'change-a'])
    },
  )
})

describe('in a plan waits for a consent', () => {
  const losing = changeOf('a', { effects: [CLIENT] })

  test('what has an effect that nobody consented to', () => {
    const awaiting = { 'change-a': { reason: 'awaiting', consents: ['client-loss'] } }
    expect(plan([losing, changeOf('b')].map(changed)).withheld).toEqual(awaiting)
    expect(plan([changed(losing)], { accepted: ['grants'] }).withheld).toEqual(awaiting)
    expect(plan([changed(losing)], { accepted: ['client-loss'] }).withheld).toEqual({})
  })

  test('what goes together with it', () => {
    const url = changeOf('a', { file: fileOf('a'), effects: [{ ...CLIENT, code: 'grants' }] })
    expect(Object.keys(plan([pinOf('a'), url, changeOf('b')].map(changed)).withheld)).toEqual([
      'pin-a',
      'change-a',
    ])
  })
})

test('a plan holds its circumstances as they were given', () => {
  const given = {
    createdAt: 'now',
    reverts: 'run-1',
    migrations: [{ id: 'm', sha256: 'x' }],
    notes: gatewayNotes({ ...GATEWAY, version: '1.200.0', database: false }),
    origins: [{ origin: 'http://a', count: 2 }],
  }
  const made = plan([], given)
  expect(made).toMatchObject({ ...given, gateway: GATEWAY, preflight: {}, tools: {} })
  expect(made.notes.map(({ code }) => code)).toEqual(['newer-release', 'no-database'])
  expect(gatewayNotes(GATEWAY)).toEqual([])
})

describe('servers whose backend was silent', () => {
  const found = ['a', 'b', 'c', 'd'].map((id) => changed(changeOf(id)))
  const silent = new Set(['a', 'c'])

  test.each(['1.77.7', '1.81.14', '1.87.5', null])(
    'come last on %s, which is read before each write',
    (version) => {
      const { changes } = plan(found, { silent, ...onRelease(version) })
      expect(changes.map(({ server }) => server.id)).toEqual(['b', 'd', 'a', 'c'])
    },
  )

  test.each(['1.88.0', '1.106.2'])('keep their places on %s', (version) => {
    const { changes } = plan(found, { silent, ...onRelease(version) })
    expect(changes.map(({ server }) => server.id)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('come before those whose write may never be answered', () => {
    const hanging = changed(changeOf('h', { effects: [HANGS] }))
    const { changes } = plan([hanging, ...found], { silent, ...onRelease('1.81.14') })
    expect(changes.map(({ server }) => server.id)).toEqual(['b', 'd', 'a', 'c', 'h'])
  })

  test('keep their places in files, where nobody is asked', () => {
    const pin = changed(pinOf('a'))
    const { changes } = plan([pin, ...found.slice(1)], { silent, ...onRelease('1.81.14') })
    expect(changes.map(({ server }) => server.id)).toEqual(['a', 'b', 'd', 'c'])
  })
})
