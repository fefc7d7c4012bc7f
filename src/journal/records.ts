import { z } from 'zod'
import { aimOf, type Change, change, edit, hashes } from '../core/plan/change.ts'
import { fingerprint, hashesOf } from '../core/record/held.ts'
import type { ToolPrint } from '../core/reach/reach.ts'
import { LAST_ORDINAL } from '../core/run/order.ts'
import { readAddress } from '../core/rule/address.ts'
import type { Outcome } from '../core/run/outcome.ts'
import { lookedAt } from './looked-at.ts'

/** Version of the journal's format. A line of a newer one is never guessed at. */
export const JOURNAL_VERSION = 1

const outcomeName = z.enum([
  'applied',
  'not-applied',
  'failed',
  'drifted',
  'unknown',
  'reverted',
] satisfies Outcome[])

/** A field that changed though nobody asked; values that may be secret stand as `{sha256}`. */
const collateral = z.object({
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  repaired: z.boolean(),
})

const toolPrint = z.object({ name: z.string(), schema: z.string() }) satisfies z.ZodType<ToolPrint>

/**
 * A change in a line of version 1: where only settings are put back, the edits that landed before stand in the place of its
 * own, marked as `onlySettings`.
 */
const changeInLine = lookedAt(
  change
    .omit({ landed: true })
    .extend({ edits: z.array(edit).min(1), onlySettings: z.boolean().default(false) }),
).transform(({ onlySettings, fingerprint: _fingerprint, ...rest }): Change => {
  const { edits } = rest
  return Object.assign(rest, onlySettings ? { edits: [], landed: edits } : { landed: [] })
})

/** A change as such a line holds it. */
function inLine(planned: Change): object {
  const { landed: _landed, fields: held, ...rest } = planned
  const fields = hashesOf(held)
  const own = { edits: aimOf(planned), onlySettings: rest.edits.length === 0 }
  return { ...rest, ...own, fields, fingerprint: fingerprint(fields) }
}

/** What is shown as it is, and stands in printed commands: the id of a run, why one was stopped. */
const word = z.string().regex(/^\w[\w-]*$/)

/** As a gateway's URL is kept: an address that is shown whole, without user info, query or fragment. */
const gatewayUrl = z
  .string()
  .regex(/^[^\p{C}\p{Z}?#]*$/u)
  .refine((url) => readAddress(url).kind === 'address')

const runStarted = z.object({
  type: z.literal('run-started'),
  run: word,
  tool: z.string(),
  user: z.string(),
  host: z.string(),
  pid: z.int(),
  gateway: z.object({ url: gatewayUrl, version: z.string().nullable() }),
  account: z.string(),
  reverts: word.nullable(),
  /** Its place among the runs of this journal; journals of before lack it. */
  ordinal: z.int().min(1).max(LAST_ORDINAL).optional(),
  migrations: z.array(z.object({ id: z.string(), sha256: z.string() })),
  /** Servers that the gateway listed: a later, shorter list is suspicious. */
  servers: z.int(),
  /** Tools by server before the run, `null` where they could not be listed; empty where nobody asked. */
  tools: z.record(z.string(), z.array(toolPrint).nullable()).default({}),
  /** All that the run set out to do, whole: a revert, or finishing after a crash, needs nothing else. */
  changes: z.array(changeInLine),
})

/**
 * Written and on disk before the request leaves. `fields`: hashes of the record as it was in that moment,
 * none where they are those of the change itself, as planned.
 * `take-back`: the run itself takes back what it has written, as one of its changes failed. `restore`: a second write,
 * of settings that the release clears with the URL; the intent of the first holds them as `settings`, whole.
 */
const intent = z.object({
  type: z.literal('intent'),
  change: z.string(),
  purpose: z.enum(['change', 'restore', 'repair', 'take-back']),
  writes: z.array(z.string()),
  fields: hashes,
  settings: z.record(z.string(), z.unknown()).optional(),
})

const outcome = z.object({
  type: z.literal('outcome'),
  change: z.string(),
  outcome: outcomeName,
  collateral: z.array(collateral),
  error: z.string().nullable(),
})

const runFinished = z.object({ type: z.literal('run-finished'), halted: word.nullable() })

/** What happened, before it gets its place in the chain. */
export type JournalEvent =
  | z.infer<typeof runStarted>
  | z.infer<typeof intent>
  | z.infer<typeof outcome>
  | z.infer<typeof runFinished>

/** What happened, with all that a gateway says in words as `cleared` leaves it. What a revert needs stays as it is. */
export function clearedEvent(happened: JournalEvent, cleared: (text: string) => string): JournalEvent {
  if (happened.type === 'run-started') {
    const { account, gateway } = happened
    const version = gateway.version && cleared(gateway.version)
    return { ...happened, account: cleared(account), gateway: { ...gateway, version } }
  }
  if (happened.type !== 'outcome' || happened.error === null) return happened
  return { ...happened, error: cleared(happened.error) }
}

/** A list in a line that may be long: its name, and what stands in it. */
export type LongList = readonly [name: string, entries: readonly object[]]

/** What happened, as a line of this version holds it: its members, and the list that stands last in it, if any. */
export function lineOf(happened: JournalEvent): { members: object; list: LongList | null } {
  if (happened.type !== 'run-started') return { members: happened, list: null }
  const { changes, ...members } = happened
  return { members, list: ['changes', changes.map(inLine)] }
}

export type IntentPurpose = z.infer<typeof intent>['purpose']
export type RunStarted = z.infer<typeof runStarted>

/** A line's place: its number from 0, the time, the hash that the line before carries (`null` in the first), and its own. */
const link = {
  v: z.literal(JOURNAL_VERSION),
  seq: z.int().min(0),
  time: z.iso.datetime(),
  prev: z.string().nullable(),
  sha256: z.string(),
}

/** A line of the journal: what happened, in its place. */
export const journalRecord = lookedAt(
  z.discriminatedUnion('type', [
    intent.extend(link),
    outcome.extend(link),
    runStarted.extend(link),
    runFinished.extend(link),
  ]),
)
export type JournalRecord = z.infer<typeof journalRecord>
