import { z } from 'zod'
import { recordedHalt, recordedOutcome } from './codes/run.ts'
import { problemCode } from './codes/errors.ts'
import { change, collateral, migration } from './parts.ts'
import { outcomes } from './run.ts'
import { count, document, flag, hash, list, part, text, time } from './shape.ts'

/** What could not be read of the journal, or is not trusted. */
export const problem = part(
  'problem-of-journal',
  'What could not be read of the journal, or is not trusted.',
  {
    code: problemCode.describe('What is wrong.'),
    file: text.describe('The file, or the folder.'),
    line: count
      .nullable()
      .describe('The line, from 1, on from which it cannot be read; `null` where it is not about one.'),
    message: text.describe('What is wrong, in words.'),
    hint: text.nullable().describe('What mends it.'),
  },
)

const recorded = change
  .extend({
    preflight: change.shape.preflight.describe('Always `null`: a journal keeps none.'),
    outcome: recordedOutcome.describe('What the journal knows of it.'),
    collateral: list(collateral).describe('Fields that changed though nobody asked for it.'),
    error: text.nullable().describe('What went wrong, in words.'),
  })
  .meta({ id: 'recorded-change', description: 'A change of a run, as the journal tells it.' })

const run = part('recorded-run', 'A run, as the journal tells it.', {
  id: text.describe('Its id, by which it is taken back.'),
  startedAt: time.describe('When it began.'),
  finishedAt: time.nullable().describe('When it ended, `null` where it did not.'),
  gateway: z
    .strictObject({
      url: text.describe('Its URL.'),
      version: text.nullable().describe('The release of LiteLLM then, `null` where it was unknown.'),
    })
    .describe('The gateway, as it was then.'),
  account: text.describe('Who was signed in, in words.'),
  user: text.describe('The user of the machine who ran it.'),
  host: text.describe('The machine.'),
  migrations: list(migration).describe('The migrations by which it was made.'),
  reverts: text.nullable().describe('The run that it takes back, `null` for a migration.'),
  revertedBy: text.nullable().describe('The last run that took something of it back, `null` where none did.'),
  head: hash.describe('The hash that the last line of its journal carries.'),
  torn: flag.describe('Was its last line torn by a crash? Then it is left out.'),
  halted: recordedHalt.nullable().describe('Why it ended before its last change, `null` where it did not.'),
  aheadOfClock: flag.describe("Did it begin in the future, by this machine's clock?"),
  summary: outcomes.describe(
    'Servers by outcome, each counted once; `unknown` where a write was begun and not settled.',
  ),
  changes: list(recorded).nullable().describe('Its changes, of `history RUN`; `null` in a list of runs.'),
})

/** `history/1`: the runs in the journal. */
export const historySchema = document('history/1', {
  runs: list(run).describe('The runs, oldest first; one of `history RUN`.'),
  problems: list(problem).describe('What could not be read, or is not trusted.'),
  check: z
    .strictObject({
      proves: text.describe('What it proves.'),
      cannotProve: text.describe('What it cannot.'),
    })
    .nullable()
    .describe('What `--check` proves, `null` without it.'),
})

/** What `history --json` prints. */
export type HistoryDocument = z.infer<typeof historySchema>
