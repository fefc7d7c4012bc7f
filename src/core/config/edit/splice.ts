/** Characters of a text to take out, and those to put in their place. */
export interface Splice {
  start: number
  remove: number
  insert: string
}

/** The part in which two texts differ, as a splice of the first. */
export function changedPart(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before[start] === after[start]) start += 1
  let tail = 0
  while (tail < most - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  return { start, remove: before.length - start - tail, insert: after.slice(start, after.length - tail) }
}

/** A text with splices made that do not overlap; their offsets are those of the text as it is. */
export function spliced(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (rest, { start, remove, insert }) => rest.slice(0, start) + insert + rest.slice(start + remove),
      text,
    )
}
