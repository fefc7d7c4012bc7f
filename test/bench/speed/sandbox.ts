import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Figure } from '../figure.ts'
import { openSandbox } from '../gateway.ts'
import type { Place } from '../place.ts'
import { inTurns, quotients } from '../ratio.ts'
import { nothing } from '../starts.ts'
import { openClient } from './client.ts'
import { Fleet, serversAt, WAY } from './fleet.ts'
import { SERVERS } from './floor.ts'
import { exponentOf } from './growth.ts'
import { floor, peakOf, program } from './movers.ts'

/** Does something with a sandbox, in a process of its own, that holds so many servers. */
async function onSandbox<T>(place: Place, size: number, act: (fleet: Fleet) => Promise<T>): Promise<T> {
  const world = join(await mkdtemp(join(place.cwd, '..', 'world-')), 'world.json')
  await writeFile(world, JSON.stringify({ masterKey: 'sk-speed', servers: serversAt(WAY.from, size) }))
  const sandbox = await openSandbox(place.program, place.env, '--world', world)
  try {
    return await act(new Fleet(sandbox, size, WAY))
  } finally {
    await sandbox.close()
  }
}

/** How many servers are many. */
export const MANY = 5000
const FEWER = 1000

/** What a gateway with so many servers lists. */
export const listOf = (place: Place, size: number): Promise<unknown[]> =>
  onSandbox(place, size, async ({ target }) => {
    const client = openClient(target)
    try {
      return await client.ask<unknown[]>('GET', SERVERS)
    } finally {
      client.close()
    }
  })

const besideFloor: Figure['measure'] = (place, runs) =>
  onSandbox(place, MANY, async (fleet) => {
    const movers = [floor('url'), program(place, { isBare: true })]
    const rounds = await inTurns(
      movers.map((mover) => () => fleet.time(mover)),
      runs,
    )
    return quotients(rounds, 'list, GET, PUT')
  })

const SIZES = [500, 1000, 2000, 4000] as const

/** How long the program takes for so many servers, without the start of Node. */
const timeFor = (place: Place, size: number): Promise<number> =>
  onSandbox(place, size, async (fleet) => {
    const start = await nothing(place)
    return (await fleet.time(program(place, { isBare: true }))) - start
  })

const growth: Figure['measure'] = async (place, runs) => {
  const rounds = await inTurns(
    SIZES.map((size) => () => timeFor(place, size)),
    runs,
  )
  return { samples: rounds.map((times) => exponentOf(SIZES, times)), baseline: null }
}

/** The peak of the program is much the same every time. */
const PEAKS = 3

const peaksAt = (place: Place, size: number, runs: number): Promise<number[]> =>
  onSandbox(place, size, async (fleet) => {
    const peaks: number[] = []
    while (peaks.length < Math.min(runs, PEAKS)) peaks.push(await peakOf(place, (mover) => fleet.time(mover)))
    return peaks
  })

const peak: Figure['measure'] = async (place, runs) => ({
  samples: await peaksAt(place, MANY, runs),
  baseline: null,
})

const peakForOneMore: Figure['measure'] = async (place, runs) => {
  const [few, many] = [await peaksAt(place, FEWER, runs), await peaksAt(place, MANY, runs)]
  const samples = many.map((megabytes, i) => ((megabytes - (few[i] ?? 0)) * 1000) / (MANY - FEWER))
  return { samples, baseline: null }
}

/** How fast the program itself is, and how much memory it takes, where the gateway takes next to no time. */
export const SANDBOX: readonly Figure[] = [
  { name: 'sandbox, 5,000: against list, GET, PUT', unit: '×', limit: 3, measure: besideFloor },
  { name: 'sandbox, 500 to 4,000: growth', unit: '', limit: 1.05, measure: growth },
  { name: 'sandbox, 5,000: memory', unit: 'MB', limit: 150, measure: peak },
  { name: 'sandbox, 1,000 to 5,000: memory a server', unit: 'kB', limit: 12, measure: peakForOneMore },
]
