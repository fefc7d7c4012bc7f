import { isBlankUrl } from '../../core/rule/address.ts'
import type { Era } from '../../core/record/eras.ts'
import type { Inventory, InventoryEntry } from '../../core/plan/inventory.ts'
import { editsOf } from '../../core/rule/leftovers.ts'
import { judgeUrl, type Migration } from '../../core/rule/migration.ts'
import { changesIdentity } from '../../core/record/oauth.ts'
import type { ListedServer } from '../../core/record/server.ts'
import { count } from '../../core/show/text.ts'
import type { Reading } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Configuration } from './configuration.ts'
import { startFaultsOf, withFiles } from './configured.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'
import { signInsAtStake } from './sign-ins.ts'

/** What an inventory is to cover. `previous`: servers listed in the last run of this gateway, if known. */
export interface InventoryScope {
  migration: Migration
  thorough: boolean
  selected: ReadonlySet<string>
  configuration: Configuration
  previous: number | null
  /** Ids of the servers that no list has, and that earlier runs or grants name. */
  recalled: ReadonlySet<string>
  /** Called after each read: how many are done, of how many. */
  onRead: (done: number, total: number) => void
}

function needsRecord(
  server: ListedServer,
  { migration, thorough, selected }: InventoryScope,
  era: Era,
): boolean {
  if (!selected.has(server.server_id)) return false
  // The list does not tell of the other fields truly, nor of all.
  if (thorough || migration.fields.some((field) => field !== 'url')) return true
  if (!era.listTrusted || server.url === null || server.url === undefined) return true
  // Only a read by id tells whether the entry of a release without `is_config` stands in config.yaml.
  if (isBlankUrl(server.url)) return (server.is_config ?? null) === null && server.transport !== 'stdio'
  const { kind } = judgeUrl(migration, server.url)
  return kind !== 'other' && kind !== 'moved'
}

/** A record as it was read, and how many people a new URL would sign out. */
interface Read {
  reading: Reading
  signIns: number | null
}

function entryOf(listed: ListedServer, read: Read | null, era: Era): InventoryEntry {
  const reading = read?.reading ?? null
  const entry: InventoryEntry = {
    listed,
    record: null,
    signIns: read?.signIns ?? null,
    configured: null,
    held: null,
    source: listed.is_config ? 'config' : 'database',
    problem: null,
  }
  if (reading === null) return entry
  if (reading.kind === 'record') return { ...entry, record: reading.record, source: reading.source }
  // Up to 1.87 a read by id knows the database only, so that what it does not find stands in config.yaml.
  if (reading.kind === 'absent' && (era.putBody !== 'changed-fields' || listed.is_config))
    return { ...entry, source: 'config' }
  const code = reading.kind === 'wrong-id' ? 'wrong-id' : 'unreadable'
  return { ...entry, problem: { code, message: reading.message } }
}

/** Would the migration move it, so that sign-ins are at stake? */
function concerns(reading: Reading, migration: Migration): boolean {
  return reading.kind === 'record' && changesIdentity(editsOf(migration, reading.record))
}

function suspicionOf(
  servers: readonly ListedServer[],
  previous: number | null,
  { identity }: Gateway,
): string | null {
  const [now, then] = [servers.length, previous ?? 0]
  if (now < then) return `The gateway lists ${count(now, 'server')}; in the last run it listed ${then}.`
  // What is read from a config.yaml is all there, or LiteLLM does not start.
  if (now > 0 || identity.database === false) return null
  return 'The gateway lists no MCP servers. That is not proof that it has none: after a restart some releases list nothing until an MCP server is written, and one broken row can empty the list.'
}

/** Those of which there is no record any more and, asked again, no entry in the list either: somebody deleted them. */
async function deletedSince(
  gateway: Gateway,
  listed: readonly ListedServer[],
  readings: ReadonlyMap<string, Read>,
): Promise<ListedServer[]> {
  const absent = listed.filter(({ server_id: id }) => readings.get(id)?.reading.kind === 'absent')
  if (absent.length === 0) return []
  const still = new Set((await gateway.list()).map(({ server_id: id }) => id))
  return absent.filter(({ server_id: id }) => !still.has(id))
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
  let done = 0
  scope.onRead(0, wanted.length)
  const readings = new Map<string, Read>()
  await inParallel(READS_AT_ONCE, wanted, async ({ server_id: id }) => {
    const reading = await gateway.read(id)
    const signIns = concerns(reading, scope.migration) ? await signInsAtStake(gateway, reading) : null
    readings.set(id, { reading, signIns })
    done += 1
    scope.onRead(done, wanted.length)
  })
  const gone = await deletedSince(gateway, listed, readings)
  const there = listed.filter((server) => !gone.includes(server))
  const entries = there.map((server) => entryOf(server, readings.get(server.server_id) ?? null, gateway.era))
  return {
    entries: await withFiles(gateway, entries, scope),
    suspicion: suspicionOf(
      there.filter(({ server_id: id }) => !scope.recalled.has(id)),
      scope.previous,
      gateway,
    ),
    gone,
    recalled: scope.recalled,
    files: scope.configuration.files,
    startFaults: startFaultsOf(scope.configuration, gateway.identity.version),
  }
}
