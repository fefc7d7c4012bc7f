import { MigrateError, unforeseen } from '../core/errors.ts'
import { redactText } from '../core/show/redact.ts'
import type { RunReport } from '../core/plan/report.ts'
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

/** Failures of this program itself in the middle of a run: none of them may cost the report of what was written. */
export class Faults {
  readonly #noticed: unknown[] = []

  readonly notice = (error: unknown): void => {
    this.#noticed.push(error)
  }

  /** The same act, whose failures are noticed and end nothing. */
  harmless<T extends unknown[]>(act: (...given: T) => void): (...given: T) => void {
    return (...given) => {
      try {
        act(...given)
      } catch (error) {
        this.notice(error)
      }
    }
  }

  /** The report after one more look at what was written, or as it is where that look fails. */
  async addTo(report: RunReport, look: () => Promise<RunReport>): Promise<RunReport> {
    const seen = await look().catch((error: unknown) => {
      this.notice(error)
      return report
    })
    const [first] = this.#noticed
    if (first === undefined) return seen
    const { message, hint } = unforeseen(first)
    const said = [seen.trouble?.includes(message) ? null : message, hint]
    return { ...seen, trouble: [seen.trouble, ...said].filter((text) => text !== null).join('. ') }
  }

  /** Tells the traces, where --verbose asks for them. */
  tell(context: Pick<Context, 'terminal' | 'look'>): void {
    for (const error of this.#noticed) tellTrace(error, context)
  }
}
