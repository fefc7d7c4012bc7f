/** Values by what they have in common, groups in the order of their first, values in their own. Keys are compared as JSON. */
export function groupedBy<T>(values: readonly T[], keyOf: (value: T) => unknown): T[][] {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const key = JSON.stringify(keyOf(value))
    groups.set(key, [...(groups.get(key) ?? []), value])
  }
  return [...groups.values()]
}
