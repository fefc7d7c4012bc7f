import { MigrateError } from '../../errors.ts'
import type { RuleSet } from '../../rule/rule.ts'
import { count, printable } from '../../show/text.ts'
import { aimOf, migrationsOf, serversIn } from '../change.ts'
import { type Plan, readyChanges } from '../plan.ts'

/** From so many servers on it matters how many of them a rule would change at its first time. */
const LEAST_SERVERS = 10
/** The part of them that it may change without a second consent. */
const MOST_PART = 0.3

/** A migration, as plans and journals name it. */
type Named = Plan['migrations'][number]

/** The migrations from somebody's own files that no run of this gateway had, as they are now. `known`: those that runs had. */
export function strangersAmong({ migrations }: RuleSet, known: readonly Named[]): string[] {
  const isKnown = ({ id, sha256 }: Named): boolean =>
    known.some((each) => each.id === id && each.sha256 === sha256)
  return migrations.filter((each) => each.source.kind === 'file' && !isKnown(each)).map(({ id }) => id)
}

/** That rules of somebody's own are to change many servers of a gateway for the first time. */
export interface WideReach {
  /** The ids of their migrations. */
  migrations: string[]
  /** How many servers they are to change. */
  servers: number
  /** Of how many. */
  of: number
}

/** Is a plan to change more than three of ten servers, where these are ten at least, by rules that are new here? `null` where not. */
export function wideReach(
  plan: Pick<Plan, 'changes' | 'withheld' | 'summary' | 'strangers'>,
): WideReach | null {
  const { strangers = [], summary } = plan
  if (strangers.length === 0 || summary.servers < LEAST_SERVERS) return null
  const own = readyChanges(plan).map((change) => ({
    change,
    ids: aimOf(change)
      .flatMap((edit) => migrationsOf(edit, change.migration))
      .filter((id) => strangers.includes(id)),
  }))
  const strange = own.filter(({ ids }) => ids.length > 0)
  const servers = serversIn(strange.map(({ change }) => change))
  if (servers <= summary.servers * MOST_PART) return null
  return { migrations: [...new Set(strange.flatMap(({ ids }) => ids))], servers, of: summary.servers }
}

/** The same in a sentence without a full stop. */
export function wideReachText({ migrations, servers, of }: WideReach): string {
  const names = migrations.map(printable).join(', ')
  const are = migrations.length === 1 ? `Migration ${names} is` : `Migrations ${names} are`
  return `${are} used on this gateway for the first time, and would change ${servers} of ${count(of, 'server')}`
}

/** The error where nobody allowed so many servers. `allowed`: how many somebody did. */
export const notAllowed = (reach: WideReach, allowed: number): MigrateError =>
  new MigrateError(
    'consent-missing',
    `${wideReachText(reach)}${allowed > 0 ? `, and --allow allows ${allowed}` : ''}; nothing was written`,
    `Look at them with --dry-run. If all ${reach.servers} are meant, ${allowed > 0 ? 'give' : 'add'} --allow ${reach.servers}.`,
  )
