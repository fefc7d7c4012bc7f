import { originOf } from '../rule/address.ts'
import { AD_HOC } from '../rule/ad-hoc.ts'
import { aimOf, type Change, migrationsOf } from '../plan/change.ts'

/** The program's own commands that it names to people, by what they are for. */
export type OwnCommand = 'migrate' | 'revert' | 'unfinished' | 'verify' | 'status' | 'history'

/**
 * Makes one of them as it is printed, ready for a shell, with what this invocation was given as far as that command takes it.
 * `words`: what else it should get, each one word; an option among them stands in place of the one that was given.
 */
export type CommandMaker = (command: OwnCommand, ...words: readonly string[]) => string

/** The options that name the rules by which these changes were made; none where they cannot be told. */
export function ruleOptions(changes: readonly Pick<Change, 'migration' | 'edits' | 'landed'>[]): string[] {
  const edits = changes.flatMap((change) =>
    aimOf(change).map((edit) => ({ edit, migration: change.migration })),
  )
  const ids = [...new Set(edits.flatMap(({ edit, migration }) => migrationsOf(edit, migration)))]
  if (!ids.includes(AD_HOC)) return ids.flatMap((id) => ['--migration', id])
  const moves = edits.filter(({ edit }) => edit.field === 'url')
  const { before, after } = moves[0]?.edit ?? { before: null, after: null }
  return before === null || after === null ? [] : ['--from', originOf(before), '--to', originOf(after)]
}
