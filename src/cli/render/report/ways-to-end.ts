import { optionsToFinish, optionsToRevert } from '../../../core/plan/back/options.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import { commandLines, type Look } from '../layout.ts'
import { isUnfinished, type RecordedRun } from '../../../journal/fold.ts'

/** The commands that give a run its end, each after a line that says so; empty where it has one. */
export function settling(run: RecordedRun, own: CommandMaker, look: Look): string[] {
  if (!isUnfinished(run)) return []
  const { changes } = run.started
  return [
    '  To complete it:',
    commandLines(own('unfinished', 'finish', ...optionsToFinish(changes, run.head)), look, '    '),
    '  To take it back:',
    commandLines(own('revert', run.id, ...optionsToRevert(changes, run.head)), look, '    '),
  ]
}
