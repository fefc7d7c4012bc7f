import { aimOf } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Era } from '../../core/record/eras.ts'
import { KeptRecord } from '../../core/record/kept.ts'
import type { ListedServer } from '../../core/record/server.ts'
import { printsOf, type Sightings } from '../../core/record/sighting.ts'

/**
 * How the servers that a plan would change were seen when it was made: each record, and before it the entry in the list.
 * `entryOf`: that entry, `null` where the list has none.
 */
export function seenIn({ changes }: Plan, entryOf: (id: string) => ListedServer | null, era: Era): Sightings {
  return new Map(
    changes.flatMap((change) => {
      const { server, fields } = change
      if (!(fields instanceof KeptRecord)) return []
      const entry = entryOf(server.id)
      return [[server.id, { kept: fields, prints: entry && printsOf(entry, aimOf(change), era) }] as const]
    }),
  )
}
