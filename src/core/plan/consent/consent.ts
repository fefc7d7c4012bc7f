import type { Change, Effect } from '../change.ts'

/**
 * Effects that nobody has to put up with unasked: a change that has one waits until the person consents, by
 * `--accept` or when asked. Each is the code of an effect.
 */
export const CONSENTS = ['reauthorization', 'client-loss', 'grants', 'unreachable'] as const
export type Consent = (typeof CONSENTS)[number]

/** What somebody has to consent to for these effects. */
export function consentsFor(effects: readonly Effect[]): Consent[] {
  const needed = new Set(effects.map(({ code }) => code))
  return CONSENTS.filter((code) => needed.has(code))
}

/** What somebody has to consent to for any of these changes, in the order of the options. */
export function consentsOf(changes: readonly Pick<Change, 'effects'>[]): Consent[] {
  return consentsFor(changes.flatMap(({ effects }) => effects))
}

/** What is still to be consented to. */
export function unaccepted(effects: readonly Effect[], accepted: readonly string[]): Consent[] {
  return consentsFor(effects).filter((code) => !accepted.includes(code))
}

/** What taking changes back needs: it never asks whether an address answers. */
export function consentsToRevert(changes: readonly Pick<Change, 'effects'>[]): Consent[] {
  return consentsOf(changes).filter((code) => code !== 'unreachable')
}

/** The options that give these consents. */
export function acceptOptions(consents: readonly Consent[]): string[] {
  return consents.flatMap((code) => ['--accept', code])
}
