import { setTimeout as sleep } from 'node:timers/promises'
import { holdsSettings, missingSettings, type Settings, settingsOf } from '../../core/record/oauth.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { Reading, WriteAnswer } from '../../core/record/place.ts'
import { intend, type Write } from './intent.ts'

/** Is the gateway through with a write that did not bring the settings back? */
function isInVain(answer: WriteAnswer, wanted: Settings): boolean {
  if (answer.kind === 'refused') return true
  if (answer.kind === 'unsettled') return answer.answered
  return answer.record !== null && !holdsSettings(answer.record, wanted)
}

/** The record once the settings are back, or once it is clear that they are not; `null` where none can be read in time. */
async function settled(write: Write, wanted: Settings, answer: WriteAnswer): Promise<ServerRecord | null> {
  const end = Date.now() + write.patienceMs
  for (let pause = 100; ; pause = Math.min(pause * 2, 3000)) {
    const reading: Reading = await write.place.read(write.change.server.id, Math.max(0, end - Date.now()))
    const record = reading.kind === 'record' ? reading.record : null
    if (record && (holdsSettings(record, wanted) || isInVain(answer, wanted))) return record
    if (write.silence.deaf || Date.now() + pause > end) return record
    await sleep(pause)
  }
}

/** One write of settings, its intent before it. `null` where nothing was written, or nothing is known of it. */
async function attempt(write: Write, missing: Settings, record: ServerRecord): Promise<ServerRecord | null> {
  const writes = Object.keys(missing)
  const recorded = await intend(write, { purpose: 'restore', writes, record }).then(
    () => true,
    () => false,
  )
  if (!recorded) return null
  write.tell('restoring')
  const edits = Object.entries(missing).map(([field, after]) => ({ field, after }))
  const answer = await write.place.write(record, edits)
  write.tell('checking')
  return settled(write, missing, answer)
}

/**
 * Puts settings back that a record has lost, by a write without the URL, and returns the record as it was seen last:
 * what is not there was not seen to come back. A second write follows where the first brought back a part: a first
 * issuer clears what is sent along with it but was there before (`stale_mcp_auth_fields` in db.py of 1.106.2).
 */
export async function restoreSettings(
  write: Write,
  wanted: Settings,
  behind: ServerRecord,
): Promise<ServerRecord> {
  const missing = missingSettings(wanted, behind)
  const before = Object.keys(missing).length
  if (before === 0 || write.silence.cause !== null) return behind
  const found = await attempt(write, missing, behind)
  if (!found) return behind
  // What stood there in the meantime may be somebody's edit.
  const both = { ...wanted, ...settingsOf(behind) }
  const left = Object.keys(missingSettings(both, found)).length
  const isOver = left === 0 || left >= before || write.silence.cause !== null
  return isOver ? found : restoreSettings(write, both, found)
}
