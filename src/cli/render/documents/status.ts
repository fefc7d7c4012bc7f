import { z } from 'zod'
import type { ServerState, ServerStanding } from '../../../core/plan/server-state.ts'
import { errorCode } from './codes/errors.ts'
import { consent, skippedCode } from './codes/plan.ts'
import { recordedHalt } from './codes/run.ts'
import { docker } from './docker.ts'
import { problem } from './history.ts'
import { gatewayAsked, migration, note, server } from './parts.ts'
import { count, coded, document, flag, list, part, text, time } from './shape.ts'

const state = coded<ServerState>('state', 'Where a server stands in a migration.', {
  'to-migrate': 'it would be moved',
  migrated: 'it has been moved',
  config: "it would be moved, and is in LiteLLM's config.yaml",
  skipped: 'it is left alone: `code` and `message` say why',
  other: 'the migration is not about it',
})

const gateway = gatewayAsked.extend({
  problem: z
    .strictObject({
      code: errorCode.describe('What went wrong.'),
      message: text.describe('The same in a sentence.'),
      hint: text.nullable().describe('What to do about it.'),
    })
    .nullable()
    .describe('Why it could not be asked, `null` where it could.'),
})

const standing = part('standing', 'A server, and where it stands.', {
  server: server.describe('The server.'),
  state: state.describe('Where it stands, by the plan that would be made now.'),
  url: text.nullable().describe('Its URL now, `null` where it is unknown.'),
  code: z
    .union([consent, skippedCode])
    .nullable()
    .describe(
      'Why it is left alone, or the first consent that moving it needs; `null` where neither.',
    ) satisfies z.ZodType<ServerStanding['code']>,
  message: text.nullable().describe('The same, in words.'),
  movedBy: text
    .nullable()
    .describe('The run that put it where it is by another rule, while that is in force; `null` elsewhere.'),
  rules: list(text).describe('The rules that would move it, `id` or `id#2`; none where none would.'),
})

const held = part('held', 'Who holds an id of a server.', {
  holders: list(text).describe('Who holds the id, in words: `key ci`, `team platform`.'),
  complete: flag.describe('Was everybody asked?'),
  reason: text.nullable().describe('Why not, `null` where everybody was.'),
})

const move = part('move', 'A move that a run made in a file of LiteLLM.', {
  server: text.describe('The name of the server in its config.yaml.'),
  run: text.describe('The run that moved it.'),
  file: text.describe('The file that holds its URL.'),
  url: text.describe('Its URL in the file since.'),
  took: flag
    .nullable()
    .describe(
      'Does LiteLLM use that URL? Not where it still has to be restarted; `null` where it lists no such server.',
    ),
  unset: text
    .nullable()
    .describe('The variable that LiteLLM was started without, where it lists no URL; `null` elsewhere.'),
  ids: z
    .strictObject({
      before: text.describe('Its id before.'),
      now: text.describe('Its id now.'),
      heldBefore: held.describe('Who holds the id of before.'),
      heldNow: held.describe('Who holds the id that it has now.'),
    })
    .nullable()
    .describe('Where LiteLLM gave it another id; `null` elsewhere.'),
})

const lastRun = z.strictObject({
  id: text.describe('Its id.'),
  startedAt: time.describe('When it began.'),
  finishedAt: time.nullable().describe('When it ended, `null` where it did not.'),
  halted: recordedHalt.nullable().describe('Why it ended before its last change, `null` where it did not.'),
  reverts: text.nullable().describe('The run that it takes back, `null` for a migration.'),
  ended: flag.describe('Did it come to its end?'),
  summary: z
    .strictObject({
      changes: count.describe('That it set out to change.'),
      applied: count.describe('Written.'),
      unsettled: count.describe('Begun, and not known what became of it.'),
    })
    .describe('Servers.'),
})

/** `status/1`: where everything is at one moment. */
export const statusSchema = document('status/1', {
  at: time.describe('When all this was so.'),
  gateway: gateway.describe('The gateway.'),
  migration: migration.nullable().describe('The first of `migrations`.'),
  migrations: list(migration).describe('The migrations by which the servers are judged, in their order.'),
  servers: list(standing)
    .nullable()
    .describe('Every server, and where it stands; `null` where the gateway could not be asked.'),
  moves: list(move)
    .nullable()
    .describe('What became of moves in files of LiteLLM; `null` where the gateway could not be asked.'),
  notes: list(note).nullable().describe('Remarks; `null` where the gateway could not be asked.'),
  lastRun: lastRun.nullable().describe('The newest run of this gateway, `null` where there is none.'),
  journal: z
    .strictObject({
      location: text.describe('Its folder.'),
      runs: count.describe('How many runs of this gateway it has.'),
      problems: list(problem).describe('What could not be read, or is not trusted.'),
    })
    .describe('The journal.'),
  docker: docker.describe('What Docker shows.'),
})

/** What `status --json` prints. */
export type StatusDocument = z.infer<typeof statusSchema>
