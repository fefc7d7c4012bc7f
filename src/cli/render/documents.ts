import { PINNED_ID } from '../../core/config/read/record.ts'
import { maskUrl, maskUrlsIn, shownPath, shownText } from '../../core/show/redact.ts'
import {
  awaitingChanges,
  type GatewayIdentity,
  type Note,
  type Plan,
  type Skipped,
  restartFor,
} from '../../core/plan/plan.ts'
import { type Change, type Edit, serversIn } from '../../core/plan/change.ts'
import type { DriftedField } from '../../core/plan/drift.ts'
import { eraOf } from '../../core/record/eras.ts'
import { fingerprint, hashesOf } from '../../core/record/held.ts'
import { isInForce, tally } from '../../core/run/outcome.ts'
import { type RunReport } from '../../core/run/report.ts'
import type { PlanDocument } from './documents/plan.ts'
import type { RunDocument } from './documents/run.ts'

/** An edit as anybody may see it. */
function publicEdit({ field, before, after, rules }: Edit) {
  const seen = (value: string | null): string | null =>
    value === null || field === PINNED_ID ? value : shownText(field, value)
  const shown = { before: seen(before), after: seen(after) }
  return {
    field: field === PINNED_ID ? 'server_id' : shownPath(field),
    ...shown,
    masked: shown.before !== before || shown.after !== after,
    rules: rules ?? null,
  }
}

/** The OAuth settings that have to be there after a change, as anybody may see them. */
export function publicSettings(settings: Change['settings']) {
  return Object.entries(settings).map(([field, value]) => {
    const shown = typeof value === 'string' ? maskUrl(value) : value
    return { field, value: shown, masked: shown !== value }
  })
}

/** A change as anybody may see it: URLs masked, hashes of fields left out but for the fingerprint over them. */
export function publicChange(
  { id, server, file, migration, edits, settings, effects, fields }: Change,
  preflight: Plan['preflight'],
) {
  return {
    id,
    server,
    file: file === null ? null : { ...file, place: file.place ?? null, sharers: file.sharers ?? null },
    migration,
    edits: edits.map(publicEdit),
    settings: publicSettings(settings),
    effects,
    fingerprint: fingerprint(hashesOf(fields)),
    preflight: preflight[id] ?? null,
  }
}

const publicGateway = ({ url, version, account }: GatewayIdentity) => ({ url, version, account })

const publicDrift = ({ field, before, ours, now }: DriftedField) => {
  const masked = (value: unknown): unknown => (typeof value === 'string' ? shownText(field, value) : value)
  return { field: shownPath(field), before: masked(before), ours: masked(ours), now: masked(now) }
}

const publicSkipped = ({ server, matched, code, message, url, contested, patch }: Skipped) => ({
  server,
  matched,
  code,
  message,
  url: url === null ? null : maskUrl(url),
  drift: contested?.fields.map(publicDrift) ?? [],
  patch: patch?.map(maskUrlsIn) ?? null,
  // What waits for a consent stood here once, with both; whoever reads them finds none.
  effects: [],
  preflight: null,
})

const publicNote = ({ code, server, field, message }: Note) => ({ code, server, field, message })

/** `mcp-url-migrate/plan/1` */
export function planDocument(plan: Plan): PlanDocument {
  return {
    schema: 'mcp-url-migrate/plan/1',
    createdAt: plan.createdAt,
    gateway: publicGateway(plan.gateway),
    reverts: plan.reverts,
    migrations: plan.migrations,
    changes: plan.changes.map((change) => ({
      ...publicChange(change, plan.preflight),
      awaiting: plan.withheld[change.id]?.consents ?? [],
    })),
    skipped: plan.skipped.map(publicSkipped),
    notes: plan.notes.map(publicNote),
    origins: plan.origins,
    restartRequired: restartFor(plan.changes, eraOf(plan.gateway.version).era) !== 'no',
    summary: { ...plan.summary, awaiting: serversIn(awaitingChanges(plan)) },
  }
}

/** `mcp-url-migrate/run/1`. `undo` is the command that takes the run back, `null` when there is nothing to take back. */
export function runDocument(report: RunReport, undo: string | null): RunDocument {
  const { applied, failed, drifted, unknown, reverted, 'not-applied': notApplied } = tally(report.changes)
  return {
    schema: 'mcp-url-migrate/run/1',
    run: report.run,
    gateway: publicGateway(report.gateway),
    changes: report.changes.map((change) => ({
      ...publicChange(change, report.preflight),
      awaiting: change.awaiting,
      outcome: change.outcome,
      reason: change.reason,
      wrote: change.wrote,
      collateral: change.collateral,
      drift: change.drift.map(publicDrift),
      error: change.error,
      check: change.check,
    })),
    skipped: report.skipped.map(publicSkipped),
    notes: report.notes.map(publicNote),
    undo,
    halted: report.halted,
    trouble: report.trouble,
    restartRequired: isInForce(report.changes) && report.restart !== 'no',
    propagation: report.propagation,
    summary: { applied, notApplied, failed, drifted, unknown, reverted },
  }
}
