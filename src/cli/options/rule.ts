import { adHocMigration } from '../../core/rule/ad-hoc.ts'
import type { Migration } from '../../core/rule/migration.ts'
import type { RuleOptions } from './groups.ts'

/**
 * The rule of an invocation: --from and --to, the one that --migration names, else the default that ships. What was typed
 * wrong throws `usage` at once; the default is read when it is first asked for, and once: the first question to the gateway
 * can be out by then.
 */
export async function ruleFor({ from, to, migration: [id] }: RuleOptions): Promise<() => Promise<Migration>> {
  if (from !== undefined && to !== undefined) {
    const rule = adHocMigration(from, to)
    return () => Promise.resolve(rule)
  }
  const shipped = () => import('../../files/migrations.ts')
  if (id !== undefined) {
    const rule = await (await shipped()).namedMigration(id)
    return () => Promise.resolve(rule)
  }
  let read: Promise<Migration> | null = null
  return () => (read ??= shipped().then(({ defaultMigration }) => defaultMigration()))
}
