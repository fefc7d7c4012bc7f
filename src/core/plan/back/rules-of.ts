import { originOf } from '../../rule/address.ts'
import { AD_HOC, adHocMigration } from '../../rule/ad-hoc.ts'
import type { Migration } from '../../rule/rule.ts'
import { aimOf, type Change } from '../change.ts'
import type { Plan } from '../plan.ts'

/** A run, as far as its rules are told by it. */
export interface RunOfRules {
  migrations: Plan['migrations']
  changes: readonly Pick<Change, 'edits' | 'landed'>[]
}

function adHoc(from: string, to: string): Migration[] {
  try {
    return [adHocMigration(from, to)]
  } catch {
    // Not two origins: no rule is made of them.
    return []
  }
}

/** The rule of `--from` and `--to` that has this hash, where one of the run's own moves tells it. */
function adHocOf({ changes }: RunOfRules, sha256: string): Migration | null {
  const pairs = new Map<string, [string, string]>()
  for (const { before, after } of changes.flatMap(aimOf)) {
    const [from, to] = [originOf(before ?? ''), originOf(after ?? '')]
    pairs.set(`${from} ${to}`, [from, to])
  }
  for (const [from, to] of pairs.values()) {
    const found = [...adHoc(from, to), ...adHoc(to, from)].find((rule) => rule.sha256 === sha256)
    if (found) return found
  }
  return null
}

/**
 * The rules of a run that are at hand, by the ids that its changes name: those among `known` which are as they were then,
 * and that of `--from` and `--to`, which stands in no file.
 */
export function rulesOf(run: RunOfRules, known: readonly Migration[]): ReadonlyMap<string, Migration> {
  return new Map(
    run.migrations.flatMap(({ id, sha256 }): [string, Migration][] => {
      const same = known.find((rule) => rule.id === id && rule.sha256 === sha256)
      const rule = id === AD_HOC ? adHocOf(run, sha256) : same
      return rule ? [[id, rule]] : []
    }),
  )
}
