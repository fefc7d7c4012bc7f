import { type Change, isVariable } from './change.ts'
import { hashesOf, heldValue } from '../record/held.ts'
import { groupedBy } from '../grouped.ts'

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
  const hashes = hashesOf(fields)
  if (hashes['url'] === undefined) return variables.find((each) => each.file?.config === file.config)
  const from = { id: server.id, hashes }
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
    return place ? [place.file?.path, place.file?.variable, place.file?.server] : change.server.id
  })
}

/** The unit of each of some changes. */
export function unitsBy<T extends Change>(changes: readonly T[]): ReadonlyMap<T, readonly T[]> {
  return new Map(unitsOf(changes).flatMap((unit) => unit.map((change): [T, T[]] => [change, unit])))
}
