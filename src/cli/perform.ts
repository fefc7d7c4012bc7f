import { unforeseen } from '../core/errors.ts'
import { printable } from '../core/show/text.ts'
import type { Context } from './context.ts'
import { exitForError } from './exit.ts'
import { ownCommands } from './own-command.ts'
import { tellTrace } from './faults.ts'
import type { Invocation } from './program.ts'
import { errorDocument } from './render/error-document.ts'
import { hintLines, wrap } from './render/layout.ts'
import type { Phase } from './signals.ts'
import { tellWritten } from './written.ts'

/** What is said last when a person or a signal ends the program. */
export const LAST_WORDS: Record<Phase, string> = {
  before: 'Cancelled. Nothing was written.',
  during:
    'Ended at once, perhaps in the middle of a write. The journal knows what was begun; the next run asks the gateway what became of it.',
  after: 'Ended.',
}

/** The command that shows what the journal of an invocation holds. */
export function historyCommand({ options }: Invocation, context: Context): string {
  const { journal } = options
  const given = typeof journal === 'string' ? { journal } : {}
  return ownCommands(given, { context, invoked: 'history', url: null })('history')
}

/** Tells of a failure and of what was written before it. Returns the exit code. */
export function tellFailure(cause: unknown, invocation: Invocation, context: Context): number {
  const { options } = invocation
  const { terminal, look, written } = context
  const error = unforeseen(cause)
  terminal.settle()
  if (error.code === 'cancelled') terminal.warn(LAST_WORDS[written.anything ? 'after' : 'before'])
  else {
    terminal.warn(look.paint('red', wrap(printable(error.message), look.width)))
    if (error.hint) terminal.warn(hintLines(error.hint, look))
    tellTrace(cause, context)
    if (written.anything)
      terminal.warn(hintLines(tellWritten(written, options, historyCommand(invocation, context)), look))
  }
  const indent = options['watch'] === undefined ? 2 : 0
  if (options['json'] === true) terminal.document(errorDocument(error), indent)
  return exitForError(error.code, written.anything)
}

/** Carries out an invocation: its command, or the sentence for what went wrong. Returns the exit code. */
export async function perform(invocation: Invocation, context: Context): Promise<number> {
  const { command, options } = invocation
  try {
    return await command.perform(options, context)
  } catch (error) {
    return tellFailure(error, invocation, context)
  }
}
