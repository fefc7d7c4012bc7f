import { z } from 'zod'
import { canonical, sha256 } from '../canonical.ts'
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
