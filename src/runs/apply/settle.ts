import { holds } from '../../core/plan/drift.ts'
import type { Edit } from '../../core/plan/change.ts'
import type { Outcome } from '../../core/run/outcome.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import type { Reading, WriteAnswer } from '../../core/record/place.ts'
import { isSameRelease } from '../../core/record/resets.ts'
import { until } from '../until.ts'
import type { Write } from './context.ts'

/** What a write came to, and the record as it was found afterwards. */
export interface Settlement {
  outcome: Extract<Outcome, 'applied' | 'failed' | 'unknown'>
  record: ServerRecord | null
  error: string | null
}

/** An answer to a write that left. */
type SentAnswer = Exclude<WriteAnswer, { kind: 'refused' }>

/** Decides from one read; `null` when it does not tell. */
function decide(reading: Reading, answer: SentAnswer, edits: readonly Edit[]): Settlement | null {
  if (reading.kind !== 'record') return null
  const { record } = reading
  if (holds(record, edits, 'after')) return { outcome: 'applied', record, error: null }
  if (!holds(record, edits, 'before')) {
    return {
      outcome: 'unknown',
      record,
      error: 'somebody else changed it at the same moment; it was left as they wrote it',
    }
  }
  // The gateway is through with the request and has not written: its 500 came before the commit.
  if (answer.kind === 'unsettled' && answer.answered)
    return { outcome: 'failed', record, error: answer.message }
  return null
}

function doubt(answer: SentAnswer, reading: Reading, inFile: boolean): string {
  const accepted = inFile ? 'the file was written' : 'the gateway accepted the change'
  const unclear = (message: string): string => (inFile ? message : `no clear answer (${message})`)
  const answered = answer.kind === 'accepted' ? accepted : unclear(answer.message)
  const found =
    reading.kind === 'record' ? `${inFile ? 'it' : 'the record'} still shows the old value` : reading.message
  return `${answered}, but ${found}`
}

/** What happened to a file since it was written. */
const since = (answer: SentAnswer): string | null => (answer.kind === 'unsettled' ? answer.message : null)

/**
 * The record that a write's own answer shows, where it tells as much as a read by id: it is what LiteLLM's database returned for
 * the update (`edit_mcp_server` in mcp_management_endpoints.py; seen on all releases tried). `before`: as it was read.
 */
export function toldRecord(answer: WriteAnswer, before: ServerRecord): ServerRecord | null {
  const record = answer.kind === 'accepted' ? answer.record : null
  return record && record.server_id === before.server_id && isSameRelease(before, record) ? record : null
}

/**
 * Finds out whether a write landed: from its own answer where that shows the whole record as it was to be, otherwise by
 * reading, again and again for `patienceMs`, as a request whose answer was lost may still be under way. Then it is unknown,
 * and at once where reads are not answered either.
 */
export async function settle(
  { place, change, edits, patienceMs, silence }: Write,
  answer: WriteAnswer,
  before: ServerRecord,
): Promise<Settlement> {
  if (answer.kind === 'refused') return { outcome: 'failed', record: null, error: answer.message }
  const told = toldRecord(answer, before)
  if (told && holds(told, edits, 'after')) return { outcome: 'applied', record: told, error: null }
  const inFile = change.file !== null
  const { decision, last } = await until(
    { ms: patienceMs, isOver: () => silence.readsHang },
    (leftMs) => place.read(change.server.id, leftMs),
    (reading) => decide(reading, answer, edits),
  )
  if (!decision) return { outcome: 'unknown', record: null, error: doubt(answer, last, inFile) }
  return inFile ? { ...decision, error: decision.error ?? since(answer) } : decision
}
