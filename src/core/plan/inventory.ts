import type { GivenFile } from '../config/move/given.ts'
import { type Configured, configuredUrl, type HeldBy } from '../config/move/configured.ts'
import type { ListedServer, ServerRecord } from '../record/server.ts'

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
