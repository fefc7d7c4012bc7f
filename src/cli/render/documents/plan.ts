import { z } from 'zod'
import { awaiting, change, gateway, migration, note, skipped } from './parts.ts'
import { count, document, flag, list, text, time } from './shape.ts'

/** `plan/1`: all that a run would do. */
export const planSchema = document('plan/1', {
  createdAt: time.describe('When it was made.'),
  gateway: gateway.describe('The gateway that it is for.'),
  reverts: text.nullable().describe('The run that it takes back, `null` for a migration.'),
  migrations: list(migration).describe('The migrations by which it was made.'),
  changes: list(
    change.extend({ awaiting }).meta({ id: 'planned-change', description: 'A change of a plan.' }),
  ).describe(
    'All that would be written, with what waits for a consent. A server whose URL is in a `.env` file has a change for each file.',
  ),
  skipped: list(skipped).describe('Servers that are left alone, and why.'),
  notes: list(note).describe('Remarks that change nothing.'),
  origins: list(
    z.strictObject({
      origin: text.describe('Scheme, host and port.'),
      count: count.describe('How many of the listed servers are at it.'),
    }),
  ).describe('The origins of all listed URLs, the most frequent first.'),
  restartRequired: flag.describe('Does LiteLLM have to be restarted for it?'),
  summary: z
    .strictObject({
      servers: count.describe('All that the gateway lists.'),
      changes: count.describe('To change, those that wait for a consent among them.'),
      awaiting: count.describe('Of these, waiting for a consent.'),
      unchanged: count.describe(
        'Selected, and not to change: moved already, or not what the migration is about.',
      ),
      skipped: count.describe('Left alone.'),
      excluded: count.describe('Not selected by `--only` and `--except`.'),
      moved: count.describe('Of the unchanged, those that have moved already.'),
    })
    .describe('Servers, each counted once, however many edits it takes to change one.'),
})

/** What `--dry-run --json` prints. */
export type PlanDocument = z.infer<typeof planSchema>
