import { type Consent, unaccepted } from './consent.ts'
import { type Change, isVariable, type Plan, type Withheld } from './plan.ts'

/** The new URL that a change gives its server, or `null` where it gives it none. */
export function newUrl({ edits, onlySettings }: Change): string | null {
  return onlySettings ? null : (edits.find(({ field }) => field === 'url')?.after ?? null)
}

/**
 * Changes that go together or not at all, in their order: all of one server; and where servers of a config.yaml have
 * their URL from a variable that stands for another one, all of that file whose URLs come from variables.
 */
export function unitsOf(changes: readonly Change[]): Change[][] {
  const withUrl = changes.filter((each) => newUrl(each) !== null)
  const idsOf = (some: readonly Change[]): ReadonlySet<string> => new Set(some.map(({ server }) => server.id))
  const ownUrl = idsOf(withUrl.filter((each) => !isVariable(each)))
  const moving = idsOf(withUrl)
  const shared = new Set(
    changes.flatMap(({ file, server }) => (file !== null && !moving.has(server.id) ? [file.config] : [])),
  )
  const keyOf = ({ file, server }: Change): string =>
    file === null || ownUrl.has(server.id) || !shared.has(file.config) ? server.id : `file ${file.config}`
  const units = new Map<string, Change[]>()
  for (const change of changes) units.set(keyOf(change), [...(units.get(keyOf(change)) ?? []), change])
  return [...units.values()]
}

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

const among = (changes: readonly Change[]): ReadonlySet<string> => new Set(changes.map(({ id }) => id))

/** The plan with these changes to be written, as somebody consented. */
export function consenting(plan: Plan, changes: readonly Change[]): Plan {
  const given = among(changes)
  return {
    ...plan,
    withheld: Object.fromEntries(Object.entries(plan.withheld).filter(([id]) => !given.has(id))),
  }
}

/** The plan without these changes to be written, as the person who was asked does not want them. */
export function declining(plan: Plan, changes: readonly Change[]): Plan {
  const declined = changes.map(({ id }): [string, Withheld] => [id, { reason: 'declined', consents: [] }])
  return { ...plan, withheld: { ...plan.withheld, ...Object.fromEntries(declined) } }
}
