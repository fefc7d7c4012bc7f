import { assembleChange, obstacle } from './change.ts'
import { type Configured, configuredUrl, moveConfigured, patchByHand } from './config/move.ts'
import { unsetVariable } from './config/empty-url.ts'
import type { Consent } from './consent.ts'
import { type Era, FILE_ERA } from './eras.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './inventory.ts'
import { editsOf } from './leftovers.ts'
import { judgeUrl, type Migration, type Verdict } from './migration.ts'
import type { Change, Edit, GatewayIdentity, Skipped, SkippedCode } from './plan.ts'
import { identify } from './server.ts'

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

function blocked(
  entry: InventoryEntry,
  { verdict, others }: Judgement,
): { code: SkippedCode; message: string } | null {
  if (entry.problem) return entry.problem
  if (entry.source === 'config' && verdict.kind === 'match') {
    const inFile = entry.configured && configuredUrl(entry.configured)
    return {
      code: 'config-defined',
      message:
        inFile && 'reason' in inFile
          ? inFile.reason
          : "defined in LiteLLM's config.yaml, which the API cannot change: give the file with --litellm-config FILE, or edit it by hand and restart",
    }
  }
  // Its other fields are changed all the same.
  if (others.length > 0) return null
  return 'message' in verdict ? { code: verdict.kind, message: verdict.message } : null
}

const NOBODY = { holders: [], complete: false, reason: 'nobody was asked' }

/** Why the variable behind the URL of a server stays as it is, as another server has its URL from it, too; or `null`. */
function sharersHindrance(
  { server, variable }: Configured,
  { inventory, selected }: Assembly,
  { era, next }: { era: Era; next: string },
): string | null {
  const others = (variable?.sharers ?? []).filter((name) => name !== server.name)
  const entryOf = (name: string): InventoryEntry | undefined =>
    inventory.entries.find(({ listed, source }) => source === 'config' && listed.server_name === name)
  const is = (names: readonly string[]): string =>
    `${variable?.name} is the URL of ${names.join(', ')}, too, which`
  const unlisted = others.filter((name) => !entryOf(name))
  if (unlisted.length > 0) return `${is(unlisted)} LiteLLM does not list`
  const left = others.filter((name) => !selected.has(entryOf(name)?.listed.server_id ?? ''))
  if (left.length > 0) return `${is(left)} is not selected`
  for (const name of others) {
    const entry = entryOf(name)
    const url = entry ? entryUrl(entry) : null
    if (!entry?.configured || url === null) continue
    const id = entry.listed.server_id
    const found = moveConfigured(entry.configured, { id, url, next, era, held: entry.held ?? NOBODY })
    if (!Array.isArray(found)) return `${is([name])} cannot be moved: ${found.reason}`
  }
  return null
}

/** A server that stands in a file which was given: the edits of that file. */
function assessConfigured(
  { listed, held }: InventoryEntry,
  configured: Configured,
  assembly: Assembly,
  { era, url, next }: { era: Era; url: string; next: string },
): Assessment {
  const server = identify(listed, 'config')
  const { migration } = assembly
  const skip = (message: string): Assessment => ({
    skipped: {
      server,
      matched: true,
      code: 'config-defined',
      message,
      url,
      patch: patchByHand(configured.server.name, { id: server.id, url, next, era }),
    },
  })
  const found = moveConfigured(configured, { id: server.id, url, next, era, held: held ?? NOBODY })
  if (!Array.isArray(found)) return skip(found.reason)
  const hindrance = sharersHindrance(configured, assembly, { era, next })
  if (hindrance !== null) return skip(hindrance)
  const changes = found.map(({ file, record, edits, effects }) =>
    assembleChange(record, server, migration.id, edits, { era: FILE_ERA, signIns: null, file, effects }),
  )
  return { changes }
}

/** A server that is left alone, with what a person would change by hand where it is one of a file. */
function leave(
  entry: InventoryEntry,
  left: { code: SkippedCode; message: string },
  { url, verdict }: Judgement,
  era: Era,
): Assessment {
  const server = { ...identify(entry.record ?? entry.listed, entry.source), id: entry.listed.server_id }
  const matched = url === null ? null : verdict.kind === 'match'
  const skipped = { server, matched, ...left, url }
  if (left.code !== 'config-defined' || url === null || verdict.kind !== 'match') return { skipped }
  const name = entry.listed.server_name ?? '?'
  return {
    skipped: { ...skipped, patch: patchByHand(name, { id: server.id, url, next: verdict.after, era }) },
  }
}

/** What one listed server contributes to a plan. */
export function assess(entry: InventoryEntry, assembly: Assembly, era: Era): Assessment {
  const { migration } = assembly
  const judgement = judgeEntry(entry, migration)
  const { url, verdict, others } = judgement
  const move = verdict.kind === 'match' && url !== null ? { url, next: verdict.after } : null
  const unset = move && entry.source === 'config' ? unsetVariable(entry) : null
  if (unset !== null) {
    const server = identify(entry.listed, 'config')
    return { skipped: { server, matched: true, code: 'config-defined', message: unset, url } }
  }
  if (entry.source === 'config' && entry.configured && move && 'url' in configuredUrl(entry.configured))
    return assessConfigured(entry, entry.configured, assembly, { era, ...move })
  const left = blocked(entry, judgement)
  if (left) return leave(entry, left, judgement, era)
  const edits = [...(move ? [{ field: 'url', before: move.url, after: move.next }] : []), ...others]
  if (edits.length === 0 || !entry.record) return { moved: verdict.kind === 'moved' }
  const server = { ...identify(entry.record, entry.source), id: entry.listed.server_id }
  const hindrance = obstacle(entry.record, era)
  if (hindrance) return { skipped: { server, matched: true, ...hindrance, url } }
  const circumstances = { era, signIns: entry.signIns }
  return { changes: [assembleChange(entry.record, server, migration.id, edits, circumstances)] }
}
