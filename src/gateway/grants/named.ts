import { askerWithin, type Ask } from './ask.ts'
import type { Held } from './entries.ts'
import { type Listing, LISTINGS } from './holders.ts'
import { mentionsBy } from './grants.ts'
import type { Endpoint } from '../http/http.ts'
import type { HolderKind, NamedServer } from '../port.ts'

/** Of how many holders in one list it is asked what the list hides: each costs a request. */
const DETAILS = 3

/** How many pages of one list are looked at, of 100 holders each. */
const PAGES = 5

/** Words that stand for servers in a list of ids (`SpecialMCPServerName` in _types.py). */
const WORDS = new Set(['no-mcp-servers', 'all-proxy-mcpservers', 'all-team-mcpservers'])

/** What else follows `/v1/mcp/server/` in a path of LiteLLM's (`mcp_management_endpoints.py`; seen on 1.77.7 to 1.106.2). */
const ROUTES = new Set(['health', 'submissions'])

/** Can a record be asked for by this text? `""`, `.` and `..` would make another path of it, and half a character none. */
const isAskable = (id: string): boolean =>
  !WORDS.has(id) && !ROUTES.has(id) && !/^\.{0,2}$/.test(id) && !/\p{Surrogate}|\0/u.test(id)

const SAID: Partial<Record<HolderKind, string>> = { 'access-group': 'access group', 'end-user': 'end user' }

const whoOf = ({ holder: { kind, name } }: Held): string => `the ${SAID[kind] ?? kind} ${name}`

/** The rows on the first pages of a list; fewer where one of them is not told. */
async function rowsOf(ask: Ask, listing: Listing): Promise<unknown[]> {
  const pageAt = async (number: number) => {
    const asked = await ask(listing.path(number))
    return asked.kind === 'answer' ? listing.page(asked.json) : null
  }
  const first = await pageAt(1)
  const more = Math.max(0, Math.min(first?.pages ?? 1, PAGES) - 1)
  const others = await Promise.all(Array.from({ length: more }, (_, i) => pageAt(i + 2)))
  return [first, ...others].flatMap((page) => page?.rows ?? [])
}

/** What the holders on the first pages of a list name. */
async function namedIn(ask: Ask, listing: Listing): Promise<NamedServer[]> {
  const entries = (await rowsOf(ask, listing)).flatMap((row) => listing.entry(row) ?? [])
  const hiding = entries.filter(({ hidden }) => hidden).slice(0, DETAILS)
  const known = await Promise.all(
    entries.map(async (held) => {
      const mentions = hiding.includes(held) ? await mentionsBy(ask, listing, held) : held.mentions
      return Array.isArray(mentions) ? mentions.map(({ serverId: id }) => ({ id, by: whoOf(held) })) : []
    }),
  )
  return known.flat().filter(({ id }) => isAskable(id))
}

/** One of each list in turn: whoever looks at the first alone sees something of all. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  return lists
    .flatMap((list) => list.map((each, place) => ({ each, place })))
    .toSorted((a, b) => a.place - b.place)
    .map(({ each }) => each)
}

/**
 * Servers that somebody names, by id or name, and who: access groups, keys and others, as far as the first pages of each
 * list show it within `limitMs`. It is for finding servers that a list lacks: what is not found proves nothing. Not
 * asked: end users, whose list has no pages, and the servers themselves. One request a list, one more for each further
 * page, and a few for what a list hides, four at a time; never throws.
 */
export async function namedServers(endpoint: Endpoint, limitMs: number): Promise<NamedServer[]> {
  const ask = askerWithin(endpoint, limitMs)
  const named = await Promise.all(
    LISTINGS.filter(({ isHeavy }) => !isHeavy).map((listing) => namedIn(ask, listing)),
  )
  const first = new Map<string, NamedServer>()
  for (const each of inTurn(named)) if (!first.has(each.id)) first.set(each.id, each)
  return [...first.values()]
}
