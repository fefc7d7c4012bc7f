import { mayHang } from '../../core/record/may-hang.ts'
import { clearedSettings, missingSettings, restorable, type Settings } from '../../core/record/oauth.ts'
import { type AppliedChange, type CollateralChange, settledAs } from '../../core/plan/report.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import { fieldEdits, wholeFields, writeBody } from '../../core/record/put-body.ts'
import { type AroundWrite, fieldsToRepair, findCollateral, repair, reportCollateral } from './collateral.ts'
import { intend, type Write } from './intent.ts'
import { restoreSettings } from './restore.ts'
import { settle } from './settle.ts'

/** What a write came to; `uncompared` where its other fields could not be compared. */
export interface Written {
  applied: AppliedChange
  uncompared: boolean
}

async function mend(write: Write, around: AroundWrite): Promise<CollateralChange[]> {
  const { id } = write.change.server
  const changes = findCollateral(around)
  const fields = fieldsToRepair(changes, around)
  if (fields.length === 0 || write.silence.cause !== null) return reportCollateral(id, changes, [])
  const recorded = await intend(write, { purpose: 'repair', writes: fields, record: around.after }).then(
    () => true,
    () => false,
  )
  if (recorded) write.tell('repairing')
  return reportCollateral(id, changes, recorded ? await repair(write.place, around, fields) : [])
}

/** Where LiteLLM looks for sign-in settings first, its memory holds the old URL until that ends (1.92.2, seen live). */
const UNHEARD = 'read back as written; LiteLLM did not answer the write, and may not use the new URL yet'

/** The URL is there; of the second write nothing is known. That is no "applied", and nothing that could be compared. */
const halfWritten = ({ change }: Write): Written => ({
  applied: settledAs(change, 'unknown', 'its URL was written; whether its settings are back is not known'),
  uncompared: false,
})

/** What must be there again after a write of the URL: what the record holds now, and what an earlier run lost. */
const settingsBehind = ({ place, change, edits }: Write, record: ServerRecord): Settings => ({
  ...change.settings,
  ...clearedSettings(record, edits, place.era),
})

/** Compares every field with what it should be now, and repairs. */
async function compared(write: Write, applied: AppliedChange, around: AroundWrite): Promise<Written> {
  const collateral = await mend(write, around).catch((error: unknown) => {
    write.onFault(error)
    return null
  })
  // Nobody could read what the repair came to.
  const doubt = write.silence.deaf ? 'whether its other fields are back is not known' : null
  if (collateral)
    return { applied: { ...applied, collateral, error: doubt ?? applied.error }, uncompared: false }
  return { applied: { ...applied, error: 'its other fields could not be compared' }, uncompared: true }
}

/**
 * The write itself, with its intent on disk before it: send, find out, put back the settings that the release clears
 * with the URL, compare every field, repair. Throws `journal-unwritable` when the intent could not be recorded; then
 * nothing was sent. The outcome is the caller's to record.
 */
export async function writeOnce(write: Write, before: ServerRecord): Promise<Written> {
  const { place, change, edits, purpose } = write
  const whole = wholeFields(before, edits)
  const sent = fieldEdits(before, edits, place.era)
  const settings = settingsBehind(write, before)
  await intend(write, { purpose, writes: Object.keys(whole), record: before, settings })
  write.tell('writing')
  const answer = await place.write(before, sent)
  write.tell('checking')
  const settled = await settle(write, answer)
  const applied = settledAs(change, settled.outcome, settled.error && printable(settled.error))
  if (settled.outcome === 'applied' && mayHang(change) && write.silence.isWaiting(change))
    applied.error = UNHEARD
  if (settled.outcome !== 'applied' || !settled.record) return { applied, uncompared: false }
  const wanted = restorable(settings, before, place.era)
  const after = await restoreSettings(write, wanted, settled.record)
  if (write.silence.deaf) return halfWritten(write)
  const lost = Object.keys(missingSettings(settings, after)).filter((field) => !(field in wanted))
  return compared(write, applied, {
    // The edited fields, too, are to hold what was sent and nothing else.
    before: { ...before, ...whole, ...wanted },
    answered: answer.kind === 'accepted' ? answer.record : null,
    after,
    // What cannot be put back was told, and consented to.
    intended: [...place.era.alsoWrites, ...lost],
    sent: Object.keys(writeBody(place.era.putBody, before, sent)),
  })
}

/** The second half of `writeOnce` for a server that got no further: its settings alone, and only those that are gone. */
export async function writeSettings(write: Write, before: ServerRecord): Promise<Written> {
  const wanted = missingSettings(restorable(write.change.settings, before, write.place.era), before)
  const after = await restoreSettings(write, wanted, before)
  if (write.silence.deaf) return halfWritten(write)
  return compared(write, settledAs(write.change, 'applied'), {
    before: { ...before, ...wanted },
    answered: null,
    after,
    intended: write.place.era.alsoWrites,
    sent: [],
  })
}
