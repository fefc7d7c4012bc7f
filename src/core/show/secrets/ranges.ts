import { MASK } from '../url-parts.ts'

/** A part of a text, as `[start, end)`, and how many units of a secret it holds. */
export interface Range {
  start: number
  end: number
  length: number
}

const UUID = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi

/** The ranges but those within an id: a few digits there are no secret, whatever else they are. */
export function outsideIds(text: string, ranges: readonly Range[]): Range[] {
  const ids = [...text.matchAll(UUID)].map(({ index, 0: { length } }) => [index, index + length] as const)
  return ranges.filter(
    ({ start, end, length }) => length >= 16 || !ids.some(([from, to]) => start >= from && end <= to),
  )
}

/** What of some ranges lies in a part of the text, counted from where that begins. */
export const within = (ranges: readonly Range[], from: number, to: number): Range[] =>
  ranges
    .filter(({ start, end }) => end > from && start < to)
    .map((range) => ({
      ...range,
      start: Math.max(range.start, from) - from,
      end: Math.min(range.end, to) - from,
    }))

const COLOURS = /\u001b\[[\d;]*m/g

/** The text with `***` in the place of each part; colours that begin or end within one stay. */
export function without(text: string, ranges: readonly Range[]): string {
  let result = ''
  let copied = 0
  let end = -1
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    if (range.start >= end) {
      result += text.slice(copied, range.start) + MASK
      copied = range.start
    }
    if (range.end <= end) continue
    end = range.end
    result += (text.slice(copied, end).match(COLOURS) ?? []).join('')
    copied = end
  }
  return result + text.slice(copied)
}
