import { fieldHashes } from '../core/fields.ts'
import type { Change, Edit } from '../core/plan.ts'
import { type AppliedChange, type CollateralChange, settledAs } from '../core/report.ts'
import type { ServerRecord } from '../core/server.ts'
import { printable } from '../core/text.ts'
import { writeBody } from '../core/write-body.ts'
import type { Gateway } from '../gateway/port.ts'
import type { RunRecorder } from '../journal/port.ts'
import type { IntentPurpose } from '../journal/records.ts'
import { type AroundWrite, fieldsToRepair, findCollateral, repair, reportCollateral } from './collateral.ts'
import { settle } from './settle.ts'

/** One write, and who is told of its progress. */
export interface Write {
  gateway: Gateway
  recorder: RunRecorder
  patienceMs: number
  change: Change
  /** What is written now: the change's own edits, or the same the other way. */
  edits: readonly Edit[]
  purpose: Exclude<IntentPurpose, 'repair'>
  tell: (kind: 'writing' | 'checking' | 'repairing') => void
}

/** What a write came to; `uncompared` where its other fields could not be compared. */
export interface Written {
  applied: AppliedChange
  uncompared: boolean
}

async function intend(
  { recorder, change }: Write,
  purpose: IntentPurpose,
  writes: string[],
  record: ServerRecord,
) {
  await recorder.record({ type: 'intent', change: change.id, purpose, writes, fields: fieldHashes(record) })
}

async function mend(write: Write, around: AroundWrite): Promise<CollateralChange[]> {
  const { id } = write.change.server
  const changes = findCollateral(around)
  const fields = fieldsToRepair(changes, around)
  if (fields.length === 0) return reportCollateral(id, changes, [])
  const recorded = await intend(write, 'repair', fields, around.after).then(
    () => true,
    () => false,
  )
  if (recorded) write.tell('repairing')
  return reportCollateral(id, changes, recorded ? await repair(write.gateway, around, fields) : [])
}

/**
 * The write itself, with its intent on disk before it: send, find out, compare every field, repair. Throws
 * `journal-unwritable` when the intent could not be recorded; then nothing was sent. The outcome is the caller's
 * to record.
 */
export async function writeOnce(write: Write, before: ServerRecord): Promise<Written> {
  const { gateway, change, edits, patienceMs } = write
  const writes = edits.map(({ field }) => field)
  await intend(write, write.purpose, writes, before)
  write.tell('writing')
  const answer = await gateway.write(before, edits)
  write.tell('checking')
  const settled = await settle(gateway, change.server.id, edits, answer, patienceMs)
  const applied = settledAs(change, settled.outcome, settled.error && printable(settled.error))
  if (settled.outcome !== 'applied' || !settled.record) return { applied, uncompared: false }
  const around = {
    before,
    answered: answer.kind === 'accepted' ? answer.record : null,
    after: settled.record,
    intended: [...writes, ...gateway.era.alsoWrites],
    sent: Object.keys(writeBody(gateway.era.putBody, before, edits)),
  }
  const collateral = await mend(write, around).catch(() => null)
  if (collateral) return { applied: { ...applied, collateral }, uncompared: false }
  return { applied: { ...applied, error: 'its other fields could not be compared' }, uncompared: true }
}
