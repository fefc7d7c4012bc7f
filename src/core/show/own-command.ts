import { originOf } from '../rule/address.ts'
import { AD_HOC } from '../rule/ad-hoc.ts'
import { aimOf, type Change } from '../plan/change.ts'

/** The program's own commands that it names to people, by what they are for. */
export type OwnCommand = 'migrate' | 'revert' | 'unfinished' | 'verify' | 'status' | 'history'

/**
 * Makes one of them as it is printed, ready for a shell, with what this invocation was given as far as that command takes it.
 * `words`: what else it should get, each one word; an option among them stands in place of the one that was given.
 */
export type CommandMaker = (command: OwnCommand, ...words: readonly string[]) => string

/** The options that name the rule by which these changes were made; none where no rule can be told. */
export function ruleOptions(changes: readonly Pick<Change, 'migration' | 'edits' | 'landed'>[]): string[] {
  const [first] = changes
  if (!first) return []
  if (first.migration !== AD_HOC) return ['--migration', first.migration]
  const moves = changes.flatMap((change) => aimOf(change).filter(({ field }) => field === 'url'))
  const [{ before, after } = { before: null, after: null }] = moves
  return before === null || after === null ? [] : ['--from', originOf(before), '--to', originOf(after)]
}
