import { z } from 'zod'
import type { Change, Edit } from './change.ts'
import type { Consent } from './consent/consent.ts'
import type { DriftedField } from './drift.ts'
import type { Era } from '../record/eras.ts'
import type { ToolPrint, Tried } from '../reach/reach.ts'
import { serverIdentity } from '../record/server.ts'
import { SKIPPED_CODES } from '../skipped-codes.ts'

export const skippedCode = z.enum(SKIPPED_CODES)
export type SkippedCode = z.infer<typeof skippedCode>

/** What would have been written to a server that drifted, and in what it differs. */
export interface Contested {
  migration: string
  edits: Edit[]
  fields: DriftedField[]
}

/** A server that is left alone, and why. `matched` is `null` where its URL could not be learned. */
export interface Skipped {
  server: z.infer<typeof serverIdentity>
  matched: boolean | null
  code: SkippedCode
  message: string
  url: string | null
  /** Where it drifted since a run that is being taken back. */
  contested?: Contested
  /** What a person would have to change in a file by hand, line by line. */
  patch?: string[]
}

/** A remark that changes nothing: the old address in another field, a suspicious list, a server deleted meanwhile. */
export interface Note {
  code:
    | 'old-address'
    | 'near-miss'
    | 'suspicious-list'
    | 'empty-url'
    | 'file-fault'
    | 'file-fixed'
    | 'duplicate-key'
    | 'start-fault'
    | 'deleted'
    | 'unlisted'
    | 'newer-release'
    | 'release-note'
    | 'other-run'
    | 'clock-ahead'
    | 'other-address'
    | 'still-changed'
    | 'not-restorable'
    | 'by-form'
    | 'not-by-rule'
    | 'no-database'
    | 'rule-changed'
    | 'same-url'
    | 'not-listed'
  server: z.infer<typeof serverIdentity> | null
  field: string | null
  message: string
}

/** The gateway a plan is for: `url` normalised, with its root path and no slash at its end. */
export interface GatewayIdentity {
  url: string
  version: string | null
  account: string
  /** `false` where LiteLLM has no database: then all its servers stand in config.yaml. */
  database?: false
}

/**
 * Why a change of a plan is not to be written: it waits for somebody's consent to its effects, or the person who was
 * asked does not want it.
 */
export type Withheld =
  | { reason: 'awaiting'; consents: readonly Consent[] }
  | { reason: 'declined'; consents: readonly [] }

/** A plan: all that a run will do, as plain values. A revert is a plan too, with the run that it takes back. */
export interface Plan {
  createdAt: string
  gateway: GatewayIdentity
  reverts: string | null
  migrations: { id: string; sha256: string }[]
  /** All that would be written, with what waits for a consent. */
  changes: Change[]
  /** Those among them that are not to be written, by the change's id. */
  withheld: Readonly<Record<string, Withheld>>
  skipped: Skipped[]
  notes: Note[]
  /** The migrations from somebody's own files that no run of this gateway had before; none where absent. */
  strangers?: string[]
  /** Ids of the servers that are changed last, as LiteLLM waits for their backends whenever it reads them; none where absent. */
  silent?: string[]
  /** What was found at the new addresses, by the change's id; empty where nobody tried. */
  preflight: Record<string, Tried>
  /** The tools that servers listed before the run, by the server's id: `null` where they could not be listed. */
  tools: Record<string, ToolPrint[] | null>
  /** Origins of all listed URLs with counts, most frequent first. */
  origins: { origin: string; count: number }[]
  /** Servers, each counted once, however many edits it takes to change one. */
  summary: {
    servers: number
    changes: number
    unchanged: number
    skipped: number
    excluded: number
    moved: number
  }
}

/** The changes of a plan that will be written. */
export function readyChanges({ changes, withheld }: Pick<Plan, 'changes' | 'withheld'>): Change[] {
  return changes.filter(({ id }) => !(id in withheld))
}

/** The changes of a plan that wait for somebody's consent. */
export function awaitingChanges({ changes, withheld }: Pick<Plan, 'changes' | 'withheld'>): Change[] {
  return changes.filter(({ id }) => withheld[id]?.reason === 'awaiting')
}

/**
 * Do changes take effect only when LiteLLM is restarted? `required` where one is in a file, which LiteLLM reads when it
 * starts, whatever the release; `no` where there is none.
 */
export function restartFor(changes: readonly Pick<Change, 'file'>[], era: Era): Era['restart'] {
  if (changes.length === 0) return 'no'
  return changes.some(({ file }) => file !== null) ? 'required' : era.restart
}

/** Was this server meant, and is it left alone all the same? That makes the exit code 1, 3 or 4. */
export function isLeftBehind(skipped: Skipped): boolean {
  return skipped.matched === true || skipped.matched === null
}
