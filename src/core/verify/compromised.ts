import { compareVersions } from '../record/releases.ts'

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
export const COMPROMISED: readonly CompromisedRelease[] = [
  { version: '1.82.7', what: STEALER, source: SOURCE },
  { version: '1.82.8', what: STEALER, source: SOURCE },
]

/** What is known against a release, or `null`. `1.82.7-stable` is taken for 1.82.7. */
export function compromise(version: string | null): CompromisedRelease | null {
  if (version === null) return null
  return COMPROMISED.find((each) => compareVersions(each.version, version) === 0) ?? null
}
