import type { Change } from './change.ts'
import { CONSENTS, type Consent, unaccepted } from './consent/consent.ts'
import type { Plan, Withheld } from './plan.ts'
import { unitsOf } from './units.ts'

/**
 * What of some changes waits for a consent: a unit as a whole, for what any of its changes needs. `needed` says what one
 * change still needs.
 */
export function waiting(
  changes: readonly Change[],
  needed: (change: Change) => readonly Consent[],
): Plan['withheld'] {
  const entries = unitsOf(changes).flatMap((unit): [string, Withheld][] => {
    const consents = [...new Set(unit.flatMap(needed))]
    return consents.length === 0
      ? []
      : unit.map(({ id }): [string, Withheld] => [id, { reason: 'awaiting', consents }])
  })
  return Object.fromEntries(entries)
}

/** What waits, where nothing but these effects was consented to. */
export function waitingUnless(changes: readonly Change[], accepted: readonly Consent[]): Plan['withheld'] {
  return waiting(changes, ({ effects }) => unaccepted(effects, accepted))
}

/** What somebody has to consent to before any of these changes stops waiting, in the order of the options. */
export function awaitedConsents(changes: readonly Change[], { withheld }: Pick<Plan, 'withheld'>): Consent[] {
  const awaited = new Set(changes.flatMap(({ id }) => withheld[id]?.consents ?? []))
  return CONSENTS.filter((code) => awaited.has(code))
}

const among = (changes: readonly Change[]): ReadonlySet<string> => new Set(changes.map(({ id }) => id))

/** The plan with these changes to be written, as somebody consented. */
export function consenting(plan: Plan, changes: readonly Change[]): Plan {
  const given = among(changes)
  return {
    ...plan,
    withheld: Object.fromEntries(Object.entries(plan.withheld).filter(([id]) => !given.has(id))),
  }
}

/** The plan with those that were chosen of some changes, as the person who was asked does not want the others. */
export function choosing(plan: Plan, asked: readonly Change[], chosen: readonly Change[]): Plan {
  const given = among(chosen)
  const declined = asked
    .filter(({ id }) => !given.has(id))
    .map(({ id }): [string, Withheld] => [id, { reason: 'declined', consents: [] }])
  return { ...plan, withheld: { ...plan.withheld, ...Object.fromEntries(declined) } }
}
