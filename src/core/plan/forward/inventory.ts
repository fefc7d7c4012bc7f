import type { GivenFile } from '../../config/move/given.ts'
import { type Configured, configuredUrl, type HeldBy } from '../../config/move/configured.ts'
import type { Era } from '../../record/eras.ts'
import { isSilent, type Reading } from '../../record/place.ts'
import type { ListedServer, ServerRecord } from '../../record/server.ts'
import { isBlankUrl } from '../../rule/address.ts'
import type { RuleSet } from '../../rule/rule.ts'
import { verdictOnUrl } from '../../rule/verdict.ts'
import { count } from '../../show/text.ts'
import type { GatewayIdentity } from '../plan.ts'

/** What is known of one listed server after reading. */
export interface InventoryEntry {
  listed: ListedServer
  /** The authoritative record, where it was read; `null` where the list sufficed or the read failed. */
  record: ServerRecord | null
  source: 'database' | 'config'
  /** How many people's sign-ins are stored with it; `null` where that was not asked, or nobody can tell. */
  signIns: number | null
  /** What the configuration files say of it, where it stands in one that was given. */
  configured: Configured | null
  /** Who holds it by its id; asked only where that is about to change. */
  held: HeldBy | null
  /** Did its backend keep LiteLLM waiting when it was read? */
  silent: boolean
  /** Why there is no record although one was wanted. */
  problem: { code: 'unreadable' | 'wrong-id'; message: string } | null
}

/** All servers of a gateway, as far as an account sees them. */
export interface Inventory {
  entries: InventoryEntry[]
  /** Why the list may not be all there is, or `null`. */
  suspicion: string | null
  /** Servers that were deleted between the list and the read. */
  gone: ListedServer[]
  /** Ids of servers that no list showed, and that earlier runs or grants name. */
  recalled: ReadonlySet<string>
  /** The config files that were given, in their order. */
  files: readonly GivenFile[]
  /** For what LiteLLM will not start with these files as they will stand, in sentences with their path. */
  startFaults: readonly string[]
}

/** The URL of an entry: the one in its file, or the stored one where the record was read, else the listed one. */
export function entryUrl({ record, listed, source, configured }: InventoryEntry): string | null {
  const inFile = source === 'config' && configured ? configuredUrl(configured) : null
  if (inFile && 'url' in inFile) return inFile.url
  return (record && source === 'database' ? record.url : listed.url) ?? null
}

/** What of a gateway's servers a plan will be about. */
export interface ReadScope {
  ruleSet: RuleSet
  /** Is every record to be read? */
  thorough: boolean
  selected: ReadonlySet<string>
}

/** Has the authoritative record of a listed server to be read, or does the list suffice? */
export function needsRecord(
  server: ListedServer,
  { ruleSet, thorough, selected }: ReadScope,
  era: Era,
): boolean {
  if (!selected.has(server.server_id)) return false
  // The list does not tell of the other fields truly, nor of all.
  const { rules } = ruleSet
  if (thorough || rules.some(({ fields }) => fields.some((field) => field !== 'url'))) return true
  if (!era.listTrusted || server.url === null || server.url === undefined) return true
  // Only a read by id tells whether the entry of a release without `is_config` stands in config.yaml.
  if (isBlankUrl(server.url)) return (server.is_config ?? null) === null && server.transport !== 'stdio'
  // What the list says of a transport or of groups is not believed.
  const { kind } = verdictOnUrl(rules, server.url)
  return kind !== 'other' && kind !== 'moved'
}

/** A record as it was read, and how many people a new URL would sign out. */
export interface ReadServer {
  reading: Reading
  signIns: number | null
}

/** What is known of a listed server, with what was read of it; `null` where nothing was. */
export function entryOf(listed: ListedServer, read: ReadServer | null, era: Era): InventoryEntry {
  const reading = read?.reading ?? null
  const entry: InventoryEntry = {
    listed,
    record: null,
    signIns: read?.signIns ?? null,
    configured: null,
    held: null,
    silent: isSilent(reading),
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

/** Why a list may not be all there is, or `null`. `previous`: how many were listed in the last run, where that is known. */
export function suspicionOf(
  servers: readonly ListedServer[],
  previous: number | null,
  { database }: GatewayIdentity,
): string | null {
  const [now, then] = [servers.length, previous ?? 0]
  if (now < then) return `The gateway lists ${count(now, 'server')}; in the last run it listed ${then}.`
  // What is read from a config.yaml is all there, or LiteLLM does not start.
  if (now > 0 || database === false) return null
  return 'The gateway lists no MCP servers. That is not proof that it has none: after a restart some releases list nothing until an MCP server is written, and one broken row can empty the list.'
}

/** A server that somebody names; `by`: who, for a person. */
interface Named {
  id: string
  by: string
}

/** Of how many servers that somebody names, and that no list has, the record is read: most of them are long deleted. */
const MOST = 50

/** The servers that earlier runs knew or somebody names, and that no list has. */
export function missingFrom(
  listed: readonly ListedServer[],
  ids: readonly string[],
  named: readonly Named[],
): Named[] {
  const known = new Set(
    listed.flatMap(({ server_id: id, server_name: name, alias }) => [id, name ?? id, alias ?? id]),
  )
  const remembered = ids.filter((id) => !known.has(id)).map((id) => ({ id, by: 'an earlier run' }))
  const seen = new Set([...known, ...ids])
  return [...remembered, ...named.filter(({ id }) => !seen.has(id)).slice(0, MOST)]
}
