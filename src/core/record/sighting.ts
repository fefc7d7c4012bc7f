import { canonicalMembers } from '../canonical.ts'
import type { Era } from './eras.ts'
import { print, PROBED } from './fields.ts'
import type { KeptRecord } from './kept.ts'
import { isSetting } from './oauth.ts'
import { fieldOf } from './path.ts'
import type { ListedServer } from './server.ts'

/** Who wrote last, and when. The list of 1.81 to 1.87 has the time of the request in both dates of every entry (seen on 1.81.14). */
const STAMPS = ['updated_at', 'updated_by', 'created_at']

/**
 * What an entry of the list is told by later. `whole`: a print of all that is stored, so that two equal ones mean that nobody
 * wrote the server in between, as far as the list knows; `null` once this program has written it. `rest`: one of what a write of
 * certain edits leaves as it is. `stamp`: when it was changed last, which lists tell from 1.87.5 on.
 */
export interface EntryPrints {
  whole: string | null
  rest: string
  stamp: unknown
}

/**
 * A server as it was seen: its record by id, and the prints of its entry in a list that was taken before that read, `null` where
 * it stood in none.
 */
export interface Sighting {
  kept: KeptRecord
  prints: EntryPrints | null
}

/** What was seen of servers, by id. */
export type Sightings = ReadonlyMap<string, Sighting>

/** The prints of an entry, for a server that is to take these edits. */
export function printsOf(
  listed: ListedServer,
  edits: readonly { field: string }[],
  { alsoWrites }: Pick<Era, 'alsoWrites'>,
): EntryPrints {
  const written = new Set([...edits.map(({ field }) => fieldOf(field)), ...STAMPS, ...alsoWrites])
  const isWritten = (field: string): boolean => written.has(field) || isSetting(field)
  const stored = Object.keys(listed).filter((field) => listed[field] !== undefined && !PROBED.includes(field))
  const [left, own] = [stored.filter((field) => !isWritten(field)), stored.filter(isWritten)]
  const rest = print(canonicalMembers(listed, left, 'rounded'))
  return {
    rest,
    stamp: listed['updated_at'],
    whole: print(`["${rest}",${canonicalMembers(listed, own, 'rounded')}]`),
  }
}
