import { canonical, sha256 } from '../canonical.ts'
import { MigrateError } from '../errors.ts'
import { originText, readOrigin, sameOrigin } from './address.ts'
import { patternOfOrigin } from './pattern.ts'
import type { Migration } from './rule.ts'

/** The id of the rule of `--from` and `--to`, which stands in no file. */
export const AD_HOC = 'from-to'

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
    reason: null,
    source: { kind: 'options' },
    rules: [
      {
        name: AD_HOC,
        migration: AD_HOC,
        fields: ['url'],
        when: {},
        from: [patternOfOrigin(from)],
        where: new Map(),
        to: patternOfOrigin(to),
        transport: null,
      },
    ],
  }
}
