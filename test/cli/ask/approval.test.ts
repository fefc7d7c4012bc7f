import { describe, expect, test } from 'vitest'
import { approve } from '../../../src/cli/ask/approval.ts'
import { planOf } from '../../../src/core/plan/assemble-plan.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import { awaitingChanges, type Plan, readyChanges } from '../../../src/core/plan/plan.ts'
import type { Gateway } from '../../../src/gateway/port.ts'
import { changeOf } from '../../core/plan/samples.ts'
import { type Answered, scripted } from './scripted.ts'

const CLIENT_LOSS = { code: 'client-loss', message: 'the client may be lost', reversible: false }

/** A plan for these servers, and for these that lose something. */
function planFor(
  names: readonly string[],
  losing: readonly string[] = [],
  reverts: string | null = null,
): Plan {
  const changes = [
    ...names.map((name) => changeOf(name)),
    ...losing.map((name) => changeOf(name, { effects: [CLIENT_LOSS] })),
  ]
  return planOf({
    createdAt: '2026-11-24T03:14:46.000Z',
    gateway: { url: 'http://localhost:4000', version: '1.106.2', account: 'master key' },
    reverts,
    migrations: [],
    notes: [],
    servers: changes.length,
    meant: changes,
    judgements: changes.map((change) => ({ kind: 'change' as const, change })),
    order: 'given',
    accepted: [],
  })
}

const THREE = planFor(['fetch', 'n8n', 'time'])

const namesOf = (changes: readonly Change[]): string => changes.map(({ server }) => server.name).join(' ')

/** What becomes of a plan under these answers: what is written, what was declined, what waits; and what was asked. */
async function answering(plan: Plan, ...answers: Answered[]) {
  const { asking, seen, left } = scripted(answers)
  const approved = await approve(plan, {} as Gateway, asking)
  expect(left).toEqual([])
  const declined = approved.changes.filter(({ id }) => approved.withheld[id]?.reason === 'declined')
  return {
    written: namesOf(readyChanges(approved)),
    declined: namesOf(declined),
    waiting: namesOf(awaitingChanges(approved)),
    seen,
  }
}

const leaving = (plan: Plan, ...answers: Answered[]) =>
  expect(approve(plan, {} as Gateway, scripted(answers).asking)).rejects.toMatchObject({ code: 'cancelled' })

describe('the question', () => {
  test('is one question, with the number and the gateway', async () => {
    const { written, seen } = await answering(THREE, 'y')
    expect([written, seen]).toEqual(['fetch n8n time', ['ynsod: Change 3 servers on http://localhost:4000?']])
  })

  test('offers nothing to choose from where there is one server, and says "Take back" of a revert', async () => {
    const { seen } = await answering(planFor(['fetch'], [], 'a-run'), 'y')
    expect(seen).toEqual(['ynd: Take back 1 server on http://localhost:4000?'])
  })

  for (const [what, answers] of [
    ['no', ['n']],
    ['Enter', ['']],
    ['Ctrl-C', []],
    ['no after the diff', ['d', 'n']],
    ['no after a choice', ['s', ['n8n'], '']],
    ['Ctrl-C after a choice', ['s', ['n8n']]],
    ['a no to each', ['o', 'n', '', 'n']],
    ['stopping at the first', ['o', 'q']],
    ['stopping, and not wanting what was chosen', ['o', 'y', 'q', '']],
  ] as [string, Answered[]][])
    test(`${what}: nothing is to be written`, () => leaving(THREE, ...answers))
})

test('d shows every diff, of what waits, too, and asks again', async () => {
  const { seen } = await answering(planFor(['fetch'], ['signed']), 'd', 'y')
  expect(seen).toHaveLength(3)
  expect(seen[1]).toContain('-url: http://old/servers/fetch/sse')
  expect(seen[1]).toContain('+url: http://new/servers/signed/sse')
  expect(seen[2]).toBe(seen[0])
})

describe('what waits for a consent', () => {
  const plan = planFor(['fetch'], ['signed', 'posted'])

  test('was declined, unless c agrees to it', async () => {
    expect(await answering(plan, 'y')).toEqual({
      written: 'fetch',
      declined: 'signed posted',
      waiting: '',
      seen: ['yncd: Change 1 server on http://localhost:4000?'],
    })
  })

  test('is written where c agrees, which asks again with the new number', async () => {
    expect(await answering(plan, 'c', 'y')).toMatchObject({
      written: 'fetch signed posted',
      waiting: '',
      seen: [
        'yncd: Change 1 server on http://localhost:4000?',
        'ynsod: Change 3 servers on http://localhost:4000?',
      ],
    })
  })

  test('can be chosen from once that is agreed to', async () => {
    expect(await answering(plan, 'c', 's', ['posted'], 'y')).toMatchObject({
      written: 'posted',
      declined: 'fetch signed',
    })
  })

  test('is added to what was chosen before', async () => {
    const { written, declined } = await answering(
      planFor(['fetch', 'n8n'], ['signed']),
      's',
      ['n8n'],
      'c',
      'y',
    )
    expect([written, declined]).toEqual(['n8n signed', 'fetch'])
  })

  test('alone: the question says so, there is no yes, and a no declines it', async () => {
    expect(await answering(planFor([], ['signed']), 'n')).toEqual({
      written: '',
      declined: 'signed',
      waiting: '',
      seen: ['ncd: Change 0 servers on http://localhost:4000 (1 waits; c agrees)?'],
    })
    await leaving(planFor([], ['signed']), 'c', 'n')
  })
})

describe('some', () => {
  test('are chosen from a list, and asked about once more; the others are declined', async () => {
    expect(await answering(THREE, 's', ['fetch', 'time'], 'y')).toEqual({
      written: 'fetch time',
      declined: 'n8n',
      waiting: '',
      seen: [
        'ynsod: Change 3 servers on http://localhost:4000?',
        'Which servers? fetch, n8n, time',
        'ynsod: Change 2 servers on http://localhost:4000?',
      ],
    })
  })

  test('that are called the same have their ids in it', async () => {
    const twin = (id: string): Change => ({
      ...changeOf('twin'),
      id,
      server: { ...changeOf('twin').server, id },
    })
    const plan = { ...THREE, changes: [changeOf('fetch'), twin('a-1'), twin('b-2')] }
    const { seen } = await answering(plan, 's', ['twin (b-2)'], 'y')
    expect(seen[1]).toBe('Which servers? fetch, twin (a-1), twin (b-2)')
  })

  test('can be chosen anew, or left as they were chosen before', async () => {
    expect(await answering(THREE, 's', ['fetch'], 's', ['n8n', 'time'], 's', null, 'y')).toMatchObject({
      written: 'n8n time',
      declined: 'fetch',
    })
  })
})

describe('one by one', () => {
  test('each is asked about below its diff; the others are declined', async () => {
    const { seen, ...rest } = await answering(THREE, 'o', 'n', 'y', '')
    expect(rest).toEqual({ written: 'n8n', declined: 'fetch time', waiting: '' })
    expect(seen.filter((line) => /^\w+: /.test(line)).slice(1)).toEqual([
      'ynaqd: Change fetch? (1/3)',
      'ynaqkd: Change n8n? (2/3)',
      'ynaqkd: Change time? (3/3)',
    ])
    expect(seen[1]).toContain('+url: http://new/servers/fetch/sse')
  })

  for (const [what, answers, written, declined] of [
    ['all the rest', ['n', 'a'], 'n8n time', 'fetch'],
    ['all, at once', ['a'], 'fetch n8n time', ''],
    ['back, and another decision', ['y', 'y', 'k', 'n', 'n'], 'fetch', 'n8n time'],
    ['back to the first', ['y', 'y', 'k', 'k', 'n', 'n', 'y'], 'time', 'fetch n8n'],
    ['stop, and what was chosen', ['y', 'n', 'q', 'y'], 'fetch', 'n8n time'],
  ] as [string, Answered[], string, string][])
    test(what, async () => {
      expect(await answering(THREE, 'o', ...answers)).toMatchObject({ written, declined })
    })

  test('what was chosen is asked about once more after a stop', async () => {
    const { seen } = await answering(THREE, 'o', 'y', 'y', 'q', 'y')
    expect(seen.slice(-2)).toEqual(['2 of 3: fetch, n8n', 'yn: Change the 2 chosen?'])
  })
})
