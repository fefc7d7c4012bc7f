/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, right] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (left === right ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The name that was most likely meant, whatever the letter case; `null` where none is near. */
export function nearest(wanted: string, names: readonly string[]): string | null {
  const [best] = [...new Set(names)]
    .map((name) => ({ name, away: distance(wanted.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.away - b.away)
  return best && best.away <= Math.max(2, wanted.length / 3) ? best.name : null
}
