import { PINNED_ID } from '../../core/config/record.ts'
import { maskUrl, maskUrlsIn, shownPath, shownText } from '../../core/redact.ts'
import type { Change, Edit, GatewayIdentity, Note, Plan, Skipped } from '../../core/plan.ts'
import type { DriftedField } from '../../core/drift.ts'
import { isInForce, type RunReport, tally } from '../../core/report.ts'
import type { MigrateError } from '../../core/errors.ts'

/** An edit as anybody may see it. */
function publicEdit({ field, before, after }: Edit) {
  const seen = (value: string | null): string | null =>
    value === null || field === PINNED_ID ? value : shownText(field, value)
  const shown = { before: seen(before), after: seen(after) }
  return {
    field: field === PINNED_ID ? 'server_id' : shownPath(field),
    ...shown,
    masked: shown.before !== before || shown.after !== after,
  }
}

/** A change as anybody may see it: URLs masked, hashes of fields left out but for the fingerprint over them. */
export function publicChange(
  { id, server, file, migration, edits, effects, fingerprint, onlySettings }: Change,
  preflight: Plan['preflight'],
) {
  const written = onlySettings ? [] : edits
  return {
    id,
    server,
    file,
    migration,
    edits: written.map(publicEdit),
    effects,
    fingerprint,
    preflight: preflight[id] ?? null,
  }
}

const publicGateway = ({ url, version, account }: GatewayIdentity) => ({ url, version, account })

const publicDrift = ({ field, before, ours, now }: DriftedField) => {
  const masked = (value: unknown): unknown => (typeof value === 'string' ? shownText(field, value) : value)
  return { field: shownPath(field), before: masked(before), ours: masked(ours), now: masked(now) }
}

const publicSkipped = (
  { server, matched, code, message, url, contested, awaiting, patch }: Skipped,
  preflight: Plan['preflight'],
) => ({
  server,
  matched,
  code,
  message,
  url: url === null ? null : maskUrl(url),
  drift: contested?.fields.map(publicDrift) ?? [],
  effects: awaiting?.flatMap(({ effects }) => effects) ?? [],
  patch: patch?.map(maskUrlsIn) ?? null,
  preflight: awaiting?.flatMap(({ id }) => preflight[id] ?? [])[0] ?? null,
})

const publicNote = ({ code, server, field, message }: Note) => ({ code, server, field, message })

/** `mcp-url-migrate/plan/1` */
export function planDocument(plan: Plan) {
  return {
    schema: 'mcp-url-migrate/plan/1',
    createdAt: plan.createdAt,
    gateway: publicGateway(plan.gateway),
    reverts: plan.reverts,
    migrations: plan.migrations,
    changes: plan.changes.map((change) => publicChange(change, plan.preflight)),
    skipped: plan.skipped.map((each) => publicSkipped(each, plan.preflight)),
    notes: plan.notes.map(publicNote),
    origins: plan.origins,
    summary: plan.summary,
  }
}

/** `mcp-url-migrate/run/1`. `undo` is the command that takes the run back, `null` when there is nothing to take back. */
export function runDocument(report: RunReport, undo: string | null) {
  const { applied, failed, drifted, unknown, reverted, 'not-applied': notApplied } = tally(report.changes)
  return {
    schema: 'mcp-url-migrate/run/1',
    run: report.run,
    gateway: publicGateway(report.gateway),
    changes: report.changes.map((change) => ({
      ...publicChange(change, report.preflight),
      outcome: change.outcome,
      wrote: change.wrote,
      collateral: change.collateral,
      drift: change.drift.map(publicDrift),
      error: change.error,
      check: change.check,
    })),
    skipped: report.skipped.map((each) => publicSkipped(each, report.preflight)),
    notes: report.notes.map(publicNote),
    undo,
    halted: report.halted,
    trouble: report.trouble,
    restartRequired: isInForce(report.changes) && report.restart !== 'no',
    propagation: report.propagation,
    summary: { applied, notApplied, failed, drifted, unknown, reverted },
  }
}

/** `mcp-url-migrate/error/1` */
export function errorDocument({ code, message, hint }: MigrateError) {
  return { schema: 'mcp-url-migrate/error/1', code, message, hint }
}
