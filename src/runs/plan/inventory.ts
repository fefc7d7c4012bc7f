import { configuredServer, heldBy, startFaultsOf } from '../../core/config/move/configured.ts'
import { type Configuration } from '../../core/config/move/configuration.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'
import {
  entryOf,
  entryUrl,
  type Inventory,
  type InventoryEntry,
  type ReadScope,
  needsRecord,
  type ReadServer,
  suspicionOf,
} from '../../core/plan/forward/inventory.ts'
import { changesIdentity } from '../../core/record/oauth.ts'
import type { Reading } from '../../core/record/place.ts'
import type { ListedServer } from '../../core/record/server.ts'
import { editsOf } from '../../core/rule/leftovers.ts'
import type { RuleSet } from '../../core/rule/rule.ts'
import { verdictOnUrl } from '../../core/rule/verdict.ts'
import type { Gateway } from '../../gateway/port.ts'
import { signInsAtStake } from './sign-ins.ts'

/** What an inventory is to cover. */
export interface InventoryScope extends ReadScope {
  configuration: Configuration
  /** How many servers the last run of this gateway listed, `null` where nobody knows. */
  previous: number | null
  /** Ids of the servers that no list has, and that earlier runs or grants name. */
  recalled: ReadonlySet<string>
  /** Called after each read: how many are done, of how many. */
  onRead: (done: number, total: number) => void
}

/** Would the rules move it, so that sign-ins are at stake? */
function concerns(reading: Reading, { rules }: RuleSet): boolean {
  return reading.kind === 'record' && changesIdentity(editsOf(rules, reading.record))
}

/** Those of which there is no record any more and, asked again, no entry in the list either: somebody deleted them. */
async function deletedSince(
  gateway: Gateway,
  listed: readonly ListedServer[],
  readings: ReadonlyMap<string, ReadServer>,
): Promise<ListedServer[]> {
  const absent = listed.filter(({ server_id: id }) => readings.get(id)?.reading.kind === 'absent')
  if (absent.length === 0) return []
  const still = new Set((await gateway.list()).map(({ server_id: id }) => id))
  return absent.filter(({ server_id: id }) => !still.has(id))
}

/** The entries with what the files say of those that stand in one, and who holds those whose id would change. */
async function withFiles(
  gateway: Gateway,
  entries: readonly InventoryEntry[],
  { configuration, selected, ruleSet }: InventoryScope,
): Promise<InventoryEntry[]> {
  const found = entries.map((entry) => ({
    ...entry,
    configured: entry.source === 'config' ? configuredServer(configuration, entry.listed) : null,
  }))
  const moving = found.filter(
    (entry) =>
      entry.configured !== null &&
      selected.has(entry.listed.server_id) &&
      verdictOnUrl(ruleSet.rules, entryUrl(entry), entry.listed).kind === 'match',
  )
  if (gateway.era.pinsConfigIds || moving.length === 0) return found
  const ids = moving.map(({ listed }) => listed.server_id)
  const search = await gateway.grants(ids)
  return found.map((entry) => {
    const id = entry.listed.server_id
    return ids.includes(id) ? { ...entry, held: heldBy(search, id) } : entry
  })
}

/** The authoritative records of some servers, by id, with how many people the migration would sign out of each. */
async function readAll(
  gateway: Gateway,
  wanted: readonly ListedServer[],
  { ruleSet, onRead }: InventoryScope,
): Promise<Map<string, ReadServer>> {
  const readings = new Map<string, ReadServer>()
  onRead(0, wanted.length)
  await inParallel(READS_AT_ONCE, wanted, async ({ server_id: id }) => {
    const reading = await gateway.read(id)
    const signIns = concerns(reading, ruleSet) ? await signInsAtStake(gateway, reading) : null
    readings.set(id, { reading, signIns })
    onRead(readings.size, wanted.length)
  })
  return readings
}

/**
 * Reads what the plan needs: the authoritative record of each selected server whose listed URL concerns the
 * migration, and of all where the list is not to be trusted.
 */
export async function takeInventory(
  gateway: Gateway,
  listed: ListedServer[],
  scope: InventoryScope,
): Promise<Inventory> {
  const wanted = listed.filter((server) => needsRecord(server, scope, gateway.era))
  const readings = await readAll(gateway, wanted, scope)
  const gone = await deletedSince(gateway, listed, readings)
  const there = listed.filter((server) => !gone.includes(server))
  const entries = there.map((server) => entryOf(server, readings.get(server.server_id) ?? null, gateway.era))
  return {
    entries: await withFiles(gateway, entries, scope),
    suspicion: suspicionOf(
      there.filter(({ server_id: id }) => !scope.recalled.has(id)),
      scope.previous,
      gateway.identity,
    ),
    gone,
    recalled: scope.recalled,
    files: scope.configuration.files,
    startFaults: startFaultsOf(scope.configuration, gateway.identity.version),
  }
}
