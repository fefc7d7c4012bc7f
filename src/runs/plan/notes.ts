import { releaseNotes } from '../../core/plan/make.ts'
import { databaseNotes } from '../../core/plan/no-database.ts'
import { recordWith } from '../../core/plan/drift.ts'
import type { Era } from '../../core/record/eras.ts'
import { movedFields } from '../../core/record/fields.ts'
import { isSetting } from '../../core/record/oauth.ts'
import type { Note } from '../../core/plan/plan.ts'
import { count, printable } from '../../core/show/text.ts'
import type { Reading } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'
import { type RecordedChange, type RecordedRun, wasWritten } from '../../journal/fold.ts'
import type { RunInForce } from '../recover/in-force.ts'

/** A change of the run, with what the gateway holds now. */
export interface Candidate {
  recorded: RecordedChange
  reading: Reading
  /** How many people's sign-ins are stored by now, `null` where nobody can tell. */
  signIns: number | null
}

/** What else is not as it was before a write that went wrong or was cut short: a revert of the URL leaves it so. */
export function stillChanged({ recorded, reading }: Candidate): Note[] {
  const { change, outcome, collateral, fieldsBefore } = recorded
  const suspect = outcome !== 'applied' || collateral.some(({ repaired }) => !repaired)
  if (!suspect || fieldsBefore === null || reading.kind !== 'record') return []
  const fields = movedFields(fieldsBefore, recordWith(reading.record, change.edits, 'before')).filter(
    // Settings are put back, or told of as lost.
    (field) => !(isSetting(field) && field in recorded.settings),
  )
  if (fields.length === 0) return []
  const message = `${fields.map(printable).join(', ')}: not as before that run's write, and not put back by this`
  return [{ code: 'still-changed', server: change.server, field: null, message }]
}

const LOSSES: Readonly<Record<string, string>> = {
  reauthorization: "people's sign-ins",
  'issuer-cleared': 'the issuer',
  'client-loss': 'client id and secret, if they were lost',
}

/** What a run took from a server that taking it back does not bring back. */
export function notRestorable({ recorded }: Candidate, era: Era): Note[] {
  const { server, effects } = recorded.change
  const lost = effects.flatMap(({ code }) =>
    code === 'issuer-cleared' && !era.dropsClient ? [] : (LOSSES[code] ?? []),
  )
  if (lost.length === 0 || !wasWritten(recorded)) return []
  const message = `what that run took does not come back: ${lost.join(', ')}`
  return [{ code: 'not-restorable', server, field: null, message }]
}

/** Remarks about the run that is taken back, and about those that are not. */
export function runNotes(run: RecordedRun, inForce: readonly RunInForce[], gateway: Gateway): Note[] {
  const note = (message: string): Note => ({ code: 'other-run', server: null, field: null, message })
  const { url } = run.started.gateway
  const stays = inForce.map(({ id, servers }) =>
    note(`Run ${id} stays in force (${count(servers, 'server')}); --revert ${id} takes it back.`),
  )
  const through = `The run was made through ${url}; it is taken back through ${gateway.identity.url}. Ids and values decide.`
  return [
    ...releaseNotes(gateway.identity.version),
    ...databaseNotes(gateway.identity),
    ...(url === gateway.identity.url ? [] : [note(through)]),
    ...(run.started.reverts === null ? stays : []),
  ]
}
