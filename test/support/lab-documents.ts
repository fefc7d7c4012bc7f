/** The names of the servers in a list of changes or of skipped servers, in order. */
export function serverNames(entries: readonly { server: { name: string | null } }[]): string[] {
  return entries.map(({ server: { name } }) => String(name)).toSorted()
}

/** Those that wait for a consent, or those that do not: a plan shows both. */
export function waitingOf<T extends { awaiting: readonly string[] }>(
  changes: readonly T[],
  waits: boolean,
): T[] {
  return changes.filter(({ awaiting }) => awaiting.length > 0 === waits)
}
