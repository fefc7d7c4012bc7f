import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { amount, tellFigures } from './amount.ts'
import { sandboxGrounds } from './kill-grounds.ts'
import { boundaries, closeLane, type Lane, openLane, restore } from './kill-program.ts'
import { type Course, coursesOn, emptyTally, sweep, type Tally } from './sweep.ts'

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 120_000 })

/** Killed one after the other on each lane; as many as a small machine has cores. */
const LANES = 2

/** What `npm test` kills at: one boundary of each kind, around the writes. */
const SAMPLE = {
  run: [
    'after append 1 (run-started)',
    'request is out: PUT /v1/mcp/server 2',
    'answer is there: PUT /v1/mcp/server 3',
  ],
  revert: ['middle of append 5 (outcome)', 'before append 16 (run-finished)'],
}

let lanes: { lane: Lane; courses: Awaited<ReturnType<typeof coursesOn>> }[]
const total: Tally = emptyTally()

beforeAll(async () => {
  const grounds = await Promise.all(Array.from({ length: LANES }, () => sandboxGrounds()))
  const opened = await Promise.all(grounds.map(openLane))
  lanes = await Promise.all(opened.map(async (lane) => ({ lane, courses: await coursesOn(lane) })))
})

afterAll(async () => {
  const { points, recoveries, servers, lost, unknown } = total
  tellFigures('kill', { 'kill points': points, recoveries, 'servers checked': servers, lost, unknown })
  await Promise.all(lanes.map(({ lane }) => closeLane(lane)))
})

/** The boundaries to kill at: all, in CI every other one, a sample, or the one in PROVE_KILL. */
function chosen(names: readonly string[], sample: readonly string[]): string[] {
  const one = process.env['PROVE_KILL']
  if (one) return [one]
  const step = amount({ sample: 0, ci: 2, full: 1 })
  return names.filter((name, i) => (step === 0 ? sample.includes(name) : (i + 1) % step === 0))
}

async function sweepCourse(name: 'run' | 'revert'): Promise<void> {
  const [first] = lanes
  if (!first) throw new Error('there is no lane')
  const course: Course = first.courses[name]
  await restore(first.lane, course.start)
  const points = chosen(await boundaries(first.lane, course.args), SAMPLE[name])
  const on = lanes.map(({ lane, courses }) => ({ lane, course: courses[name] }))
  const { tally, findings } = await sweep(on, points)
  for (const key of ['points', 'recoveries', 'servers', 'lost', 'unknown'] as const) total[key] += tally[key]
  const told = findings.map(({ point, what }) => `PROVE_KILL='${point}' (${name}): ${what}`)
  expect(told).toEqual([])
  expect({ points: tally.points + tally.absent, lost: tally.lost, unknown: tally.unknown }).toEqual({
    points: points.length,
    lost: 0,
    unknown: 0,
  })
  expect(tally.points).toBeGreaterThan(0)
}

describe('killed at a boundary, and recovered both ways, no server is lost and none unknown:', () => {
  test('a run of seven servers', () => sweepCourse('run'))
  test('its revert', () => sweepCourse('revert'))
})
