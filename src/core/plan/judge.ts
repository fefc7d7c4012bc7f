import { assembleChange, obstacle } from './change.ts'
import { leftWithPatch, sketchByHand } from '../config/edit/by-hand.ts'
import { unsetVariable } from '../config/move/empty-url.ts'
import { missingIn } from '../config/move/given.ts'
import { configuredUrl } from '../config/move/configured.ts'
import type { Consent } from './consent.ts'
import type { Era } from '../record/eras.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './inventory.ts'
import { editsOf } from '../rule/leftovers.ts'
import { judgeUrl, type Migration, type Verdict } from '../rule/migration.ts'
import type { Change, Edit, GatewayIdentity, Skipped, SkippedCode } from './plan.ts'
import { maskUrl } from '../show/redact.ts'
import { identify } from '../record/server.ts'

/** What a plan is made of. `selected` holds the ids of the servers that are meant. */
export interface Assembly {
  createdAt: string
  gateway: GatewayIdentity
  migration: Migration
  inventory: Inventory
  selected: ReadonlySet<string>
  /** Effects that the person consents to. */
  accepted: readonly Consent[]
}

/** What one server contributes to a plan. */
export type Assessment =
  /** None where the variable of another server moves it, too. */
  { changes: Change[] } | { skipped: Skipped } | { moved: boolean }

/** What a rule says of one server: of its URL, and the edits in its other fields that the API can make. */
interface Judgement {
  url: string | null
  verdict: Verdict
  others: Edit[]
}

function judgeEntry(entry: InventoryEntry, migration: Migration): Judgement {
  const { record, source, problem } = entry
  const isWritable = record !== null && source === 'database' && problem === null
  const others = isWritable ? editsOf(migration, record).filter(({ field }) => field !== 'url') : []
  const url = entryUrl(entry)
  return { url, verdict: judgeUrl(migration, url), others }
}

/** Why a server of a config.yaml stays as it is, for what the given files say of it. */
function configDefined(
  { listed, configured }: InventoryEntry,
  next: string,
  { inventory }: Assembly,
): string {
  const inFile = configured && configuredUrl(configured)
  if (inFile && 'reason' in inFile) {
    const { url } = configured.server
    const isUnset = url.kind === 'env' && configured.variable === null
    return isUnset ? `${inFile.reason}, to ${maskUrl(next)}` : inFile.reason
  }
  if (inventory.files.length > 0) return missingIn(inventory.files, listed.server_name ?? listed.server_id)
  return "defined in LiteLLM's config.yaml, which the API cannot change: give the file with --litellm-config FILE, or edit it by hand and restart"
}

function blocked(
  entry: InventoryEntry,
  { verdict, others }: Judgement,
  assembly: Assembly,
): { code: SkippedCode; message: string } | null {
  if (entry.problem) return entry.problem
  if (entry.source === 'config' && verdict.kind === 'match')
    return { code: 'config-defined', message: configDefined(entry, verdict.after, assembly) }
  // Its other fields are changed all the same.
  if (others.length > 0) return null
  return 'message' in verdict ? { code: verdict.kind, message: verdict.message } : null
}

/** A server that is left alone, with what a person would change by hand where it is one of a file. */
function leave(
  entry: InventoryEntry,
  left: { code: SkippedCode; message: string },
  { url, verdict }: Judgement,
  { inventory }: Assembly,
  era: Era,
): Assessment {
  const server = { ...identify(entry.record ?? entry.listed, entry.source), id: entry.listed.server_id }
  const matched = url === null ? null : verdict.kind === 'match'
  const skipped = { server, matched, ...left, url }
  if (left.code !== 'config-defined' || url === null || verdict.kind !== 'match') return { skipped }
  const { configured, listed } = entry
  const id = era.pinsConfigIds ? server.id : null
  if (configured) {
    // The URL of a variable is changed where that is set.
    const next = configured.server.url.kind === 'env' ? null : verdict.after
    const told = leftWithPatch(configured, { url: next, server_id: id }, left.message)
    return { skipped: { ...skipped, ...told } }
  }
  if (inventory.files.length > 0) return { skipped }
  return {
    skipped: { ...skipped, patch: sketchByHand(listed.server_name ?? '?', { id, url, next: verdict.after }) },
  }
}

/**
 * What one listed server contributes to a plan. `inFiles`: what those contribute whose URL stands in a file that was
 * given, by id.
 */
export function assess(
  entry: InventoryEntry,
  assembly: Assembly,
  era: Era,
  inFiles: ReadonlyMap<string, Assessment>,
): Assessment {
  const { migration } = assembly
  const judgement = judgeEntry(entry, migration)
  const { url, verdict, others } = judgement
  const move = verdict.kind === 'match' && url !== null ? { url, next: verdict.after } : null
  const unset = move && entry.source === 'config' ? unsetVariable(entry) : null
  if (unset !== null) {
    const server = identify(entry.listed, 'config')
    return { skipped: { server, matched: true, code: 'config-defined', message: unset, url } }
  }
  const inFile = inFiles.get(entry.listed.server_id)
  if (inFile) return inFile
  const left = blocked(entry, judgement, assembly)
  if (left) return leave(entry, left, judgement, assembly, era)
  const edits = [...(move ? [{ field: 'url', before: move.url, after: move.next }] : []), ...others]
  if (edits.length === 0 || !entry.record) return { moved: verdict.kind === 'moved' }
  const server = { ...identify(entry.record, entry.source), id: entry.listed.server_id }
  const hindrance = obstacle(entry.record, era)
  if (hindrance) return { skipped: { server, matched: true, ...hindrance, url } }
  const circumstances = { era, signIns: entry.signIns }
  return { changes: [assembleChange(entry.record, server, migration.id, edits, circumstances)] }
}
