import { z } from 'zod'
import type { HeldFields } from '../record/held.ts'
import { serverIdentity } from '../record/server.ts'
import type { RuleSet } from '../rule/rule.ts'

/**
 * One text of one server, whole, by its path (`url`, `args[1]`): what it is and what it becomes; `null` where absent.
 * `rules`: the names of those that make it so, `id` or `id#2`; absent in journals of before, and where no rule did.
 */
export const edit = z.object({
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  rules: z.array(z.string()).optional(),
})
export type Edit = z.infer<typeof edit>

/**
 * A file in which a server is changed, in place of LiteLLM's API. `path` is absolute; `server` its key under
 * `mcp_servers` of the file `config`; `variable` the one in a `.env` file that holds its URL, `null` in a config.yaml, and `place`
 * the one of which that is made, where it is changed there.
 */
export const changedFile = z.object({
  path: z.string(),
  config: z.string(),
  server: z.string(),
  variable: z.string().nullable(),
  place: z.string().optional(),
  sharers: z.array(z.string()).optional(),
})
export type ChangedFile = z.infer<typeof changedFile>

/** Something that a change brings with it besides the new value. */
export const effect = z.object({ code: z.string(), message: z.string(), reversible: z.boolean() })
export type Effect = z.infer<typeof effect>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isTexts(value: unknown): boolean {
  if (!isObject(value)) return false
  for (const name in value) if (typeof value[name] !== 'string') return false
  return true
}

/** Hashes by field. Looked at, not copied: a journal holds tens of thousands of them. */
export const hashes = z.custom<Record<string, string>>(isTexts)

/**
 * One server, before and after, as a journal tells of it. `fields` holds a hash of every settable field at planning time and
 * `fingerprint` the hash over those.
 */
export const change = z.object({
  id: z.string(),
  server: serverIdentity,
  /**
   * When the gateway made the server, as its record says. With the id it tells a server from those of other databases, but
   * for copies of this one. Absent where nobody can tell, and in journals of before.
   */
  created: z.string().optional(),
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

/** One server, before and after. `fields`: what it held at planning time; one that holds anything else by now has drifted. */
export type Change = Omit<z.infer<typeof change>, 'fields' | 'fingerprint'> & { fields: HeldFields }

/** The transport that some edits give a server, `null` where it keeps its own. */
export const transportAmong = (edits: readonly Edit[]): string | null =>
  edits.find(({ field }) => field === 'transport')?.after ?? null

/** The ids of the migrations by whose rules an edit was made; that of its change where it names none. */
export const migrationsOf = ({ rules }: Edit, migration: string): string[] =>
  rules ? [...new Set(rules.map((name) => name.replace(/#\d+$/, '')))] : [migration]

/** The migration by which edits are told: that of the first that a rule made, or where none did the first of all. */
export function migrationOf(edits: readonly Edit[], { migrations: [first] }: RuleSet): string {
  const ruled = edits.find(({ rules = [] }) => rules.length > 0)
  return (ruled && migrationsOf(ruled, '')[0]) ?? first?.id ?? ''
}

/** The names of the rules by which a change was made, each once. */
export function ruleNames({
  migration,
  edits,
  landed,
}: Pick<Change, 'migration' | 'edits' | 'landed'>): string[] {
  return [...new Set(aimOf({ edits, landed }).flatMap(({ rules }) => rules ?? [migration]))]
}

/** The edits that a change stands for: its own, or where only settings are put back those that landed before it. */
export const aimOf = ({ edits, landed }: Pick<Change, 'edits' | 'landed'>): Edit[] =>
  edits.length > 0 ? edits : landed

/** Is it an environment variable that is changed, for whoever has a URL from it? */
export const isVariable = ({ file }: Change): boolean => file !== null && file.variable !== null

/** How LiteLLM speaks to the server of a change once that is written: as it is told there, or as before. */
export function newTransport({ edits, transport }: Pick<Change, 'edits' | 'transport'>): string | null {
  return transportAmong(edits) ?? transport
}

/** The new URL that a change gives its server, or `null` where it gives it none. */
export function newUrl({ edits }: Change): string | null {
  return edits.find(({ field }) => field === 'url')?.after ?? null
}

/** A change of a server, be it planned, made or left alone. */
export interface OfServer {
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
