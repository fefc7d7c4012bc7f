import { adHocMigration } from '../../src/core/rule/ad-hoc.ts'
import { readMigration } from '../../src/core/rule/file/read.ts'
import { type Migration, type RuleSet, ruleSetOf } from '../../src/core/rule/rule.ts'
import { defaultMigrations, namedMigrations } from '../../src/files/migrations.ts'

/** The rules that ship as defaults. */
export const defaultRules = async (): Promise<RuleSet> => ruleSetOf(await defaultMigrations())

/** The rules that these words name. */
export const namedRules = async (...names: string[]): Promise<RuleSet> =>
  ruleSetOf(await namedMigrations(names))

/** The rule of `--from` and `--to`. */
export const adHocRules = (from: string, to: string): RuleSet => ruleSetOf([adHocMigration(from, to)])

/** What is wrong with the text of a migration file, or odd in it: `line:column message`. */
export const findingsIn = (text: string): string[] =>
  readMigration(text, { kind: 'file', path: '/m.yaml' }).findings.map(
    ({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`,
  )

/** The migration of a text. Throws with all that is wrong in it. */
export function migrationIn(text: string): Migration {
  const { migration } = readMigration(text, { kind: 'file', path: '/m.yaml' })
  if (!migration) throw new Error(findingsIn(text).join('\n'))
  return migration
}
