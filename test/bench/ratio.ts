import { type Figure, type Measured, median } from './figure.ts'
import type { Place } from './place.ts'

/** Does something once. Returns how long it took, in milliseconds. */
export type Timed = (place: Place) => Promise<number>

/** Two things to do in turns, and what the second is called. */
export interface Pair {
  subject: Timed
  baseline: Timed
  against: string
}

const MINUTE_MS = 60_000

/** How many rounds count, by how long the first took: three where that is over a minute, one where it is over ten. */
export function roundsAfter(firstMs: number, runs: number): number {
  if (firstMs > 10 * MINUTE_MS) return 1
  return firstMs > MINUTE_MS ? Math.min(3, runs) : runs
}

/**
 * Does things in turns, so that what else the machine does meets all of them. Returns the milliseconds by round, in the order
 * of the things. The first round fills the caches of the system, and Node's where it has one: it does not count, but for one
 * of over a minute, in which that is lost.
 */
export async function inTurns(
  things: readonly (() => Promise<number>)[],
  runs: number,
): Promise<readonly (readonly number[])[]> {
  const round = async (): Promise<number[]> => {
    const times: number[] = []
    for (const thing of things) times.push(await thing())
    return times
  }
  const first = await round()
  const firstMs = first.reduce((sum, each) => sum + each, 0)
  const rounds = firstMs > MINUTE_MS ? [first] : []
  while (rounds.length < roundsAfter(firstMs, runs)) rounds.push(await round())
  return rounds
}

/** How many times as long the second thing took as the first, by the rounds in which both stood side by side. */
export function quotients(times: Awaited<ReturnType<typeof inTurns>>, against: string): Measured {
  const rounds = times.map(([baseline = 0, subject = 0]) => ({ baseline, subject }))
  return {
    samples: rounds.map((each) => each.subject / each.baseline),
    baseline: {
      name: against,
      milliseconds: median(rounds.map((each) => each.baseline)),
      subject: median(rounds.map((each) => each.subject)),
    },
  }
}

/** How many times as long one thing takes as another. They are measured in turns: each sample is of two side by side. */
export function ratio({ subject, baseline, against }: Pair): Figure['measure'] {
  return async (place, runs) =>
    quotients(await inTurns([() => baseline(place), () => subject(place)], runs), against)
}

/** A figure that is the same however often it is looked at. */
export function constant(read: (place: Place) => Promise<number>): Figure['measure'] {
  return async (place) => ({ samples: [await read(place)], baseline: null })
}
