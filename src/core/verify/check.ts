/** Every check of `verify` by its id, in the order in which they are told. Part of the contract. */
export const CHECK_IDS = [
  'closed',
  'published',
  'networks',
  'reachable',
  'same-servers',
  'keys',
  'chat',
  'gateway',
] as const
export type CheckId = (typeof CHECK_IDS)[number]

/** What one check found out. `hint`: how to mend it, for a failing one; the command where there is one. */
export interface CheckResult {
  id: CheckId
  title: string
  outcome: 'pass' | 'fail' | 'skip'
  /** What was seen, a sentence a line; harmless and redacted. Of a skipped check, why it could not be done. */
  evidence: string[]
  hint: string | null
}

/** How many checks had each outcome. */
export function tallyChecks(
  checks: readonly Pick<CheckResult, 'outcome'>[],
): Record<CheckResult['outcome'], number> {
  const of = (outcome: CheckResult['outcome']): number =>
    checks.filter((check) => check.outcome === outcome).length
  return { pass: of('pass'), fail: of('fail'), skip: of('skip') }
}
