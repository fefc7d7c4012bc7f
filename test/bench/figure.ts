import type { Place } from './place.ts'

/** What was measured: one value a round, in the unit of the figure. */
export interface Measured {
  samples: number[]
  /** What each was divided by, with the median of both sides; `null` where the figure is no ratio. */
  baseline: { name: string; milliseconds: number; subject: number } | null
}

/** One thing that the bench measures. */
export interface Figure {
  name: string
  /** `×` for a ratio, `MB` (1,000,000 bytes), `kB`, `ms`, or what is counted. */
  unit: string
  /** The largest median that is fine, `null` where none was set. */
  limit: number | null
  /** Is it about real LiteLLM, and measured only where that is asked for? */
  needsLab?: true
  /** Measures it, `runs` times where it varies. Throws a `Mismeasured` where what is measured does not work. */
  measure: (place: Place, runs: number) => Promise<Measured>
}

/** A figure with its numbers, as the document shows it. */
export interface Result {
  name: string
  unit: string
  median: number
  low: number
  high: number
  samples: number[]
  baseline: Measured['baseline']
  limit: number | null
  /** Is the median within the limit? `null` where there is none. */
  within: boolean | null
}

/** Something that was to be measured does not work: no number of it would mean anything. */
export class Mismeasured extends Error {
  override name = 'Mismeasured'
}

/** The value in the middle; of an even number of values, between the two. Throws where there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  const [below, above] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]
  if (below === undefined || above === undefined) throw new Mismeasured('nothing was measured')
  return (below + above) / 2
}

/** To three digits after the point: what lies beyond is noise. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000

/** What a figure came to. The limit is held against the median as it is shown. */
export function resultOf(
  { name, unit, limit }: Pick<Figure, 'name' | 'unit' | 'limit'>,
  { samples, baseline }: Measured,
): Result {
  const middle = rounded(median(samples))
  return {
    name,
    unit,
    median: middle,
    low: rounded(Math.min(...samples)),
    high: rounded(Math.max(...samples)),
    samples: samples.map(rounded),
    baseline: baseline && {
      name: baseline.name,
      milliseconds: rounded(baseline.milliseconds),
      subject: rounded(baseline.subject),
    },
    limit,
    within: limit === null ? null : middle <= limit,
  }
}

/** The exit code for these results: 1 where somebody checks and a figure is over its limit. */
export const exitFor = (results: readonly Pick<Result, 'within'>[], isChecked: boolean): number =>
  isChecked && results.some(({ within }) => within === false) ? 1 : 0
