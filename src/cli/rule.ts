import { AD_HOC } from '../core/rule/ad-hoc.ts'
import { originText, readOrigin, sameOrigin } from '../core/rule/address.ts'
import { canonical, sha256 } from '../core/canonical.ts'
import { MigrateError } from '../core/errors.ts'
import type { Migration } from '../core/rule/migration.ts'
import type { ConnectionOptions } from './connection-options.ts'

/** The rule of `--from ORIGIN --to ORIGIN`: exactly that origin becomes the other. Throws `usage`. */
export function adHocMigration(fromText: string, toText: string): Migration {
  const [from, to] = [readOrigin(fromText), readOrigin(toText)]
  const wrong = (option: string) =>
    new MigrateError(
      'usage',
      `${option} is not an origin`,
      'Give scheme, host and port, as in http://localhost:8585: no path, query or user name.',
    )
  if (!from) throw wrong('--from')
  if (!to) throw wrong('--to')
  if (sameOrigin(from, to)) throw new MigrateError('usage', '--from and --to are the same origin', null)
  const definition = { schemes: [from.scheme], hosts: [from.host], port: from.port }
  return {
    id: AD_HOC,
    sha256: sha256(canonical({ from: definition, to })),
    title: `From ${originText(from)} to ${originText(to)}`,
    fields: ['url'],
    from: definition,
    to,
  }
}

/**
 * The rule of an invocation: --from and --to, the one that --migration names, else the default that ships. What was typed
 * wrong throws `usage` at once; the default is read when it is first asked for, and once: the first question to the gateway
 * can be out by then.
 */
export async function ruleFor({
  from,
  to,
  migration: [id],
}: Pick<ConnectionOptions, 'from' | 'to' | 'migration'>): Promise<() => Promise<Migration>> {
  if (from !== undefined && to !== undefined) {
    const rule = adHocMigration(from, to)
    return () => Promise.resolve(rule)
  }
  const shipped = () => import('../files/migrations.ts')
  if (id !== undefined) {
    const rule = await (await shipped()).namedMigration(id)
    return () => Promise.resolve(rule)
  }
  let read: Promise<Migration> | null = null
  return () => (read ??= shipped().then(({ defaultMigration }) => defaultMigration()))
}
