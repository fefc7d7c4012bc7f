import { z } from 'zod'
import type { Consent } from './consent.ts'
import type { DriftedField } from './drift.ts'
import type { ToolPrint, Tried } from '../reach/reach.ts'
import { serverIdentity } from '../record/server.ts'

/** One text of one server, whole, by its path (`url`, `args[1]`): what it is and what it becomes; `null` where absent. */
export const edit = z.object({
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})
export type Edit = z.infer<typeof edit>

/**
 * A file in which a server is changed, in place of LiteLLM's API. `path` is absolute; `server` its key under
 * `mcp_servers` of the file `config`; `variable` the one in a `.env` file that holds its URL, `null` in a config.yaml.
 */
export const changedFile = z.object({
  path: z.string(),
  config: z.string(),
  server: z.string(),
  variable: z.string().nullable(),
  sharers: z.array(z.string()).optional(),
})
export type ChangedFile = z.infer<typeof changedFile>

/** Something that a change brings with it besides the new value. */
export const effect = z.object({ code: z.string(), message: z.string(), reversible: z.boolean() })
export type Effect = z.infer<typeof effect>

const isTexts = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((member) => typeof member === 'string')

/** Hashes by field. Looked at, not copied: a journal holds tens of thousands of them. */
export const hashes = z.custom<Record<string, string>>(isTexts)

/**
 * One server, before and after. `fields` holds a hash of every settable field at planning time and `fingerprint`
 * the hash over those: a server that no longer has it has drifted.
 */
export const change = z.object({
  id: z.string(),
  server: serverIdentity,
  /** The file that is changed, `null` where it is the API. */
  file: changedFile.nullable().default(null),
  migration: z.string(),
  /**
   * How LiteLLM speaks to it: `sse`, `http` or `stdio`, or `openapi` where it makes the tools from a description; `null`
   * in journals that do not tell.
   */
  transport: z.string().nullable().default(null),
  /** Does LiteLLM send it anything to sign in with? */
  signsIn: z.boolean().default(false),
  /** What is to be written, besides settings; none where an earlier run has written it all. */
  edits: z.array(edit),
  /** What an earlier run has written that got no further: it has to be there still when the settings are put back. */
  landed: z.array(edit).default([]),
  effects: z.array(effect),
  /**
   * OAuth settings that the release clears with the URL, as they were at planning time, and what an earlier run had of
   * them and lost: what must be put back. Whole, as a revert and a recovery need them; shown by name only.
   */
  settings: z.record(z.string(), z.unknown()).default({}),
  fields: hashes,
  fingerprint: z.string(),
})
export type Change = z.infer<typeof change>

/** The edits that a change stands for: its own, or where only settings are put back those that landed before it. */
export const aimOf = ({ edits, landed }: Pick<Change, 'edits' | 'landed'>): Edit[] =>
  edits.length > 0 ? edits : landed

/** Is it an environment variable that is changed, for whoever has a URL from it? */
export const isVariable = ({ file }: Change): boolean => file !== null && file.variable !== null

export const skippedCode = z.enum([
  'config-defined',
  'unreadable',
  'absent',
  'wrong-id',
  'near-miss',
  'user-info',
  'env-reference',
  'malformed',
  'name-rule',
  'drifted',
])
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
    | 'still-changed'
    | 'not-restorable'
    | 'no-database'
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

/** A change of a server, be it planned, made or left alone. */
interface OfServer {
  server: { id: string }
  file?: ChangedFile | null
}

/**
 * What some changes are about: each with the servers that it stands for, as texts. That is its own, and for a URL that
 * others have from the same place those of them that need no change of their own.
 */
export function standingFor<T extends OfServer>(changes: readonly T[]): { change: T; servers: string[] }[] {
  const named = new Set(changes.flatMap(({ file }) => (file ? [file.server] : [])))
  return changes.map((change) => {
    const { path, sharers = [] } = change.file ?? { path: '' }
    const silent = sharers.filter((name) => !named.has(name)).map((name) => `${path} ${name}`)
    return { change, servers: [change.server.id, ...silent] }
  })
}

/** How many servers some changes are about: one may take several changes, and one change may move several. */
export function serversIn(changes: readonly OfServer[]): number {
  return new Set(standingFor(changes).flatMap(({ servers }) => servers)).size
}

/** Was this server meant, and is it left alone all the same? That makes the exit code 1 or 4. */
export function isLeftBehind(skipped: Skipped): boolean {
  return skipped.matched === true || skipped.matched === null
}
