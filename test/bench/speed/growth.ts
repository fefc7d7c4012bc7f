import { Mismeasured } from '../figure.ts'

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length

/**
 * The exponent with which times grow with sizes: the slope of the line through their logarithms, by least squares. 1 where
 * twice as much takes twice as long, 2 where it takes four times as long. Throws `Mismeasured` where a time is none.
 */
export function exponentOf(sizes: readonly number[], times: readonly number[]): number {
  if (times.length !== sizes.length || times.some((time) => !(time > 0)))
    throw new Mismeasured(`no growth can be told of ${times.join(', ')} ms`)
  const [x, y] = [sizes.map(Math.log), times.map(Math.log)]
  const [middleX, middleY] = [mean(x), mean(y)]
  const both = x.map((each, i) => (each - middleX) * ((y[i] ?? 0) - middleY))
  return mean(both) / mean(x.map((each) => (each - middleX) ** 2))
}
