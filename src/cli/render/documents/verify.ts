import { z } from 'zod'
import type { CheckId, CheckResult } from '../../../core/verify/check.ts'
import { gatewayAsked } from './parts.ts'
import { coded, count, document, list, text } from './shape.ts'

const checkId = coded<CheckId>('check', 'A check of `verify`, and when it passes.', {
  closed: 'every old address refuses connections',
  published: 'no container on the MCP network publishes a port that leads past LiteLLM',
  networks: 'LiteLLM and the MCP proxy run, share a network, and the new host name leads to the proxy',
  reachable: 'each migrated server lists its tools through LiteLLM',
  'same-servers': 'the tools are the ones listed before the migration',
  keys: 'each virtual key reaches what it must, and nothing that it must not',
  chat: 'each key completes a chat of one token',
  gateway: 'only an admin can edit MCP servers, and the release is not one that is known to be compromised',
})

const checkOutcome = coded<CheckResult['outcome']>('check-outcome', 'What a check came to.', {
  pass: 'it is as it should be',
  fail: 'it is not, or could not be told in time',
  skip: 'the check could not be done; `evidence` says why',
})

/** `verify/1`: what each check found. */
export const verifySchema = document('verify/1', {
  gateway: gatewayAsked.describe('The gateway.'),
  checks: list(
    z.strictObject({
      id: checkId.describe('Which check it is.'),
      title: text.describe('What it is about, for a person.'),
      outcome: checkOutcome.describe('What it came to.'),
      evidence: list(text).describe(
        'What was seen, a sentence a line; of a skipped check, why it could not be done.',
      ),
      hint: text.nullable().describe('How to mend it, with the command where there is one.'),
    }),
  ).describe('The checks, always in the same order.'),
  summary: z
    .strictObject({
      pass: count.describe('Passed.'),
      fail: count.describe('Failed.'),
      skip: count.describe('Skipped.'),
    })
    .describe('How many checks had each outcome.'),
})

/** What `verify --json` prints. */
export type VerifyDocument = z.infer<typeof verifySchema>
