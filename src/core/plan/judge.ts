import type { Era } from '../record/eras.ts'
import { restorable, type Settings } from '../record/oauth.ts'
import { valueAt } from '../record/path.ts'
import type { Reading } from '../record/place.ts'
import type { ServerIdentity, ServerRecord } from '../record/server.ts'
import { PINNED_ID } from '../config/read/record.ts'
import { shownPath, shownText } from '../show/redact.ts'
import { printable } from '../show/text.ts'
import { assembleChange, obstacle, puttingBack } from './assemble-change.ts'
import { type Change, type ChangedFile, type Edit, type Effect } from './change.ts'
import { type DriftedField, driftSinceWrite, holds, reversed } from './drift.ts'
import type { Skipped, SkippedCode } from './plan.ts'

type ReadRecord = Extract<Reading, { kind: 'record' }>

/** What was found of a server. */
export interface Found {
  /** What was read of it, or why that brought nothing; `null` where nothing had to be read. */
  reading: ReadRecord | { kind: 'absent' | 'wrong-id' | 'unreadable'; message: string } | null
  /** How many people's sign-ins are stored with it, `null` where nobody can tell. */
  signIns: number | null
  /** Its URL, as it is told with a server that is left alone: not masked. */
  url: string | null
}

/** Why a server is to be left alone. `patch`: what a person would change by hand. */
export interface Objection {
  code: SkippedCode
  message: string
  patch?: string[]
}

/** What is wanted of a server. */
export interface Aim {
  server: ServerIdentity
  migration: string
  edits: readonly Edit[]
  /** Are they to be made whatever text stands there now? Otherwise what they begin with has to. */
  overEdits: boolean
  /** The file that they are made in, `null` where it is the API. */
  file: ChangedFile | null
  effects: readonly Effect[]
  /** OAuth settings that an earlier run lost, and that the record lacks still. */
  lost: Settings
  /** Does the rule match its URL? `null` where that could not be learned. */
  matched: boolean | null
  /** What whoever wants it says against it, before it is looked at. */
  objection: Objection | null
  /** Where no edits are to be made: is that as they have been made? */
  moved: boolean
}

/** What is to become of a server. `moved`: it is as it is to be. */
export type Judgement =
  | { kind: 'change'; change: Change }
  | { kind: 'skipped'; skipped: Skipped }
  | { kind: 'nothing'; moved: boolean }

/** An aim with what has to be said of every one. */
export function aimAt(
  aim: Pick<Aim, 'server' | 'migration' | 'edits'>,
  more: Partial<Omit<Aim, 'server' | 'migration' | 'edits'>> = {},
): Aim {
  const {
    server,
    migration,
    edits,
    overEdits = false,
    file = null,
    effects = [],
    lost = {},
  } = { ...aim, ...more }
  const { matched = true, objection = null, moved = true } = more
  // In one piece: what is put together by spreading takes more memory, and there are thousands of these.
  return { server, migration, edits, overEdits, file, effects, lost, matched, objection, moved }
}

/** What a drifted place holds now, in words. */
function stateNow({ field, now }: DriftedField): string {
  // An id is shown whole: what looks like a token in it is not one.
  if (field === PINNED_ID) return `server_id to ${typeof now === 'string' ? printable(now) : 'nothing'}`
  const value = typeof now === 'string' ? printable(shownText(field, now)) : 'nothing'
  return field === 'url' ? `to ${value}` : `${printable(shownPath(field))} to ${value}`
}

/** That something else stands at some places than the edits begin with, with what would be written over it. */
function drifted(
  record: ServerRecord,
  { migration, edits, file }: Aim,
): Omit<Skipped, 'server' | 'matched' | 'url'> {
  const fields = driftSinceWrite(reversed(edits), record)
  const message = `changed since then, ${fields.map(stateNow).join(', ')}; left as it is`
  const contested = file === null ? { contested: { migration, edits: [...edits], fields } } : {}
  return { code: 'drifted', message, ...contested }
}

/** The edits that lead from what a record holds now to what is wanted; `null` where it holds no text. */
function editsFromNow(record: ServerRecord, edits: readonly Edit[]): Edit[] | null {
  const found = edits.map((each) => ({ ...each, before: valueAt(record, each.field) }))
  return found.every((edit): edit is Edit => typeof edit.before === 'string') ? found : null
}

/** What is to become of a server whose record was read. */
function judgeRecord({ record, source }: ReadRecord, { signIns, url }: Found, aim: Aim, era: Era): Judgement {
  const { server, migration, overEdits, file, effects, lost } = aim
  const change = (edits: Edit[]): Change =>
    assembleChange(record, server, migration, edits, { era, signIns, lost, file, effects })
  const skip = (why: Omit<Skipped, 'server' | 'matched' | 'url'>): Judgement => ({
    kind: 'skipped',
    skipped: { server, matched: true, ...why, url },
  })
  const isElsewhere = source === 'config' && file === null
  if (holds(record, aim.edits, 'after')) {
    const back = restorable(lost, record, era)
    // Its URL is not written, so nothing is lost by it.
    return isElsewhere || Object.keys(back).length === 0
      ? { kind: 'nothing', moved: true }
      : { kind: 'change', change: puttingBack(change([...aim.edits]), back) }
  }
  const edits = overEdits ? editsFromNow(record, aim.edits) : [...aim.edits]
  if (edits === null) return skip({ code: 'malformed', message: 'it holds no text there now' })
  if (!holds(record, edits, 'before')) return skip(drifted(record, aim))
  if (isElsewhere) return skip({ code: 'config-defined', message: "now defined in LiteLLM's config.yaml" })
  const hindrance = obstacle(record, edits, era)
  return hindrance ? skip(hindrance) : { kind: 'change', change: change(edits) }
}

/**
 * What is to become of a server, going forward, back, or over somebody's edits: it is changed, left alone, or there is
 * nothing to do. `era`: that of where it is written, the gateway's release or a file.
 */
export function judge(found: Found, aim: Aim, era: Era): Judgement {
  const { reading, url } = found
  const { server, matched, objection } = aim
  if (objection) return { kind: 'skipped', skipped: { server, matched, ...objection, url } }
  if (reading !== null && reading.kind !== 'record') {
    const message = reading.kind === 'absent' ? 'it is no longer there' : reading.message
    return { kind: 'skipped', skipped: { server, matched, code: reading.kind, message, url } }
  }
  // Of a change that only put settings back there is nothing to take back.
  if (aim.edits.length === 0 || reading === null) return { kind: 'nothing', moved: aim.moved }
  return judgeRecord(reading, found, aim, era)
}
