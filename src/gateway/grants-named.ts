import { askerWithin, type Ask } from './grants-ask.ts'
import type { Held } from './grants-entries.ts'
import { type Listing, LISTINGS } from './grants-holders.ts'
import { mentionsBy } from './grants.ts'
import type { Endpoint } from './http.ts'
import type { HolderKind, NamedServer } from './port.ts'

/** Of how many holders in one list it is asked what the list hides: each costs a request. */
const DETAILS = 3

/** Words that stand for servers in a list of ids (`SpecialMCPServerName` in _types.py). */
const WORDS = new Set(['no-mcp-servers', 'all-proxy-mcpservers', 'all-team-mcpservers'])

const SAID: Partial<Record<HolderKind, string>> = { 'access-group': 'access group', 'end-user': 'end user' }

const whoOf = ({ holder: { kind, name } }: Held): string => `the ${SAID[kind] ?? kind} ${name}`

/** What the holders on the first page of a list name. */
async function namedIn(ask: Ask, listing: Listing): Promise<NamedServer[]> {
  const asked = await ask(listing.path(1))
  const rows = (asked.kind === 'answer' && listing.page(asked.json)?.rows) || []
  const entries = rows.flatMap((row) => listing.entry(row) ?? [])
  const hiding = entries.filter(({ hidden }) => hidden).slice(0, DETAILS)
  const known = await Promise.all(
    entries.map(async (held) => {
      const mentions = hiding.includes(held) ? await mentionsBy(ask, listing, held) : held.mentions
      return Array.isArray(mentions) ? mentions.map(({ serverId: id }) => ({ id, by: whoOf(held) })) : []
    }),
  )
  return known.flat()
}

/**
 * Servers that somebody names, by id or name, and who: access groups, keys and others, as far as the first page of each
 * list shows it within `limitMs`. It is for finding servers that a list lacks: what is not found proves nothing. Not
 * asked: end users, whose list has no pages, and the servers themselves. At most 25 requests, four at a time; never
 * throws.
 */
export async function namedServers(endpoint: Endpoint, limitMs: number): Promise<NamedServer[]> {
  const ask = askerWithin(endpoint, limitMs)
  const named = await Promise.all(
    LISTINGS.filter(({ isHeavy }) => !isHeavy).map((listing) => namedIn(ask, listing)),
  )
  const first = new Map<string, NamedServer>()
  for (const each of named.flat()) if (!WORDS.has(each.id) && !first.has(each.id)) first.set(each.id, each)
  return [...first.values()]
}
