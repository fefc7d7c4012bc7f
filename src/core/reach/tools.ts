import { z } from 'zod'
import { canonical, sha256 } from '../canonical.ts'
import { printable } from '../show/text.ts'
import type { ToolPrint } from './reach.ts'

const listed = z.array(z.looseObject({ name: z.string(), inputSchema: z.unknown() }))

/**
 * The tools of a list as they are recorded, by name. The hash is over the schema with its keys in order, as each release
 * of LiteLLM and the server itself write them in another. `null` where it is no list of tools.
 */
export function toolPrints(tools: unknown): ToolPrint[] | null {
  const found = listed.safeParse(tools)
  if (!found.success) return null
  return found.data
    .map(({ name, inputSchema }) => ({ name, schema: sha256(canonical(inputSchema)) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

const named = (word: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${word} ${names.map(printable).join(', ')}`]

/** How the tools of a server differ from those before, as clauses: `missing a`, `new b`, `another schema of c`; none where they are the same. */
export function toolChanges(before: readonly ToolPrint[], after: readonly ToolPrint[]): string[] {
  const [then, now] = [before, after].map((tools) => new Map(tools.map(({ name, schema }) => [name, schema])))
  if (!then || !now) return []
  const missing = [...then.keys()].filter((name) => !now.has(name))
  const added = [...now.keys()].filter((name) => !then.has(name))
  const changed = [...then].filter(([name, schema]) => now.has(name) && now.get(name) !== schema)
  return [
    ...named('missing', missing),
    ...named('new', added),
    ...named(
      'another schema of',
      changed.map(([name]) => name),
    ),
  ]
}
