import type { Plan } from '../../core/plan/plan.ts'
import { type ListedServer, listedServer } from '../../core/record/server.ts'
import type { Gateway, NamedServer } from '../../gateway/port.ts'
import { readableRuns } from '../../journal/damage.ts'
import { type RecordedRun, runsOf } from '../../journal/fold.ts'
import type { Journal } from '../../journal/port.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'

/** What earlier runs knew of a gateway. `servers`: how many the last one saw, `null` where nobody knows. */
export interface Recollection {
  servers: number | null
  /** The servers of the database that any of them meant to change. */
  ids: string[]
  /** The migrations that any of them had, as they were then. */
  migrations: Plan['migrations']
}

/** What runs knew of a gateway's servers. */
export function recollectFrom(runs: readonly RecordedRun[], url: string): Recollection {
  const own = runsOf(runs, url)
  const changes = own.flatMap(({ started }) => started.changes).filter(({ file }) => file === null)
  return {
    servers: own.findLast(({ started }) => started.reverts === null)?.started.servers ?? null,
    ids: [...new Set(changes.map(({ server }) => server.id))],
    migrations: own.flatMap(({ started }) => started.migrations),
  }
}

/** What the journal holds of a gateway's servers; nothing where it cannot be read. */
export async function recollect(journal: Journal, url: string): Promise<Recollection> {
  const { runs } = await readableRuns(journal)
  return recollectFrom(runs, url)
}

/** A server that no list had: its record, or `null` where LiteLLM has one and does not tell it. */
export interface Recalled {
  id: string
  record: ListedServer | null
  /** Who knows of it, for a person. */
  by: string
}

/** A name leads to a record with another id, which is read then. What there is no record of is `null`. */
async function lookUp(
  gateway: Gateway,
  { id, by }: NamedServer,
  patienceMs?: number,
): Promise<Recalled | null> {
  const reading = await gateway.read(id, patienceMs)
  if (reading.kind === 'record') return { id, record: listedServer.parse(reading.record), by }
  if (reading.kind === 'unreadable') return { id, record: null, by }
  if (reading.kind === 'absent') return null
  const named = await gateway.read(reading.found, patienceMs)
  return named.kind === 'record' ? { id: reading.found, record: listedServer.parse(named.record), by } : null
}

/** Reads the records of servers that no list has, side by side, in this order. */
export async function recall(
  gateway: Gateway,
  missing: readonly NamedServer[],
  patienceMs?: number,
): Promise<Recalled[]> {
  const found: (Recalled | null)[] = missing.map(() => null)
  await inParallel(READS_AT_ONCE, [...missing.entries()], async ([index, each]) => {
    found[index] = await lookUp(gateway, each, patienceMs)
  })
  const byId = new Map(found.flatMap((each) => (each ? [[each.id, each] as const] : [])).toReversed())
  return [...byId.values()].toReversed()
}
