import { optionsToRevert } from '../../../core/plan/consent.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { isUnfinished, type RecordedRun } from '../../../journal/fold.ts'

/** The commands that give a run its end, each after a line that says so; empty where it has one. */
export function settling(run: RecordedRun, own: CommandMaker): string[] {
  if (!isUnfinished(run)) return []
  const consents = optionsToRevert(run.changes.map(({ change }) => change))
  return [
    '  To complete it:',
    `    ${own('unfinished', 'finish')}`,
    '  To take it back:',
    `    ${own('revert', run.id, ...consents)}`,
  ]
}
