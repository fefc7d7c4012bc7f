import { gatewayKey } from '../core/address.ts'
import { type ListedServer, listedServer } from '../core/server.ts'
import type { Gateway } from '../gateway/port.ts'
import type { Journal } from '../journal/port.ts'
import { inParallel, READS_AT_ONCE } from './parallel.ts'

/** What earlier runs knew of a gateway. `servers`: how many the last one saw, `null` where nobody knows. */
export interface Recollection {
  servers: number | null
  /** The servers of the database that any of them meant to change. */
  ids: string[]
}

/** What the journal holds of a gateway's servers; nothing where it cannot be read. */
export async function recollect(journal: Journal, url: string): Promise<Recollection> {
  const { runs } = await journal.runs().catch(() => ({ runs: [] }))
  const own = runs.filter(({ started }) => gatewayKey(started.gateway.url) === gatewayKey(url))
  const changes = own.flatMap(({ started }) => started.changes).filter(({ file }) => file === null)
  return {
    servers: own.findLast(({ started }) => started.reverts === null)?.started.servers ?? null,
    ids: [...new Set(changes.map(({ server }) => server.id))],
  }
}

/**
 * Servers that earlier runs knew, that are in no list, and whose record is there all the same. Some releases list after a
 * restart what is in memory, which may be nothing (1.81 to 1.91 without `store_model_in_db`), and a replica may be behind.
 */
export async function recall(
  gateway: Gateway,
  listed: readonly ListedServer[],
  ids: readonly string[],
): Promise<ListedServer[]> {
  const known = new Set(listed.map(({ server_id: id }) => id))
  const found: ListedServer[] = []
  const missing = ids.filter((id) => !known.has(id))
  await inParallel(READS_AT_ONCE, missing, async (id) => {
    const reading = await gateway.read(id)
    if (reading.kind === 'record' && reading.source === 'database')
      found.push(listedServer.parse(reading.record))
  })
  return found.toSorted((a, b) => missing.indexOf(a.server_id) - missing.indexOf(b.server_id))
}
