import { adHocMigration } from '../../core/rule/ad-hoc.ts'
import { type RuleSet, ruleSetOf } from '../../core/rule/rule.ts'
import type { RuleOptions } from './groups.ts'

/**
 * The rules of an invocation: --from and --to, those that --migration names, else the defaults that ship. What was typed wrong
 * throws `usage` at once, and a file that is wrong `migration-invalid`; the defaults are read when they are first asked for,
 * and once: the first question to the gateway can be out by then.
 */
export async function rulesFor({ from, to, migration }: RuleOptions): Promise<() => Promise<RuleSet>> {
  if (from !== undefined && to !== undefined) {
    const ruleSet = ruleSetOf([adHocMigration(from, to)])
    return () => Promise.resolve(ruleSet)
  }
  const files = () => import('../../files/migrations.ts')
  if (migration.length > 0) {
    const ruleSet = ruleSetOf(await (await files()).namedMigrations(migration))
    return () => Promise.resolve(ruleSet)
  }
  let read: Promise<RuleSet> | null = null
  return () => (read ??= files().then(async ({ defaultMigrations }) => ruleSetOf(await defaultMigrations())))
}
