import { type Ask, type Learned, AT_ONCE } from './ask.ts'
import type { Held } from './entries.ts'
import type { Listing } from './holders.ts'

/** How often a list that changed while it was read is read again. */
const READINGS = 3

const MALFORMED = 'an answer is not what LiteLLM sends'

/** What stands in the way of knowing a list, or all of it. */
export type Obstacle = Exclude<Learned, { kind: 'answer' }>

/** The entries that could be read, and what kept the others away. */
export interface Listed {
  entries: Held[]
  obstacle: Obstacle | null
}

interface Page extends Listed {
  total: number
  pages: number
}

const trouble = (message: string): Obstacle => ({ kind: 'trouble', message })

const withoutRows = (obstacle: Obstacle): Page => ({ entries: [], obstacle, total: 0, pages: 0 })

async function readPage(ask: Ask, listing: Listing, number: number): Promise<Page> {
  const asked = await ask(listing.path(number))
  if (asked.kind === 'gone') return withoutRows(trouble(asked.message))
  if (asked.kind !== 'answer') return withoutRows(asked)
  const page = listing.page(asked.json)
  if (!page) return withoutRows(trouble(MALFORMED))
  const entries = page.rows.map((row) => listing.entry(row))
  const readable = entries.filter((entry) => entry !== null)
  const obstacle = readable.length < entries.length ? trouble(MALFORMED) : null
  return { entries: readable, obstacle, total: page.total, pages: page.pages }
}

async function readPages(ask: Ask, listing: Listing): Promise<Page[]> {
  const read = [await readPage(ask, listing, 1)]
  const last = read[0]?.pages ?? 0
  // A page that failed, or is empty before its time, ends it: nobody trusts the number of pages that far.
  while (read.length < last && read.every(({ obstacle, entries }) => !obstacle && entries.length > 0)) {
    const next = Array.from({ length: Math.min(AT_ONCE, last - read.length) }, (_, i) => read.length + 1 + i)
    read.push(...(await Promise.all(next.map((number) => readPage(ask, listing, number)))))
  }
  return read
}

/** Did the list stand still? Pages are cut by position: an entry deleted meanwhile pulls another past the reader. */
function isSteady(pages: readonly Page[]): boolean {
  const ids = new Set(pages.flatMap(({ entries }) => entries.map(({ key }) => key)))
  return pages.every(({ total }) => total === ids.size)
}

/** Reads a list to its end, again while it changes. What was read stays, whatever happens. */
export async function readListing(ask: Ask, listing: Listing): Promise<Listed> {
  const found = new Map<string, Held>()
  for (let reading = 0; reading < READINGS; reading += 1) {
    const pages = await readPages(ask, listing)
    for (const entry of pages.flatMap(({ entries }) => entries)) found.set(entry.key, entry)
    const obstacle = pages.find((page) => page.obstacle)?.obstacle ?? null
    if (obstacle || isSteady(pages)) return { entries: [...found.values()], obstacle }
  }
  return { entries: [...found.values()], obstacle: trouble('they changed while they were read') }
}
