import { fieldHashes } from '../../core/record/fields.ts'
import type { Settings } from '../../core/record/oauth.ts'
import type { Change, Edit } from '../../core/plan/plan.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { Place } from '../../core/record/place.ts'
import type { RunRecorder } from '../../journal/port.ts'
import type { IntentPurpose } from '../../journal/records.ts'
import type { Silence } from './silence.ts'

/** What is told while a write goes on. */
export type WriteProgress = 'writing' | 'restoring' | 'checking' | 'repairing'

/** One write, and who is told of its progress. */
export interface Write {
  place: Place
  recorder: RunRecorder
  silence: Silence
  patienceMs: number
  change: Change
  /** What is written now: the change's own edits, or the same the other way. */
  edits: readonly Edit[]
  purpose: Extract<IntentPurpose, 'change' | 'take-back'>
  tell: (kind: WriteProgress) => void
  onFault: (error: unknown) => void
}

/** What is meant to be written, and the record as it is now. `settings`: what must be put back after it, if anything. */
export interface Intention {
  purpose: IntentPurpose
  writes: string[]
  record: ServerRecord
  settings?: Settings
}

/** Puts an intent on disk. Throws `journal-unwritable`; then nothing may be sent. */
export async function intend(
  { recorder, change }: Write,
  { purpose, writes, record, settings = {} }: Intention,
): Promise<void> {
  const fields = fieldHashes(record)
  const later = Object.keys(settings).length > 0 ? { settings: { ...settings } } : {}
  await recorder.record({ type: 'intent', change: change.id, purpose, writes, fields, ...later })
}
