/** Values by what they have in common, groups in the order of their first, values in their own. Keys are compared as JSON. */
export function groupedBy<T>(values: readonly T[], keyOf: (value: T) => unknown): T[][] {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const own = keyOf(value)
    // The JSON of a text begins with a quote, and of nothing else.
    const key = typeof own === 'string' ? `"${own}` : JSON.stringify(own)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return [...groups.values()]
}
