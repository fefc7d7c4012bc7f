import { z } from 'zod'
import { nearestOf } from '../../core/show/nearest.ts'
import type { Condition } from './conditions.ts'
import type { Option, OptionsOf } from './declare.ts'
import * as kinds from './kinds.ts'
import { flag, usage } from './usage.ts'

/** The word that somebody may have meant by a value that is none of those that there are. */
function meant(words: readonly string[], value: unknown): string | null {
  const near = words.length > 0 && typeof value === 'string' ? nearestOf(value, words) : null
  return near === null ? null : `Did you mean ${near}?`
}

const inside = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

/**
 * Reads what the command line leaves of these options. Throws `usage` with a sentence that names the option, and not its
 * value, and where they do not go together.
 */
export async function readOptions<T extends readonly Option[]>(
  options: T,
  conditions: readonly Condition<OptionsOf<T>>[],
  given: unknown,
): Promise<OptionsOf<T>> {
  const shape = Object.fromEntries(options.map(({ name, kind }) => [name, kind(kinds)]))
  const read = z.object(shape).safeParse(given)
  if (!read.success) {
    const [{ path, message } = { path: [], message: 'is wrong' }] = read.error.issues
    const { words = [] } = options.find(({ name }) => name === path[0]) ?? {}
    throw usage(`${flag(String(path[0] ?? ''))}: ${message}`, meant(words, path.reduce(inside, given)))
  }
  // Each name has the value of its own schema, which a shape that is made of a list cannot say.
  const values = read.data as OptionsOf<T>
  for (const condition of conditions) await condition(values)
  return values
}
