import { type Consent, unaccepted } from './consent.ts'
import { heldValue } from '../record/fields.ts'
import { groupedBy } from '../grouped.ts'
import { type Change, isVariable, type Plan, type Withheld } from './plan.ts'

/** The new URL that a change gives its server, or `null` where it gives it none. */
export function newUrl({ edits }: Change): string | null {
  return edits.find(({ field }) => field === 'url')?.after ?? null
}

/**
 * The change of the variable that a server has its URL from, by its entry as it was read; where nobody knows its entry, any
 * of its file.
 */
function variableOf<T extends Change>(
  { server, file, fields, edits }: T,
  variables: readonly T[],
): T | undefined {
  const own = variables.find((each) => each.server.id === server.id)
  if (own || file === null || edits.some(({ field }) => field === 'url')) return own
  if (fields['url'] === undefined) return variables.find((each) => each.file?.config === file.config)
  const from = { id: server.id, hashes: fields }
  return variables.find((each) => heldValue(from, 'url', `os.environ/${each.file?.variable}`))
}

/** The change of the URL that a server has with others, where it says who they are. */
function sharedUrlOf<T extends Change>({ file }: T, shared: readonly T[]): T | undefined {
  if (file === null) return undefined
  return shared.find(
    ({ file: own }) =>
      own?.sharers?.includes(file.server) && (own.variable !== null || own.path === file.path),
  )
}

/**
 * Changes that go together or not at all, in their order: all of one server; and where servers of config files have their
 * URL from one variable, or from one place of their file, all of those.
 */
export function unitsOf<T extends Change>(changes: readonly T[]): T[][] {
  const shared = changes.filter(({ file }) => file?.sharers !== undefined)
  const variables = changes.filter(isVariable)
  return groupedBy(changes, (change) => {
    const variable = isVariable(change) ? change : variableOf(change, variables)
    const place = sharedUrlOf(change, shared) ?? variable
    return place ? [place.file?.path, place.file?.variable, place.file?.server] : ['server', change.server.id]
  })
}

/** The unit of each of some changes. */
export function unitsBy<T extends Change>(changes: readonly T[]): ReadonlyMap<T, readonly T[]> {
  return new Map(unitsOf(changes).flatMap((unit) => unit.map((change): [T, T[]] => [change, unit])))
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

/** The plan with those that were chosen of some changes, as the person who was asked does not want the others. */
export function choosing(plan: Plan, asked: readonly Change[], chosen: readonly Change[]): Plan {
  const given = among(chosen)
  const declined = asked
    .filter(({ id }) => !given.has(id))
    .map(({ id }): [string, Withheld] => [id, { reason: 'declined', consents: [] }])
  return { ...plan, withheld: { ...plan.withheld, ...Object.fromEntries(declined) } }
}
