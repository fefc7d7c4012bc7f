import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/core/plan/change.ts'
import { leftToDo, planCompletion, type Unfinished } from '../../../src/core/plan/completion.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { eraOf } from '../../../src/core/record/eras.ts'
import { type AppliedChange, type Outcome, settledAs } from '../../../src/core/run/outcome.ts'
import { changeOf, fileOf, pinOf } from './samples.ts'

type Fate = [change: Change, outcome: Outcome, more?: Partial<AppliedChange>]

/** A run of which this is known. */
function unfinished(...fates: Fate[]): Unfinished {
  return {
    run: {
      started: { reverts: null, migrations: [{ id: 'm', sha256: 'x' }] },
      changes: fates.map(([change]) => ({ change, settings: change.settings })),
    },
    settled: fates.map(([change, outcome, more]) => ({ ...settledAs(change, outcome), ...more })),
  }
}

const complete = (run: Unfinished, version = '1.106.2'): Plan =>
  planCompletion(
    run,
    { identity: { url: 'http://gw', version, account: 'master key' }, era: eraOf(version).era },
    'now',
  )

const idsOf = (run: Unfinished): string[] => complete(run).changes.map(({ id }) => id)

describe('what is left of a run', () => {
  test('is what was not tried, and what was refused, again', () => {
    const run = unfinished(
      [changeOf('a'), 'applied'],
      [changeOf('b'), 'failed'],
      [changeOf('c'), 'not-applied'],
      [changeOf('d'), 'drifted'],
      [changeOf('e'), 'unknown'],
      [changeOf('f'), 'reverted'],
    )
    expect([idsOf(run), leftToDo(run)]).toEqual([['change-b', 'change-c'], 2])
  })

  test.each(['drifted', 'unknown'] as const)(
    'is nothing of what goes together where a part is %s',
    (outcome) => {
      const url = changeOf('a', { file: fileOf('a') })
      expect(
        idsOf(unfinished([pinOf('a'), outcome], [url, 'not-applied'], [changeOf('b'), 'failed'])),
      ).toEqual(['change-b'])
    },
  )

  test('is the settings of what was written and had not got to them', () => {
    const change = changeOf('a', { settings: { token_url: 'http://idp', audience: 'x' } })
    const gone = { field: 'token_url', before: 'http://idp', after: null, repaired: false }
    const run = unfinished([change, 'applied', { collateral: [gone] }])
    expect(complete(run).changes).toMatchObject([
      { id: 'change-a', edits: [], landed: change.edits, settings: { token_url: 'http://idp' } },
    ])
    // It is counted once.
    expect(complete(run).summary).toMatchObject({ servers: 1, changes: 1, unchanged: 0, moved: 0 })
    expect(idsOf(unfinished([change, 'applied', { collateral: [{ ...gone, repaired: true }] }]))).toEqual([])
  })
})

describe('the plan that completes a run', () => {
  test('waits for nothing: what it needs was consented to when the run began', () => {
    const effects = [{ code: 'client-loss', message: 'loses its client', reversible: false }]
    expect(complete(unfinished([changeOf('a', { effects }), 'not-applied'])).withheld).toEqual({})
  })

  test('counts the servers of the run: those to be written, and those that were', () => {
    const { summary } = complete(
      unfinished([changeOf('a'), 'applied'], [changeOf('b'), 'not-applied'], [changeOf('c'), 'drifted']),
    )
    expect(summary).toEqual({ servers: 3, changes: 1, unchanged: 2, skipped: 0, excluded: 0, moved: 1 })
  })

  test('puts last what the release may never answer, and says nothing of it where it is of another release by now', () => {
    const effects = [{ code: 'may-hang', message: 'moved last', reversible: true }]
    const run = unfinished([changeOf('a', { effects }), 'not-applied'], [changeOf('b'), 'not-applied'])
    const codes = (version: string) =>
      complete(run, version).changes.map((change) => [change.id, change.effects.length])
    expect(codes('1.96.2')).toEqual([
      ['change-b', 0],
      ['change-a', 1],
    ])
    expect(codes('1.106.2')).toEqual([
      ['change-a', 0],
      ['change-b', 0],
    ])
  })
})
