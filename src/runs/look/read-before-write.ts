import { canonical } from '../../core/canonical.ts'
import { isTimeOut, MigrateError } from '../../core/errors.ts'
import type { Edit } from '../../core/plan/change.ts'
import { recordWith } from '../../core/plan/drift.ts'
import { fieldOf } from '../../core/record/path.ts'
import type { Reading } from '../../core/record/place.ts'
import type { ListedServer, ServerRecord } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import { isPrompt, moment } from './moment.ts'

/** What the list tells truly on every release, and a write would overwrite. */
const LISTED = ['url', 'alias', 'transport', 'mcp_access_groups', 'allow_all_keys', 'args', 'env']

/** What it tells truly, too, and only a write of just these would overwrite. */
const ALSO_LISTED = ['static_headers', 'spec_path']

/** A record that is about to be written, or why it cannot be: `edited` where somebody changed it while it was read. */
export type GuardedReading = Reading | { kind: 'edited'; message: string }

/** Nothing, whether it is written as null, false, [] or {}: the list and the record differ in that. */
function plain(value: unknown): string {
  const empty = value === null || value === undefined || value === false
  const hollow = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return empty || hollow ? '' : canonical(value, 'rounded')
}

/**
 * The fields in which the list and the record differ. Another worker lists for up to half a minute what was there before
 * a write of ours: either side of an edit is no edit of somebody else.
 */
function disagreement(record: ServerRecord, listed: ListedServer, edits: readonly Edit[]): string[] {
  const states = [record, recordWith(record, edits, 'before'), recordWith(record, edits, 'after')]
  const written = edits.map(({ field }) => fieldOf(field))
  const compared = [...LISTED, ...ALSO_LISTED.filter((field) => written.includes(field))]
  return compared.filter(
    (field) => field in listed && states.every((state) => plain(listed[field]) !== plain(state[field])),
  )
}

/** How often a record is read that took long, where the list cannot vouch for it: the next read may be prompt. */
const READS = 2

const UNTOLD = 'it took long to read, and the list does not tell whether it was changed meanwhile'

/**
 * Reads the record that is about to be written. Where the gateway took its time to probe a silent backend, the
 * list, which probes nothing, has to agree with it; otherwise somebody edited the server meanwhile. `edits`: what is
 * written there by this run.
 */
export async function readBeforeWrite(
  gateway: Pick<Gateway, 'read' | 'listed'>,
  id: string,
  edits: readonly Edit[] = [],
  reads = READS,
): Promise<GuardedReading> {
  const began = moment()
  const reading = await gateway.read(id)
  if (reading.kind !== 'record' || isPrompt(began)) return reading
  try {
    const listed = await gateway.listed(id)
    // Of an entry that cannot be read exactly, the list holds no more than its names.
    if (listed && !listed.url && reading.record.url)
      return reads > 1
        ? await readBeforeWrite(gateway, id, edits, reads - 1)
        : { kind: 'edited', message: UNTOLD }
    const fields = listed ? disagreement(reading.record, listed, edits) : ['it is no longer listed']
    if (fields.length === 0) return reading
    return { kind: 'edited', message: `changed while it was read: ${fields.map(printable).join(', ')}` }
  } catch (error) {
    return {
      kind: 'unreadable',
      message: error instanceof MigrateError ? error.message : 'the list could not be read',
      silent: isTimeOut(error),
    }
  }
}
