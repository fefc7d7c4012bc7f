import { z } from 'zod'
import { halt, outcome, reason, signal } from './codes/run.ts'
import { awaiting, change, collateral, drifted, gateway, note, skipped, tried } from './parts.ts'
import { count, document, flag, hash, list, text, time } from './shape.ts'

/** How many servers had each outcome. */
export const outcomes = z.strictObject({
  applied: count.describe('Written.'),
  notApplied: count.describe('Not tried.'),
  failed: count.describe('Refused.'),
  drifted: count.describe('Changed by somebody else.'),
  unknown: count.describe('Not settled in time.'),
  reverted: count.describe('Written, and taken back by the same run.'),
})

const run = z.strictObject({
  id: text.describe('Its id, by which it is taken back.'),
  startedAt: time.describe('When it began.'),
  finishedAt: time.describe('When it ended.'),
  reverts: text.nullable().describe('The run that it takes back, `null` for a migration.'),
  head: hash
    .nullable()
    .describe('The hash that the last line of its journal carries; `null` where there is no record of it.'),
  kept: flag.describe('Does the journal hold it? Not where its file was deleted or replaced meanwhile.'),
  ended: flag.describe('Does the journal hold its end? Not where it could not be written any more.'),
})

const applied = change
  .extend({
    awaiting,
    outcome: outcome.describe('What became of it.'),
    reason: reason
      .nullable()
      .describe('Why it was not tried, `null` where it was, or where `error` says why.'),
    wrote: flag.describe('Did a write of it land, or may it have? Of a drifted server, too.'),
    collateral: list(collateral).describe('Fields that changed though nobody asked for it.'),
    drift: list(drifted).describe('Where it differs, of a server that drifted, as far as it could be read.'),
    error: text.nullable().describe('What went wrong, in words.'),
    check: tried.nullable().describe('What was found at its URL after the run, `null` where nobody looked.'),
  })
  .meta({ id: 'applied-change', description: 'A change of a run, and what became of it.' })

const propagation = z.strictObject({
  agreed: flag.describe('Did the last ten answers in a row show the new URLs?'),
  answers: count.describe('How many of the last answers were counted, at most ten.'),
  old: count.describe('Of these, those that still showed an old URL.'),
  silent: count.describe('Of these, those that could not be used.'),
  seconds: z.number().min(0).describe('How long the run waited for them, in seconds.'),
  stopped: signal.nullable().describe('The signal that ended the wait, `null` where none did.'),
})

/** `run/1`: a run, and all that came of it. */
export const runSchema = document('run/1', {
  run: run.nullable().describe('The run, `null` where nothing was tried.'),
  gateway: gateway.describe('The gateway.'),
  changes: list(applied).describe('The changes of the plan, and what became of each.'),
  skipped: list(skipped).describe('Servers that are left alone, and why.'),
  notes: list(note).describe('Remarks that change nothing.'),
  undo: text
    .nullable()
    .describe('The command that takes the run back, `null` where there is nothing to take back.'),
  halted: halt.nullable().describe('Why it ended before its last change, `null` where it did not.'),
  trouble: text
    .nullable()
    .describe('What went wrong with the run itself, such as a full disk; `null` where nothing did.'),
  restartRequired: flag.describe('Does LiteLLM have to be restarted for what was written?'),
  propagation: propagation
    .nullable()
    .describe(
      "What the gateway's workers and replicas answered after the run; `null` where nobody waited for them: nothing was written, a restart is needed, or `--no-wait`.",
    ),
  summary: outcomes.describe(
    'Servers by outcome, each counted once; one with several changes has the gravest of theirs.',
  ),
})

/** What `--yes --json` prints. */
export type RunDocument = z.infer<typeof runSchema>
