import { type AppliedChange, settledAs } from '../../core/run/outcome.ts'
import { mayHang } from '../../core/record/may-hang.ts'
import { clearedSettings, missingSettings, restorable, type Settings } from '../../core/record/oauth.ts'
import { fieldEdits, wholeFields } from '../../core/record/put-body.ts'
import { doneByOthers } from '../../core/record/resets.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import { type AroundWrite, findCollateral, isComparable, mend, readLikewise } from './collateral.ts'
import type { Failure, Write } from './context.ts'
import { intend } from './intent.ts'
import { restoreSettings } from './restore.ts'
import { settle } from './settle.ts'

/**
 * What a write came to. The outcome holds, whatever failed on the way besides the gateway. `isDoubtful`: may it have taken
 * something that nobody can see from here?
 */
export interface Written {
  applied: AppliedChange
  failure: Failure | null
  isDoubtful?: boolean
}

/** What the edits came to, before settings are put back. `record`: as it is read by now, where they are there. */
interface Landed {
  applied: AppliedChange
  record: ServerRecord | null
  /** The record in the answer to them, where it held one. */
  answered: ServerRecord | null
  /** The fields that their request carried. */
  sent: readonly string[]
}

/** Where LiteLLM looks for sign-in settings first, its memory holds the old URL until that ends (1.92.2, seen live). */
const UNHEARD = 'read back as written; LiteLLM did not answer the write, and may not use the new URL yet'

/** The URL is there; of the second write nothing is known. That is no "applied", and nothing that could be compared. */
const HALF_WRITTEN = 'its URL was written; whether its settings are back is not known'

/**
 * What is to be there again after a write: what an earlier run lost, and what this one clears. What the record holds
 * by now of the first is somebody's edit.
 */
const settingsAfter = ({ place, change, edits }: Write, before: ServerRecord): Settings => ({
  ...missingSettings(change.settings, before),
  ...clearedSettings(before, edits, place.era),
})

/**
 * Sends the edits, if any, and finds out what became of them; `null` where they were held back. Throws `JournalFailure`;
 * then nothing was sent.
 */
async function writeEdits(write: Write, before: ServerRecord, settings: Settings): Promise<Landed | null> {
  const { place, change, edits, purpose } = write
  const writes = Object.keys(wholeFields(before, edits))
  if (writes.length === 0)
    return { applied: settledAs(change, 'applied'), record: before, answered: null, sent: [] }
  await intend(write, { purpose, writes, record: before, settings })
  write.tell('writing')
  const answer = await place.write(before, fieldEdits(before, edits, place.era))
  if (answer.kind === 'refused' && answer.isLate) return null
  write.tell('checking')
  const { outcome, record, error } = await settle(write, answer, before)
  const isUnheard = outcome === 'applied' && mayHang(change) && write.silence.isWaiting(change)
  return {
    applied: settledAs(change, outcome, isUnheard ? UNHEARD : error && printable(error)),
    record: outcome === 'applied' ? record : null,
    answered: answer.kind === 'accepted' ? answer.record : null,
    sent: answer.sent,
  }
}

/** The states around a write, read by id where the answer to it alone says that something else changed with it. */
async function confirmed({ place, change }: Write, around: AroundWrite): Promise<AroundWrite> {
  if (around.after !== around.answered || findCollateral(around).length === 0) return around
  const reading = await place.read(change.server.id)
  return reading.kind === 'record' ? { ...around, after: reading.record } : around
}

/** Compares every field with what it should be now, and repairs. */
async function compare(write: Write, applied: AppliedChange, around: AroundWrite): Promise<Written> {
  try {
    const last = await readLikewise(write, await confirmed(write, around))
    const { collateral, taken, failure } = await mend(write, last)
    if (collateral.length === 0) write.lookout.wrote(last.after)
    else write.lookout.forget(last.after.server_id)
    const byOthers = doneByOthers(taken, isComparable(last))
    // Nobody could read what the repair came to.
    const doubt = write.silence.readsHang ? 'whether its other fields are back is not known' : null
    const error = doubt ?? byOthers?.message ?? applied.error
    return { applied: { ...applied, collateral, error }, failure, isDoubtful: byOthers?.isHidden ?? false }
  } catch (error) {
    write.onFault(error)
    return {
      applied: { ...applied, error: 'its other fields could not be compared' },
      failure: { of: 'program', message: null },
    }
  }
}

/**
 * The write of a change, each of its requests with an intent on disk before it: send the edits, find out, put back the
 * settings that the release clears with the URL, compare every field, repair. A change without edits begins with its
 * settings. `null` where the edits were held back, as the server had changed by then: nothing was sent. Throws
 * `JournalFailure` when the first intent could not be recorded; then nothing was sent. The outcome is the caller's to record.
 */
export async function writeChange(write: Write, before: ServerRecord): Promise<Written | null> {
  const { era } = write.place
  const settings = settingsAfter(write, before)
  const landed = await writeEdits(write, before, settings)
  if (!landed) return null
  const { applied, record, answered, sent } = landed
  if (!record) return { applied, failure: null }
  const wanted = restorable(settings, before, era)
  const { record: after, failure } = await restoreSettings(write, wanted, record)
  if (write.silence.readsHang) return { applied: settledAs(write.change, 'unknown', HALF_WRITTEN), failure }
  const lost = Object.keys(missingSettings(settings, after)).filter((field) => !(field in wanted))
  const written = await compare(write, applied, {
    // The edited fields, too, are to hold what was sent and nothing else.
    before: { ...before, ...wholeFields(before, write.edits), ...wanted },
    answered,
    after,
    // What cannot be put back was told, and consented to.
    intended: [...era.alsoWrites, ...lost],
    sent,
    inFile: write.change.file !== null,
  })
  return { ...written, failure: failure ?? written.failure }
}
