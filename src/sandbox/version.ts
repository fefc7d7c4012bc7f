/** `1.77.7-stable` and `v1.81.14` are accepted; `[1, 77, 7]` comes back. `null` for anything else. */
function readNumbers(version: string): readonly number[] | null {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)
  return found && found.slice(1).map(Number)
}

/** The same; throws for anything else. */
function numbers(version: string): readonly number[] {
  const found = readNumbers(version)
  if (!found) throw new Error(`the sandbox cannot play LiteLLM "${version}": not a version`)
  return found
}

/** Whether `version` is `since` or later. */
export function atLeast(version: string, since: string): boolean {
  const mine = numbers(version)
  const theirs = numbers(since)
  const first = mine.findIndex((part, index) => part !== theirs[index])
  return first === -1 || (mine[first] ?? 0) > (theirs[first] ?? 0)
}

/**
 * The releases that were seen running or read, oldest first: what `release.ts` says is known of these, and guessed of those
 * between them.
 */
export const KNOWN_RELEASES = [
  '1.74.0',
  '1.77.1',
  '1.77.7',
  '1.80.11',
  '1.81.14',
  '1.87.5',
  '1.88.0',
  '1.90.7',
  '1.92.2',
  '1.93.2',
  '1.94.3',
  '1.96.2',
  '1.100.5',
  '1.102.4',
  '1.104.9',
  '1.105.7',
  '1.106.0',
  '1.106.2',
  '1.108.7',
  '1.108.14',
  '1.109.1',
  '1.110.2',
] as const

/**
 * What is said of a release that nobody has seen or read, with the nearest that somebody has: of the same minor version where
 * there are any. `null` for one that is known, whatever its suffix, and for what is no release.
 */
export function unknownRelease(version: string): string | null {
  const asked = readNumbers(version)?.join('.')
  if (asked === undefined || KNOWN_RELEASES.some((each) => each === asked)) return null
  const around = [
    KNOWN_RELEASES.findLast((each) => atLeast(asked, each)),
    KNOWN_RELEASES.find((each) => atLeast(each, asked)),
  ].filter((each) => each !== undefined)
  const minor = asked.slice(0, asked.lastIndexOf('.') + 1)
  const alike = around.filter((each) => each.startsWith(minor))
  const nearest = (alike.length > 0 ? alike : around).join(' and ')
  return `${asked} is not known to the sandbox; nearest: ${nearest}`
}
