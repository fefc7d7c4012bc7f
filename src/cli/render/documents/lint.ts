import { z } from 'zod'
import { coded, count, document, list, part, text } from './shape.ts'

const severity = coded<'error' | 'note'>('severity', 'How much a finding weighs.', {
  error: 'the migration cannot be used as it is',
  note: 'worth knowing',
})

const finding = part('finding-in-file', 'Something in a migration file.', {
  severity: severity.describe('How much it weighs.'),
  line: count.nullable().describe('The line, from 1; `null` where it is about the whole file.'),
  column: count.nullable().describe('The column, from 1; `null` where it is about the whole file.'),
  message: text.describe('What is wrong, or odd, in words.'),
})

const file = part('linted-file', 'A migration file, and what was found in it.', {
  file: text.describe('Its path, or its name among those that ship.'),
  id: text.nullable().describe('The id of the migration; `null` where it cannot be used.'),
  rules: count.nullable().describe('How many rules it has; `null` where it cannot be used.'),
  findings: list(finding).describe('What was found, in the order of the checks.'),
})

const between = part('finding-between-files', 'Something between migrations.', {
  migration: text.describe('The migration that it is told with.'),
  severity: severity.describe('How much it weighs.'),
  message: text.describe('What is wrong, or odd, in words.'),
})

/** `mcp-url-migrate/lint/1`. */
export const lintSchema = document('lint/1', {
  files: list(file).describe('The files, in the order in which they were named.'),
  together: list(between).describe('What was found between those that can be used.'),
})
export type LintDocument = z.infer<typeof lintSchema>
