import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { EXCHANGED } from '../program/run/oauth-servers.ts'
import { guideServer } from '../support/trial.ts'
import { type Rows, sandboxGrounds } from './kill-grounds.ts'
import {
  boundaries,
  closeLane,
  isOptional,
  killedAt,
  type Lane,
  openLane,
  restore,
  type State,
  stateOf,
} from './kill-program.ts'
import { invoke } from './kill-recovery.ts'
import { recovery, type Way } from './sweep.ts'

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 120_000 })

const ACCEPT = ['--accept', 'reauthorization']

let lane: Lane
let old: State
let moved: State

/** Rows without who wrote them when. */
const unstamped = (rows: Rows): Rows =>
  Object.fromEntries(
    Object.entries(rows).map(([id, { updated_at: _at, updated_by: _by, ...rest }]) => [id, rest]),
  )

async function run(...args: string[]): Promise<void> {
  const { code, output } = await invoke(lane, args)
  if (code !== 0) throw new Error(`${args.join(' ')}: exit ${code}\n${output}`)
}

beforeAll(async () => {
  lane = await openLane(await sandboxGrounds({ servers: [EXCHANGED, guideServer('fetch')] }))
  old = await stateOf(lane)
  await run('--yes', ...ACCEPT)
  moved = await stateOf(lane)
})
afterAll(() => closeLane(lane))

/** What was wrong once a killed program was recovered in one way. */
async function recover(killed: State, way: Way, goal: Rows): Promise<string[]> {
  await restore(lane, killed)
  const { stdout } = await invoke(lane, ['history', '--check'])
  if (!stdout.includes('it has no end')) return []
  await run(...recovery(way), ...(way === 'revert' ? ACCEPT : []))
  const { rows } = await stateOf(lane)
  const end = await invoke(lane, ['history', '--check'])
  return [
    ...(isDeepStrictEqual(unstamped(rows), unstamped(goal)) ? [] : [`${way}: a server is lost`]),
    ...(end.code === 0 && !end.stdout.includes('it has no end') ? [] : [`${way}: the run has no end`]),
  ]
}

async function sweep(start: State, goal: State, args: readonly string[]): Promise<void> {
  await restore(lane, start)
  const names = await boundaries(lane, args)
  // The second write, and all that lies between it and the first.
  const from = names.indexOf('answer is there: PUT /v1/mcp/server 1')
  const to = names.indexOf('answer is there: PUT /v1/mcp/server 2')
  const between = names.slice(from, to + 2)
  expect(between.length).toBeGreaterThan(10)
  const sample = between.filter((_, i) => i % 16 === 0 || i === between.length - 2)
  const half = between.filter((_, i) => i % 2 === 0)
  const points = { full: names, ci: half }[process.env['PROVE'] ?? ''] ?? sample
  const problems: string[] = []
  for (const point of points) {
    await restore(lane, start)
    const { code, signal } = await killedAt(lane, args, point)
    if (code === 0 && isOptional(point)) continue
    expect(signal).toBe('SIGKILL')
    const killed = await stateOf(lane)
    const found = [
      ...(await recover(killed, 'finish', goal.rows)),
      ...(await recover(killed, 'revert', start.rows)),
    ]
    problems.push(...found.map((problem) => `${point}: ${problem}`))
  }
  expect(problems).toEqual([])
}

describe('killed around the two writes of a server with token exchange, and recovered both ways, nothing is lost:', () => {
  test('a run', () => sweep(old, moved, ['--yes', '--no-wait', ...ACCEPT]))
  test('its revert', () => sweep(moved, old, ['--revert', '--yes', '--no-wait', ...ACCEPT]))
})
