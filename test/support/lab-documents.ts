import { z } from 'zod'

const time = z.iso.datetime()
const server = z.object({
  id: z.string(),
  name: z.string().nullable(),
  alias: z.string().nullable(),
  source: z.enum(['database', 'config']),
})
const gateway = z.object({ url: z.url(), version: z.string().nullable() })
const edit = z.object({
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  masked: z.boolean(),
})
const effect = z.object({ code: z.string(), message: z.string(), reversible: z.boolean() })
const change = z.object({
  id: z.string(),
  server,
  migration: z.string(),
  edits: z.array(edit),
  effects: z.array(effect),
  awaiting: z.array(z.string()),
  fingerprint: z.string(),
})
const code = z.enum([
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
const skipped = z.object({ server, matched: z.boolean().nullable(), code, message: z.string() })
const note = z.object({
  code: z.string(),
  server: server.nullable(),
  field: z.string().nullable(),
  message: z.string(),
})

/** `mcp-url-migrate/plan/1`, as `cli.md` promises it, with the notes that came to it. */
export const planDocument = z.object({
  schema: z.literal('mcp-url-migrate/plan/1'),
  createdAt: time,
  gateway,
  migrations: z.array(z.object({ id: z.string(), sha256: z.string().regex(/^[\da-f]{64}$/) })),
  changes: z.array(change),
  skipped: z.array(skipped),
  notes: z.array(note),
  restartRequired: z.boolean(),
  summary: z.object({
    servers: z.int(),
    changes: z.int(),
    awaiting: z.int(),
    unchanged: z.int(),
    skipped: z.int(),
  }),
})

const collateral = z.object({
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  repaired: z.boolean(),
})
const outcome = z.enum(['applied', 'not-applied', 'failed', 'drifted', 'unknown', 'reverted'])

/** `mcp-url-migrate/run/1` */
export const runDocument = z.object({
  schema: z.literal('mcp-url-migrate/run/1'),
  run: z
    .object({ id: z.string(), startedAt: time, finishedAt: time, reverts: z.string().nullable() })
    .nullable(),
  gateway,
  changes: z.array(
    change.extend({
      outcome,
      reason: z.enum(['awaiting', 'declined', 'stopped']).nullable(),
      collateral: z.array(collateral),
      error: z.string().nullable(),
    }),
  ),
  skipped: z.array(skipped),
  restartRequired: z.boolean(),
  propagation: z
    .object({ agreed: z.boolean(), answers: z.int(), old: z.int(), seconds: z.number() })
    .nullable(),
  summary: z.object({
    applied: z.int(),
    notApplied: z.int(),
    failed: z.int(),
    drifted: z.int(),
    unknown: z.int(),
    reverted: z.int(),
  }),
})

const held = z.object({ holders: z.array(z.string()), complete: z.boolean() })

/** `mcp-url-migrate/status/1`, as far as these tests ask it. */
export const statusDocument = z.object({
  schema: z.literal('mcp-url-migrate/status/1'),
  moves: z.array(
    z.object({
      server: z.string(),
      took: z.boolean().nullable(),
      ids: z.object({ before: z.string(), now: z.string(), heldBefore: held, heldNow: held }).nullable(),
    }),
  ),
})

/** A run document, read. */
export type RunDocument = z.infer<typeof runDocument>

/** `mcp-url-migrate/error/1` */
export const errorDocument = z.object({
  schema: z.literal('mcp-url-migrate/error/1'),
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
})

/** `mcp-url-migrate/history/1` */
export const historyDocument = z.object({
  schema: z.literal('mcp-url-migrate/history/1'),
  runs: z.array(
    z.object({
      id: z.string(),
      startedAt: time,
      finishedAt: time.nullable(),
      gateway,
      reverts: z.string().nullable(),
      revertedBy: z.string().nullable(),
      head: z.string(),
      summary: runDocument.shape.summary,
    }),
  ),
  problems: z.array(z.object({ file: z.string(), line: z.int().nullable(), message: z.string() })),
})

/** The names of the servers in a list of changes or of skipped servers, in order. */
export function serverNames(entries: readonly { server: { name: string | null } }[]): string[] {
  return entries.map(({ server: { name } }) => String(name)).toSorted()
}

/** Those that wait for a consent, or those that do not: a plan shows both. */
export function waitingOf<T extends { awaiting: readonly string[] }>(
  changes: readonly T[],
  waits: boolean,
): T[] {
  return changes.filter(({ awaiting }) => awaiting.length > 0 === waits)
}
