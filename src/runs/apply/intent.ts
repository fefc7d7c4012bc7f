import { MigrateError } from '../../core/errors.ts'
import { fieldHashes } from '../../core/record/fields.ts'
import { isAsHeld } from '../../core/record/held.ts'
import type { Settings } from '../../core/record/oauth.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { IntentPurpose, JournalEvent } from '../../journal/records.ts'
import type { ApplyContext, Write } from './context.ts'

/** The journal takes nothing more: nothing may be sent, and the run ends. */
export class JournalFailure extends Error {
  override readonly name = 'JournalFailure'
  readonly of = 'journal'
}

/** What a recorder threw, as such a failure. `onFault` hears of it where a recorder may not throw it. */
export function journalFailure(error: unknown, { onFault }: Pick<ApplyContext, 'onFault'>): JournalFailure {
  if (error instanceof MigrateError) return new JournalFailure(error.message)
  onFault(error)
  return new JournalFailure('The journal could not be written')
}

/** Puts an event on disk. Throws `JournalFailure`, whatever the recorder throws. */
export async function enter(
  context: Pick<ApplyContext, 'recorder' | 'onFault'>,
  happened: JournalEvent,
): Promise<void> {
  try {
    await context.recorder.record(happened)
  } catch (error) {
    throw journalFailure(error, context)
  }
}

/** What is meant to be written, and the record as it is now. `settings`: what is to be put back after it, if anything. */
interface Intention {
  purpose: IntentPurpose
  writes: string[]
  record: ServerRecord
  settings?: Settings
}

/** Puts an intent on disk. Throws `JournalFailure`; then nothing may be sent. */
export async function intend(
  write: Write,
  { purpose, writes, record, settings = {} }: Intention,
): Promise<void> {
  const fields = isAsHeld(write.change.fields, record) ? {} : fieldHashes(record)
  const later = Object.keys(settings).length > 0 ? { settings: { ...settings } } : {}
  await enter(write, { type: 'intent', change: write.change.id, purpose, writes, fields, ...later })
}

/**
 * The same for a write that only mends what another one left: where its intent cannot be recorded, it is not sent, and
 * the failure is returned beside what became of the first. `null` where the intent is on disk.
 */
export async function intendMending(write: Write, intention: Intention): Promise<JournalFailure | null> {
  try {
    await intend(write, intention)
    return null
  } catch (error) {
    if (error instanceof JournalFailure) return error
    throw error
  }
}
