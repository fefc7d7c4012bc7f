import { MigrateError } from '../core/errors.ts'
import { redactText } from '../core/show/redact.ts'
import type { Context } from './context.ts'

/** The longest trace that is shown: this many lines of each error in a chain of causes. */
const FRAMES = 20

/** What an error says of itself, without what it quotes: that could be a secret. */
const saying = ({ name, message }: Error): string =>
  redactText(`${name}: ${message.replaceAll(/(["'`]).*?\1/gs, '$1…$1')}`)

/** Where a failure of this program was, line by line, with its causes. */
function trace(error: unknown): string[] {
  if (!(error instanceof Error)) return [`thrown: ${typeof error}`]
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const shown = frames.slice(0, FRAMES).map((frame) => `  ${redactText(frame.trim())}`)
  return [saying(error), ...shown, ...(error.cause === undefined ? [] : ['caused by', ...trace(error.cause)])]
}

/** With --verbose, tells the trace of a failure that nobody foresaw: a bug of this program. */
export function tellTrace(error: unknown, { terminal, look }: Pick<Context, 'terminal' | 'look'>): void {
  if (look.verbose && !(error instanceof MigrateError)) terminal.warn(trace(error).join('\n'))
}
