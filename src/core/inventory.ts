import type { ListedServer, ServerRecord } from './server.ts'

/** What is known of one listed server after reading. */
export interface InventoryEntry {
  listed: ListedServer
  /** The authoritative record, where it was read; `null` where the list sufficed or the read failed. */
  record: ServerRecord | null
  source: 'database' | 'config'
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
}

/** The URL of an entry: the stored one where the record was read, else the listed one. */
export function entryUrl({ record, listed, source }: InventoryEntry): string | null {
  return (record && source === 'database' ? record.url : listed.url) ?? null
}
