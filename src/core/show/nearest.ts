/** Levenshtein distance, for a did-you-mean. */
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

/** The one of these names that somebody may have meant, or `null` where none is like it. */
export function nearestOf(wanted: string, candidates: readonly string[]): string | null {
  const ranked = [...new Set(candidates)]
    .map((name) => ({ name, away: distance(wanted.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.away - b.away)
  const best = ranked[0]
  return best && best.away <= Math.max(2, wanted.length / 3) ? best.name : null
}
