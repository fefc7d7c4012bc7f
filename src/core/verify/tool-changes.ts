import type { ToolPrint } from '../reach/reach.ts'
import { printable } from '../show/text.ts'

const named = (word: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${word} ${names.map(printable).join(', ')}`]

/** How a server's tools differ from those before, in clauses: `missing a`, `new b`, `another schema of c`. Empty if they do not. */
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
