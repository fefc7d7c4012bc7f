import { canonical } from '../../core/canonical.ts'
import { isTimeOut, MigrateError } from '../../core/errors.ts'
import { obstacle } from '../../core/plan/assemble-change.ts'
import { consentsFor, unaccepted } from '../../core/plan/consent.ts'
import {
  type DriftedField,
  driftSincePlan,
  driftSinceWrite,
  holds,
  recordWith,
  reversed,
} from '../../core/plan/drift.ts'
import type { Change, Edit } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Era } from '../../core/record/eras.ts'
import { clearedSettings, oauthEffects } from '../../core/record/oauth.ts'
import { fieldOf } from '../../core/record/path.ts'
import type { Reading } from '../../core/record/place.ts'
import { settableNames } from '../../core/record/resets.ts'
import type { ListedServer, ServerRecord } from '../../core/record/server.ts'
import { shownPath } from '../../core/show/redact.ts'
import { printable } from '../../core/show/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import { isPrompt, moment } from '../moment.ts'

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

/**
 * Where a change leads. `apply`: any difference from what was planned is drift. `revert`: only a field that the run wrote
 * and that holds something else now; later edits elsewhere stay. `restore`: its edits have landed before, and only its
 * settings are put back; they have to be there still.
 */
export type Direction = 'apply' | 'revert' | 'restore'

/** Where a change of a plan leads. */
export function directionOf({ edits }: Change, { reverts }: Pick<Plan, 'reverts'>): Direction {
  if (edits.length === 0) return 'restore'
  return reverts === null ? 'apply' : 'revert'
}

const LOST = 'no longer holds what was written'

const DRIFT: Record<
  Direction,
  { name: string; find: (change: Change, record: ServerRecord) => DriftedField[] }
> = {
  apply: { name: 'changed since it was shown', find: driftSincePlan },
  // What is taken back now is what the run wrote then.
  revert: { name: LOST, find: ({ edits }, record) => driftSinceWrite(reversed(edits), record) },
  restore: { name: LOST, find: ({ landed }, record) => driftSinceWrite(landed, record) },
}

/** What writing the record would lose by now that nobody consented to, in words, or `null`. */
function unasked(change: Change, record: ServerRecord, era: Era): string | null {
  const settings = { ...change.settings, ...clearedSettings(record, change.edits, era) }
  const effects = oauthEffects(record, change.edits, settings, { era, signIns: null })
  const codes: readonly string[] = unaccepted(effects, consentsFor(change.effects))
  const losses = effects.filter(({ code }) => codes.includes(code)).map(({ message }) => message)
  return losses.length === 0 ? null : `nobody was asked about this: ${losses.join('; ')}`
}

const OR_MIXED = 'or another release of LiteLLM answered'

/** Does a record show other fields than the one that a change was planned for? */
const showsOthers = ({ fields, file }: Change, record: ServerRecord): boolean =>
  file === null && Object.keys(fields).toSorted().join() !== settableNames(record)

/** Why a record that was read a moment ago is to be left alone, and in what it differs; `null` where nothing speaks against writing it. */
export function objectionTo(
  change: Change,
  record: ServerRecord,
  direction: Direction,
  era: Era,
): { error: string; drift: DriftedField[] } | null {
  const isRestore = direction === 'restore'
  if (!isRestore && holds(record, change.edits, 'after'))
    return { error: 'it holds the new value already, and not from this run', drift: [] }
  const { name, find } = DRIFT[direction]
  const drift = find(change, record)
  if (drift.length > 0) {
    const fields = drift.map(({ field }) => printable(shownPath(field))).join(', ')
    const moved = direction === 'apply' && showsOthers(change, record) ? `${name}, ${OR_MIXED}` : name
    return { error: `${moved}: ${fields}`, drift }
  }
  const error = isRestore
    ? null
    : (obstacle(record, change.edits, era)?.message ?? unasked(change, record, era))
  return error === null ? null : { error, drift: [] }
}
