import { holdsSettings, missingSettings, type Settings, settingsOf } from '../../core/record/oauth.ts'
import type { Reading, WriteAnswer } from '../../core/record/place.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { until } from '../until.ts'
import type { Write } from './context.ts'
import { intendMending, type JournalFailure } from './intent.ts'
import { toldRecord } from './settle.ts'

/** The record as it was seen last: what is not there was not seen to come back. `failure`: no further write could be recorded. */
interface Restored {
  record: ServerRecord
  failure: JournalFailure | null
}

const recordIn = (reading: Reading): ServerRecord | null =>
  reading.kind === 'record' ? reading.record : null

/** Is the gateway through with a write that did not bring the settings back? */
function isInVain(answer: WriteAnswer, wanted: Settings): boolean {
  if (answer.kind === 'refused') return true
  if (answer.kind === 'unsettled') return answer.answered
  return answer.record !== null && !holdsSettings(answer.record, wanted)
}

/**
 * Writes settings, and returns the record once they are back or clearly are not; `null` where none can be read in time.
 * `isLate`: the write was held back, as somebody had changed the server.
 */
async function writeSettings(
  { place, change, patienceMs, silence, tell }: Write,
  missing: Settings,
  before: ServerRecord,
): Promise<{ found: ServerRecord | null; isLate: boolean }> {
  tell('restoring')
  const edits = Object.entries(missing).map(([field, after]) => ({ field, after }))
  const answer = await place.write(before, edits)
  tell('checking')
  const told = toldRecord(answer, before)
  if (told) return { found: told, isLate: false }
  const { last } = await until(
    { ms: patienceMs, isOver: () => silence.readsHang },
    (leftMs) => place.read(change.server.id, leftMs),
    (reading) => {
      const record = recordIn(reading)
      return record && (holdsSettings(record, missing) || isInVain(answer, missing)) ? record : null
    },
  )
  return { found: recordIn(last), isLate: answer.kind === 'refused' && answer.isLate === true }
}

/** How often settings are written that do not come back at once, or whose write is held back. */
const WRITES = 5

/**
 * Puts settings back that a record has lost, by a write without the URL, its intent before it. A second write follows
 * where the first brought back a part, or was held back: a first issuer clears what is sent along with it but was there before
 * (`stale_mcp_auth_fields` in db.py of 1.106.2).
 */
export async function restoreSettings(
  write: Write,
  wanted: Settings,
  record: ServerRecord,
  left = WRITES,
): Promise<Restored> {
  const missing = missingSettings(wanted, record)
  const writes = Object.keys(missing)
  if (writes.length === 0 || write.silence.cause !== null) return { record, failure: null }
  const failure = await intendMending(write, { purpose: 'restore', writes, record })
  if (failure) return { record, failure }
  const { found, isLate } = await writeSettings(write, missing, record)
  if (!found) return { record, failure: null }
  // What stood there in the meantime may be somebody's edit.
  const both = { ...wanted, ...settingsOf(record) }
  const lacking = Object.keys(missingSettings(both, found)).length
  const isInVainAgain = !isLate && lacking >= writes.length
  const isOver = lacking === 0 || isInVainAgain || left <= 1 || write.silence.cause !== null
  return isOver ? { record: found, failure: null } : restoreSettings(write, both, found, left - 1)
}
