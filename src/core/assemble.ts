import { originText } from './address.ts'
import { canonical, sha256 } from './canonical.ts'
import { type Era, eraOf, NEWEST_CHECKED } from './eras.ts'
import { fieldHashes, fingerprint } from './fields.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './inventory.ts'
import { leftovers } from './leftovers.ts'
import { judge, type Migration, type Verdict } from './migration.ts'
import { oauthLosses } from './oauth.ts'
import type { Change, Edit, Effect, GatewayIdentity, Note, Plan, Skipped, SkippedCode } from './plan.ts'
import { identify, type ServerIdentity, type ServerRecord } from './server.ts'
import { nameObstacle } from './write-body.ts'

/** What one server contributes to a plan. */
export type Assessment = { change: Change } | { skipped: Skipped } | { moved: boolean }

const tlsRemoved = (edits: readonly Edit[]): Effect[] =>
  edits.some(({ before, after }) => /^https:/i.test(before) && /^http:/i.test(after))
    ? [
        {
          code: 'tls-removed',
          message: 'https becomes http: this connection will no longer be encrypted',
          reversible: true,
        },
      ]
    : []

/** One change of a record, made ready to apply: with its effects, and the state that it was planned for. */
export function assembleChange(
  record: ServerRecord,
  server: ServerIdentity,
  migration: string,
  edits: Edit[],
): Change {
  const fields = fieldHashes(record)
  return {
    id: sha256(canonical([server.id, edits])).slice(0, 12),
    server,
    migration,
    edits,
    effects: tlsRemoved(edits),
    fields,
    fingerprint: fingerprint(fields),
  }
}

/** Why a record cannot be written on a release without losing something else, or `null`. */
export function obstacle(record: ServerRecord, era: Era): { code: SkippedCode; message: string } | null {
  const losses = era.wipesOAuth ? oauthLosses(record, era.dropsClient) : null
  if (losses) return { code: 'needs-consent', message: losses }
  const name = nameObstacle(era.putBody, record)
  return name ? { code: 'name-rule', message: name } : null
}

function blocked(entry: InventoryEntry, verdict: Verdict): { code: SkippedCode; message: string } | null {
  if (entry.problem) return entry.problem
  if (entry.source === 'config' && verdict.kind === 'match') {
    return {
      code: 'config-defined',
      message: "defined in LiteLLM's config.yaml: edit the file and restart; the API cannot change it",
    }
  }
  return 'message' in verdict ? { code: verdict.kind, message: verdict.message } : null
}

function assess(entry: InventoryEntry, migration: Migration, era: Era): Assessment {
  const url = entryUrl(entry)
  const verdict: Verdict = url === null ? { kind: 'other', origin: null } : judge(migration, url)
  const server = identify(entry.record ?? entry.listed, entry.source)
  const identity = { ...server, id: entry.listed.server_id }
  const left = blocked(entry, verdict)
  if (left) {
    const matched = url === null ? null : verdict.kind === 'match'
    return { skipped: { server: identity, matched, ...left, url } }
  }
  if (verdict.kind !== 'match' || url === null || !entry.record) return { moved: verdict.kind === 'moved' }
  const hindrance = obstacle(entry.record, era)
  if (hindrance) return { skipped: { server: identity, matched: true, ...hindrance, url } }
  return {
    change: assembleChange(entry.record, identity, migration.id, [
      { field: 'url', before: url, after: verdict.after },
    ]),
  }
}

/** Remarks about the release itself. */
export function releaseNotes(version: string | null): Note[] {
  const { era, known } = eraOf(version)
  const note = (code: Note['code'], message: string): Note => ({ code, server: null, field: null, message })
  return [
    ...(known === 'newer'
      ? [
          note(
            'newer-release',
            `LiteLLM ${version} is newer than ${NEWEST_CHECKED}, the newest release checked; it is treated like that one.`,
          ),
        ]
      : []),
    ...(era.warning ? [note('release-note', era.warning)] : []),
  ]
}

function oldAddresses(entry: InventoryEntry, migration: Migration): Note[] {
  return leftovers(migration, entry.record ?? entry.listed).map((field) => ({
    code: 'old-address',
    server: identify(entry.listed, entry.source),
    field,
    message: 'holds the old address; reported, not rewritten',
  }))
}

const deletions = ({ gone }: Inventory): Note[] =>
  gone.map((listed) => ({
    code: 'deleted',
    server: identify(listed, listed.is_config ? 'config' : 'database'),
    field: null,
    message: 'was deleted while the servers were read',
  }))

function countOrigins(entries: readonly InventoryEntry[], migration: Migration): Plan['origins'] {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    const url = entryUrl(entry)
    const origin = url === null ? null : judge(migration, url).origin
    if (origin) counts.set(originText(origin), (counts.get(originText(origin)) ?? 0) + 1)
  }
  return [...counts].map(([origin, count]) => ({ origin, count })).toSorted((a, b) => b.count - a.count)
}

/** What a plan is made of. `selected` holds the ids of the servers that are meant. */
export interface Assembly {
  createdAt: string
  gateway: GatewayIdentity
  migration: Migration
  inventory: Inventory
  selected: ReadonlySet<string>
}

/** Makes the plan of a migration. Pure: the same values give the same plan. */
export function assemblePlan({ createdAt, gateway, migration, inventory, selected }: Assembly): Plan {
  const { era } = eraOf(gateway.version)
  const meant = inventory.entries.filter(({ listed }) => selected.has(listed.server_id))
  const assessments = meant.map((entry) => assess(entry, migration, era))
  const changes = assessments.flatMap((each) => ('change' in each ? [each.change] : []))
  const skipped = assessments.flatMap((each) => ('skipped' in each ? [each.skipped] : []))
  const suspicion: Note[] = inventory.suspicion
    ? [{ code: 'suspicious-list', server: null, field: null, message: inventory.suspicion }]
    : []
  return {
    createdAt,
    gateway,
    reverts: null,
    migrations: [{ id: migration.id, sha256: migration.sha256 }],
    changes,
    skipped,
    notes: [
      ...releaseNotes(gateway.version),
      ...suspicion,
      ...deletions(inventory),
      ...meant.flatMap((entry) => oldAddresses(entry, migration)),
    ],
    origins: countOrigins(inventory.entries, migration),
    summary: {
      servers: inventory.entries.length,
      changes: changes.length,
      unchanged: meant.length - changes.length - skipped.length,
      skipped: skipped.length,
      excluded: inventory.entries.length - meant.length,
      moved: assessments.filter((each) => 'moved' in each && each.moved).length,
    },
  }
}
