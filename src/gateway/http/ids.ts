import { MigrateError } from '../../core/errors.ts'
import { isCut } from '../../core/exact-json.ts'
import { printable } from '../../core/show/text.ts'

type Obstacle = readonly [isInTheWay: (id: string) => boolean, why: string]

const NO_CHARACTER: Obstacle = [
  isCut,
  'holds half of a character or what is not UTF-8, which no address can hold',
]

/** Escaped or not, `.` and `..` are steps of their own for every client, and LiteLLM takes an escaped slash for a slash. */
const IN_PATHS: readonly Obstacle[] = [
  NO_CHARACTER,
  [(id) => id === '.' || id === '..', 'is a step of a path, and leads to another address'],
  [(id) => /[/\\]/.test(id), 'holds a slash, and leads to another address'],
]

function encoded(id: string, obstacles: readonly Obstacle[]): string {
  const [, why] = obstacles.find(([isInTheWay]) => isInTheWay(id)) ?? []
  if (why === undefined) return encodeURIComponent(id)
  throw new MigrateError('inventory-invalid', `The id ${printable(JSON.stringify(id))} ${why}`)
}

/** An id as a value in a query. Throws `inventory-invalid` for one that no address can hold. */
export const asValue = (id: string): string => encoded(id, [NO_CHARACTER])

/** An id as one step of a path. Throws `inventory-invalid` for one that would lead to another address, too. */
export const asStep = (id: string): string => encoded(id, IN_PATHS)
