import { isCut } from '../../core/exact-json.ts'
import { printable } from '../../core/show/text.ts'

/**
 * What keeps an id from standing in a path as one step of it. Escaped or not, `.` and `..` are steps of their own for every
 * client, and LiteLLM takes an escaped slash for a slash.
 */
const OBSTACLES: readonly (readonly [(id: string) => boolean, string])[] = [
  [isCut, 'holds half of a character or what is not UTF-8, which no address can hold'],
  [(id) => id === '.' || id === '..', 'is a step of a path, and leads to another address'],
  [(id) => /[/\\]/.test(id), 'holds a slash, and leads to another address'],
]

/** Why LiteLLM cannot be asked for the record of this id, or `null`. */
export function unaskable(id: string): string | null {
  const [, why] = OBSTACLES.find(([isInTheWay]) => isInTheWay(id)) ?? []
  return why === undefined ? null : `its id, ${printable(JSON.stringify(id))}, ${why}`
}
