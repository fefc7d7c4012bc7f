import { type Figure, median } from './figure.ts'
import type { Place } from './place.ts'

/** Does something once. Returns how long it took, in milliseconds. */
export type Timed = (place: Place) => Promise<number>

/** Two things to do in turns, and what the second is called. */
export interface Pair {
  subject: Timed
  baseline: Timed
  against: string
}

/**
 * How many times as long one thing takes as another. They are measured in turns, so that what else the machine does meets
 * both: each sample is the quotient of two that stood side by side. One round more comes first, and does not count: it fills
 * the caches of the system, and Node's where it has one.
 */
export function ratio({ subject, baseline, against }: Pair): Figure['measure'] {
  return async (place, runs) => {
    const rounds: { subject: number; baseline: number }[] = []
    for (let round = 0; round <= runs; round += 1)
      rounds.push({ baseline: await baseline(place), subject: await subject(place) })
    const counted = rounds.slice(1)
    return {
      samples: counted.map((each) => each.subject / each.baseline),
      baseline: {
        name: against,
        milliseconds: median(counted.map((each) => each.baseline)),
        subject: median(counted.map((each) => each.subject)),
      },
    }
  }
}

/** A figure that is the same however often it is looked at. */
export function constant(read: (place: Place) => Promise<number>): Figure['measure'] {
  return async (place) => ({ samples: [await read(place)], baseline: null })
}
