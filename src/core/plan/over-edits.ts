import type { Era } from '../record/eras.ts'
import type { Reading } from '../record/place.ts'
import type { ServerIdentity } from '../record/server.ts'
import type { RunReport } from '../run/report.ts'
import { aimOf } from './change.ts'
import { OVER_EDIT } from './back/options.ts'
import type { Consent } from './consent/consent.ts'
import { aimAt, judge } from './judge.ts'
import { planOf } from './assemble-plan.ts'
import type { Contested, Plan } from './plan.ts'

/** A server that somebody else changed meanwhile, so that it was left alone. */
export interface ContestedServer extends Contested {
  server: ServerIdentity
}

/** The servers of a plan and its run that drifted, in order, with what would have been written. */
export function contestedServers(plan: Plan, report: Pick<RunReport, 'changes'> | null): ContestedServer[] {
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

/** A contested server that a person chose, with what it holds now. */
export interface ChosenServer extends ContestedServer {
  reading: Reading
  /** How many people's sign-ins are stored by now, `null` where nobody can tell. */
  signIns: number | null
}

/** The plan that writes over somebody's edits, from what the servers hold now: taking it back restores those. */
export function assembleOverEdits(
  plan: Plan,
  chosen: readonly ChosenServer[],
  era: Era,
  { createdAt, accepted }: { createdAt: string; accepted: readonly Consent[] },
): Plan {
  return planOf({
    createdAt,
    gateway: plan.gateway,
    reverts: plan.reverts,
    migrations: plan.migrations,
    notes: [],
    servers: plan.summary.servers,
    meant: chosen,
    judgements: chosen.map(({ server, migration, edits, reading, signIns }) =>
      judge(
        { reading, signIns, url: null },
        aimAt({ server, migration, edits }, { overEdits: true, effects: [OVER_EDIT] }),
        era,
      ),
    ),
    order: 'given',
    accepted,
    origins: plan.origins,
  })
}
