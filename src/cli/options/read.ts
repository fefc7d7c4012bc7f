import { z } from 'zod'
import type { Condition } from './conditions.ts'
import type { Option, OptionsOf } from './declare.ts'
import * as kinds from './kinds.ts'
import { flag, usage } from './usage.ts'

/**
 * Reads what the command line leaves of these options. Throws `usage` with a sentence that names the option, and not its
 * value, and where they do not go together.
 */
export async function readOptions<T extends readonly Option[]>(
  options: T,
  conditions: readonly Condition<OptionsOf<T>>[],
  given: unknown,
): Promise<OptionsOf<T>> {
  const shape = await Promise.all(options.map(async ({ name, kind }) => [name, await kind(kinds)] as const))
  const read = z.object(Object.fromEntries(shape)).safeParse(given)
  if (!read.success) {
    const [issue] = read.error.issues
    throw usage(`${flag(String(issue?.path[0] ?? ''))}: ${issue?.message ?? 'is wrong'}`)
  }
  // Each name has the value of its own schema, which a shape that is made of a list cannot say.
  const values = read.data as OptionsOf<T>
  for (const condition of conditions) await condition(values)
  return values
}
