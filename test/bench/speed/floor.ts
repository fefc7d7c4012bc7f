import { type Client, type Entry, openClient, type Target } from './client.ts'

/** Where servers are moved from, and where to: an origin each, without a slash at the end. */
export interface Move {
  from: string
  to: string
}

/** The body of a PUT: from 1.88 on the URL alone, before it all that LiteLLM would reset otherwise. */
export type Body = 'url' | 'record'

export const SERVERS = '/v1/mcp/server'

const moved = (url: string, { from, to }: Move): string => `${to}${url.slice(from.length)}`

/** The servers of a gateway whose URL begins with an origin. */
export async function standingAt(client: Client, origin: string): Promise<Entry[]> {
  const listed = await client.ask<Entry[]>('GET', SERVERS)
  return listed.filter(({ url }) => url?.startsWith(`${origin}/`))
}

/** What a PUT of a record may hold without loss before 1.88: no credentials, and no null. */
const echo = (record: Entry): object =>
  Object.fromEntries(
    Object.entries(record).filter(([name, value]) => name !== 'credentials' && value !== null),
  )

/** Moves all servers, one after the other: GET by id and PUT, or with `reads` false the PUT alone. */
async function move(
  target: Target,
  way: Move,
  { body, reads }: { body: Body; reads: boolean },
): Promise<void> {
  const client = openClient(target)
  try {
    for (const listed of await standingAt(client, way.from)) {
      const path = `${SERVERS}/${encodeURIComponent(listed.server_id)}`
      const record = reads ? await client.ask<Entry>('GET', path) : listed
      const { server_id, url } = record
      const fields = body === 'record' ? echo(record) : { server_id }
      await client.ask('PUT', SERVERS, { ...fields, url: moved(url, way) })
    }
  } finally {
    client.close()
  }
}

/** The floor client: list, then GET by id and PUT of each. */
export const moveWithReads = (target: Target, way: Move, body: Body): Promise<void> =>
  move(target, way, { body, reads: true })

/** A client that does not even look: list, then a PUT of each. */
export const moveBlindly = (target: Target, way: Move): Promise<void> =>
  move(target, way, { body: 'url', reads: false })
