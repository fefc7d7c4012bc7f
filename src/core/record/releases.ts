/**
 * Numbers of a release such as `1.81.3-stable.gcp.1`; a pre-release counts as just before its release, and no other
 * suffix does: `-azure` and `-build.3` begin like `a` and `b`.
 */
function numbers(version: string): [number, number, number, number] | null {
  const found = /^v?(\d+)\.(\d+)\.(\d+)(.*)$/.exec(version.trim())
  if (!found) return null
  const early = /^[.-]?(rc|dev|a|b|alpha|beta|nightly)(?=[\d.+-]|$)/i.test(found[4] ?? '') ? -1 : 0
  return [Number(found[1]), Number(found[2]), Number(found[3]), early]
}

/** Is this the number of a release, such as `1.81.14` or `v1.77.7-stable`? */
export const isRelease = (version: string): boolean => numbers(version) !== null

/** Orders two releases: negative when `a` is older. Texts that are no release count as oldest. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a) ?? [0, 0, 0, 0], numbers(b) ?? [0, 0, 0, 0]]
  return left.map((n, i) => n - (right[i] ?? 0)).find((difference) => difference !== 0) ?? 0
}
