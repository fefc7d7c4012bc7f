import { admitted, assembleChange, obstacle } from './change.ts'
import { type Configured, configuredUrl, moveConfigured, patchByHand } from './config/move.ts'
import type { Consent } from './consent.ts'
import { type Era, FILE_ERA } from './eras.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './inventory.ts'
import { judge, type Migration, type Verdict } from './migration.ts'
import type { Change, GatewayIdentity, Skipped, SkippedCode } from './plan.ts'
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
  | { change: Change }
  | { changes: Change[] }
  | { skipped: Skipped }
  | { moved: boolean }

function blocked(entry: InventoryEntry, verdict: Verdict): { code: SkippedCode; message: string } | null {
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
  return 'message' in verdict ? { code: verdict.kind, message: verdict.message } : null
}

/** A server that stands in a file which was given: the edits of that file. */
function assessConfigured(
  { listed, held }: InventoryEntry,
  configured: Configured,
  { migration, accepted, inventory, selected }: Assembly,
  { era, url, next }: { era: Era; url: string; next: string },
): Assessment {
  const server = identify(listed, 'config')
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
  const sharers = configured.variable?.sharers ?? []
  const absent = sharers.filter(
    (name) =>
      !inventory.entries.some(
        (each) => each.listed.server_name === name && selected.has(each.listed.server_id),
      ),
  )
  if (absent.length > 0)
    return skip(`${configured.variable?.name} is the URL of ${absent.join(', ')}, too, which is not selected`)
  const nobody = { holders: [], complete: false, reason: 'nobody was asked' }
  const found = moveConfigured(configured, { id: server.id, url, next, era, held: held ?? nobody })
  if (!Array.isArray(found)) return skip(found.reason)
  const made = found.map(({ file, record, edits, effects }) =>
    assembleChange(record, server, migration.id, edits, { era: FILE_ERA, signIns: null, file, effects }),
  )
  const [refused] = made.map((each) => admitted(each, accepted)).filter((each) => 'skipped' in each)
  return refused ?? { changes: made }
}

/** What one listed server contributes to a plan. */
export function assess(entry: InventoryEntry, assembly: Assembly, era: Era): Assessment {
  const { migration, accepted } = assembly
  const url = entryUrl(entry)
  const verdict: Verdict = url === null ? { kind: 'other', origin: null } : judge(migration, url)
  const server = identify(entry.record ?? entry.listed, entry.source)
  const identity = { ...server, id: entry.listed.server_id }
  if (entry.source === 'config' && entry.configured && verdict.kind === 'match' && url !== null) {
    const inFile = configuredUrl(entry.configured)
    if ('url' in inFile)
      return assessConfigured(entry, entry.configured, assembly, { era, url, next: verdict.after })
  }
  const left = blocked(entry, verdict)
  if (left) {
    const matched = url === null ? null : verdict.kind === 'match'
    const patch =
      left.code === 'config-defined' && url !== null && verdict.kind === 'match'
        ? {
            patch: patchByHand(entry.listed.server_name ?? '?', {
              id: identity.id,
              url,
              next: verdict.after,
              era,
            }),
          }
        : {}
    return { skipped: { server: identity, matched, ...left, url, ...patch } }
  }
  if (verdict.kind !== 'match' || url === null || !entry.record) return { moved: verdict.kind === 'moved' }
  const hindrance = obstacle(entry.record, era)
  if (hindrance) return { skipped: { server: identity, matched: true, ...hindrance, url } }
  const edits = [{ field: 'url', before: url, after: verdict.after }]
  const circumstances = { era, signIns: entry.signIns }
  return admitted(assembleChange(entry.record, identity, migration.id, edits, circumstances), accepted)
}
