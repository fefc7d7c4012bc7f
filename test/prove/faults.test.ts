import { expect, test, vi } from 'vitest'
import { inParallel } from '../../src/core/in-parallel.ts'
import { amount, tellFigures } from './amount.ts'
import { playSeed, type Seeded } from './seeded-run.ts'

vi.setConfig({ testTimeout: 7_200_000 })

/** How many seeds are played side by side: most of the time each waits for what was dropped or delayed. */
const AT_ONCE = 12

function chosenSeeds(): number[] {
  const one = process.env['PROVE_SEED']
  if (one !== undefined) return [Number(one)]
  return Array.from({ length: amount({ sample: 15, ci: 300, full: 10_000 }) }, (_, i) => i + 1)
}

const told = (seed: number, { problems, log }: Seeded): string =>
  [`PROVE_SEED=${seed} plays this again:`, ...problems, ...log.map((line) => `    ${line}`)].join('\n')

test('whatever happens between tool and gateway, what was reported is what the gateway holds', async () => {
  const seeds = chosenSeeds()
  const played: Seeded[] = []
  const wrong: string[] = []
  await inParallel(AT_ONCE, seeds, async (seed) => {
    const result = await playSeed(seed)
    played.push(result)
    if (result.problems.length > 0) wrong.push(told(seed, result))
    if (process.env['PROVE_SEED']) console.log(result)
  })
  const sum = (of: (one: Seeded) => number): number => played.reduce((all, one) => all + of(one), 0)
  const outcome = (name: string): number =>
    sum(({ outcomes }) => outcomes.filter((each) => each === name).length)
  tellFigures('faults', {
    runs: played.length,
    requests: sum(({ requests }) => requests),
    faults: sum(({ faults }) => faults),
    applied: outcome('applied'),
    failed: outcome('failed'),
    unknown: outcome('unknown'),
    'not tried': outcome('not-applied'),
    'taken back': outcome('reverted'),
    'reported wrongly': wrong.length,
  })
  expect(wrong.slice(0, 3)).toEqual([])
  expect(played).toHaveLength(seeds.length)
  expect(sum(({ faults }) => faults)).toBeGreaterThan(0)
})
