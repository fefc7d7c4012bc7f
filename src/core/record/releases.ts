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

/** A release of LiteLLM that must not run anywhere: what is in it, and where that was made known. */
export interface CompromisedRelease {
  version: string
  what: string
  source: string
}

const STEALER =
  'the package on PyPI was replaced in March 2026 by one that sends keys, passwords and other credentials of the machine to a stranger'
const SOURCE = 'https://docs.litellm.ai/blog/security-update-march-2026 (OSV MAL-2026-2144)'

/** Releases that are known to be compromised. */
const COMPROMISED: readonly CompromisedRelease[] = [
  { version: '1.82.7', what: STEALER, source: SOURCE },
  { version: '1.82.8', what: STEALER, source: SOURCE },
]

/** What is known against a release, or `null`. `1.82.7-stable` is taken for 1.82.7. */
export function compromise(version: string | null): CompromisedRelease | null {
  if (version === null) return null
  return COMPROMISED.find((each) => compareVersions(each.version, version) === 0) ?? null
}
