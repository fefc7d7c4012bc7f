/** `1.77.7-stable` and `v1.81.14` are accepted; `[1, 77, 7]` comes back. Throws for anything else. */
function numbers(version: string): readonly number[] {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)
  if (!found) throw new Error(`the sandbox cannot play LiteLLM "${version}": not a version`)
  return found.slice(1).map(Number)
}

/** Whether `version` is `since` or later. */
export function atLeast(version: string, since: string): boolean {
  const mine = numbers(version)
  const theirs = numbers(since)
  const first = mine.findIndex((part, index) => part !== theirs[index])
  return first === -1 || (mine[first] ?? 0) > (theirs[first] ?? 0)
}
