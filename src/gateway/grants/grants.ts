import { askerWithin, type Ask } from './ask.ts'
import type { Held } from './entries.ts'
import { type Listing, LISTINGS, ORGANIZATIONS } from './holders.ts'
import { type Obstacle, readListing } from './pages.ts'
import { type Mention, shownMentions } from './permission.ts'
import type { Endpoint } from '../http/http.ts'
import type { Grant, GrantSearch } from '../port.ts'

const MINUTE_MS = 60_000

/** What one list brought. */
interface Searched {
  listing: Listing
  entries: Held[]
  obstacle: Obstacle | null
}

/** The mentions of one holder, asked for where the list hides them. Never throws for trouble with the gateway. */
export async function mentionsBy(ask: Ask, listing: Listing, held: Held): Promise<Mention[] | Obstacle> {
  const { id, name } = held.holder
  if (!held.hidden) return held.mentions
  const unknown: Obstacle = { kind: 'trouble', message: `what ${name} is granted is not shown` }
  if (!listing.detail || id === null) return unknown
  const asked = await ask(listing.detail(id))
  if (asked.kind === 'answer') return shownMentions(asked.json) ?? unknown
  // Deleted since the list was read.
  return asked.kind === 'gone' ? [] : { kind: 'trouble', message: asked.message }
}

async function search(ask: Ask, listing: Listing): Promise<Searched> {
  const { entries, obstacle } = await readListing(ask, listing)
  const known = await Promise.all(
    entries.map(async (held) => ({ held, mentions: await mentionsBy(ask, listing, held) })),
  )
  const obstacles = known.flatMap(({ mentions }) => (Array.isArray(mentions) ? [] : [mentions]))
  return {
    listing,
    entries: known.map(({ held, mentions }) => (Array.isArray(mentions) ? { ...held, mentions } : held)),
    obstacle: obstacle ?? obstacles[0] ?? null,
  }
}

/**
 * Is something unknown that may be a grant? Not where the release lacks a list, and so the holders. Nor where
 * it refuses to tell of organizations while no key, team or user belongs to one: only through those do they matter.
 */
function isGap({ listing, obstacle }: Searched, all: readonly Searched[]): boolean {
  if (!obstacle || (listing.mayLack && obstacle.kind === 'absent')) return false
  if (listing !== ORGANIZATIONS || obstacle.kind !== 'forbidden') return true
  return all.some(({ entries }) => entries.some(({ organized }) => organized))
}

/** `keys, teams: HTTP 500; organizations: HTTP 403`. */
function reasonOf(gaps: readonly Searched[]): string | null {
  const messages = new Map<string, string[]>()
  for (const { listing, obstacle } of gaps) {
    const message = obstacle?.message ?? ''
    messages.set(message, [...(messages.get(message) ?? []), listing.plural])
  }
  return [...messages].map(([message, lists]) => `${lists.join(', ')}: ${message}`).join('; ') || null
}

function grantsIn({ entries }: Searched, ids: ReadonlySet<string>): Grant[] {
  return entries.flatMap(({ holder, mentions }) =>
    mentions
      .filter(({ serverId }) => ids.has(serverId))
      .map(({ serverId, via }) => ({ serverId, holder, via })),
  )
}

/**
 * Who holds these servers by their ids: each place in which the admin API shows one. A server of config.yaml gets
 * a new id with a new URL, and what holds the old one holds nothing then. Reads only, a few requests side by side,
 * each repeated on passing trouble; ends after `limitMs`, one minute unless told. Never throws for trouble on the
 * way: what was found by then is returned, as not `complete`. `database`: has the gateway one?
 */
export async function findGrants(
  endpoint: Endpoint,
  ids: readonly string[],
  { limitMs = MINUTE_MS, database = true }: { limitMs?: number; database?: boolean } = {},
): Promise<GrantSearch> {
  if (ids.length === 0) return { grants: [], complete: true, reason: null }
  const ask = askerWithin(endpoint, limitMs)
  // Keys, teams and users are rows of a database: without one nobody but the configuration can name a server.
  const listings = LISTINGS.filter(({ configured }) => database || configured)
  const all = await Promise.all(listings.map((listing) => search(ask, listing)))
  const wanted = new Set(ids)
  const gaps = all.filter((searched) => isGap(searched, all))
  return {
    grants: all.flatMap((searched) => grantsIn(searched, wanted)),
    complete: gaps.length === 0,
    reason: reasonOf(gaps),
  }
}
