import { assembleChange, obstacle } from '../../core/plan/change.ts'
import type { Consent } from '../../core/plan/consent.ts'
import { holds } from '../../core/plan/drift.ts'
import { valueAt } from '../../core/record/path.ts'
import {
  aimOf,
  type Change,
  type Contested,
  type Edit,
  type Plan,
  type Skipped,
} from '../../core/plan/plan.ts'
import type { RunReport } from '../../core/plan/report.ts'
import type { ServerIdentity, ServerRecord } from '../../core/record/server.ts'
import { waitingUnless } from '../../core/plan/withheld.ts'
import type { Reading } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'
import { signInsAtStake } from './sign-ins.ts'

/** A server that somebody else changed meanwhile, so that it was left alone. */
export interface ContestedServer extends Contested {
  server: ServerIdentity
}

/** The servers of a plan and its run that drifted, in order, with what would have been written. */
export function contestedServers(plan: Plan, report: RunReport | null): ContestedServer[] {
  const atPlanning = plan.skipped.flatMap(({ server, contested }) =>
    contested ? [{ server, ...contested }] : [],
  )
  const atWriting = (report?.changes ?? [])
    .filter(({ outcome, drift, file }) => outcome === 'drifted' && drift.length > 0 && file === null)
    .map((change) => ({
      server: change.server,
      migration: change.migration,
      edits: aimOf(change),
      fields: change.drift,
    }))
  return [...atPlanning, ...atWriting]
}

/** The edits that lead from what a record holds now to what was meant; `null` where it holds no text. */
function editsFromNow(record: ServerRecord, edits: readonly Edit[]): Edit[] | null {
  const found = edits.map(({ field, after }) => ({ field, before: valueAt(record, field), after }))
  return found.every((edit): edit is Edit => typeof edit.before === 'string') ? found : null
}

type Judged = { change: Change } | { skipped: Skipped } | null

/** What a contested server is judged by. */
interface Evidence {
  reading: Reading
  signIns: number | null
}

function judge(
  { server, migration, edits }: ContestedServer,
  { reading, signIns }: Evidence,
  { era }: Gateway,
): Judged {
  const skip = (code: Skipped['code'], message: string): Judged => ({
    skipped: { server, matched: true, code, message, url: null },
  })
  if (reading.kind === 'absent') return skip('absent', 'it is no longer there')
  if (reading.kind !== 'record') return skip(reading.kind, reading.message)
  const { record, source } = reading
  if (holds(record, edits, 'after')) return null
  const now = editsFromNow(record, edits)
  if (!now) return skip('malformed', 'it holds no text there now')
  if (source === 'config') return skip('config-defined', "now defined in LiteLLM's config.yaml")
  const hindrance = obstacle(record, era)
  if (hindrance) return skip(hindrance.code, hindrance.message)
  return { change: assembleChange(record, server, migration, now, { era, signIns }) }
}

/**
 * The plan that writes over somebody's edits, for the servers that a person chose: made from what the gateway
 * holds now, so that taking it back restores that edit.
 */
export async function planOverEdits(
  plan: Plan,
  chosen: readonly ContestedServer[],
  gateway: Gateway,
  { createdAt, accepted }: Pick<Plan, 'createdAt'> & { accepted: readonly Consent[] },
): Promise<Plan> {
  const judged: Judged[] = []
  for (const each of chosen) {
    const reading = await gateway.read(each.server.id)
    const signIns = await signInsAtStake(gateway, reading)
    judged.push(judge(each, { reading, signIns }, gateway))
  }
  const changes = judged.flatMap((each) => (each && 'change' in each ? [each.change] : []))
  const skipped = judged.flatMap((each) => (each && 'skipped' in each ? [each.skipped] : []))
  const unchanged = chosen.length - changes.length - skipped.length
  return {
    ...plan,
    createdAt,
    changes,
    withheld: waitingUnless(changes, accepted),
    skipped,
    notes: [],
    preflight: {},
    tools: {},
    summary: {
      servers: plan.summary.servers,
      changes: changes.length,
      unchanged,
      skipped: skipped.length,
      excluded: plan.summary.servers - chosen.length,
      moved: unchanged,
    },
  }
}
