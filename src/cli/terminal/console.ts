import { MigrateError } from '../../core/errors.ts'
import type { Redactor } from '../../core/show/secrets/redactor.ts'
import { harmless, printableJson } from '../../core/show/text.ts'
import { messageLines, wrap } from '../render/layout.ts'
import { Stopwatch } from './elapsed.ts'
import type { Questions } from './prompts/prompts.ts'
import { hasCursor, showsSigns } from './signs.ts'
import type { Choice, Listed, Terminal } from './terminal.ts'
import { LEAST_WIDTH, USUAL_WIDTH } from './width.ts'

type OraFactory = typeof import('ora')['default']
type Spinner = ReturnType<OraFactory>

/** How the console behaves. */
export interface ConsoleOptions {
  quiet: boolean
  /** May anything be asked at all, even where there is a terminal? */
  mayAsk: boolean
  /** Takes the secrets out of all that is shown. */
  redactor: Redactor
}

/** Messages as standard error shows them. In a file they stay whole. */
function fittingError(text: string): string {
  const { isTTY, columns } = process.stderr
  return isTTY ? messageLines(text, Math.max(LEAST_WIDTH, columns)) : text
}

/** The terminal that the process runs in. Prompts and progress go to standard error. */
export class ConsoleTerminal implements Terminal {
  readonly interactive: boolean
  readonly #options: ConsoleOptions
  readonly #ora: OraFactory | null
  readonly #watch = new Stopwatch(Date.now)
  #spinner: Spinner | null = null
  #ticking: NodeJS.Timeout | undefined
  /** What is being waited for. */
  #doing: (() => string) | null = null
  #lastLine = ''
  /** Is the cursor at a question? */
  #isAsking = false

  private constructor(options: ConsoleOptions, ora: OraFactory | null) {
    this.interactive = options.mayAsk && process.stdin.isTTY === true && process.stderr.isTTY === true
    this.#options = options
    this.#ora = ora
  }

  /** Opens the terminal. To be called when colours are decided: the spinner looks at the environment as it loads. */
  static async open(options: ConsoleOptions): Promise<ConsoleTerminal> {
    const isLive = process.stderr.isTTY && hasCursor(process.env)
    return new ConsoleTerminal(options, isLive ? (await import('ora')).default : null)
  }

  get isLive(): boolean {
    return this.#ora !== null
  }

  get width(): number {
    return Math.max(LEAST_WIDTH, process.stdout.columns ?? USUAL_WIDTH)
  }

  get isHeard(): boolean {
    return process.stdout.writable
  }

  /** A text as it may be shown. */
  #shown(text: string): string {
    return harmless(this.#options.redactor.own(text))
  }

  print(text: string, isFile = false): void {
    this.settle()
    const shown = `${this.#shown(text)}\n`
    process.stdout.write(isFile ? Buffer.from(shown) : shown)
  }

  document(value: unknown, indent = 2): void {
    this.settle()
    process.stdout.write(Buffer.from(`${printableJson(this.#options.redactor.value(value), indent)}\n`))
  }

  clear(): void {
    this.settle()
    if (process.stdout.isTTY)
      process.stdout.write(
        hasCursor(process.env) ? '\u001b[2J\u001b[3J\u001b[H' : `${'─'.repeat(this.width)}\n`,
      )
  }

  remark(text: string): void {
    if (!this.#options.quiet) this.warn(text)
  }

  warn(text: string): void {
    this.#pause()
    process.stderr.write(`${fittingError(this.#shown(text))}\n`)
    if (this.#doing !== null) this.#spin()
  }

  progress(what: string | (() => string), isPause = false): void {
    if (this.#options.quiet) return
    const make = (): string => this.#shown(typeof what === 'string' ? what : what())
    const text = make()
    if (isPause) this.#watch.stop()
    else this.#watch.tell(text)
    if (this.#ora) {
      this.#doing = make
      this.#spin()
    } else if (text !== this.#lastLine) {
      process.stderr.write(`${fittingError(text)}\n`)
      this.#lastLine = text
    }
  }

  /** Shows what is being waited for, beside the spinner, and from then on each second for how long. */
  #spin(): void {
    const doing = this.#doing?.() ?? ''
    const elapsed = this.#watch.text
    // What says how long it will take need not say how long it has taken.
    const told = elapsed === '' || doing.endsWith(' left') ? doing : `${doing}, ${elapsed}`
    const text = wrap(told, Math.max(LEAST_WIDTH, process.stderr.columns) - 3, '  ')
    if (this.#spinner) this.#spinner.text = text
    else {
      const dots = showsSigns(process.env) ? {} : { spinner: 'line' as const }
      this.#spinner =
        this.#ora?.({ text, stream: process.stderr, discardStdin: false, ...dots }).start() ?? null
      this.#ticking = setInterval(() => this.#spin(), 1000).unref()
    }
  }

  #pause(): void {
    clearInterval(this.#ticking)
    this.#spinner?.stop()
    this.#spinner = null
    // A signal ends the program at a question: what is said then begins a line of its own.
    if (this.#isAsking) process.stderr.write('\n')
    this.#isAsking = false
  }

  settle(): void {
    this.#pause()
    this.#doing = null
    this.#watch.stop()
  }

  /** Asks something. `message` is told where there is no terminal to ask in. */
  async #ask<T>(message: string, ask: (questions: Questions) => Promise<T>): Promise<T> {
    this.settle()
    if (!this.interactive)
      throw new MigrateError('no-terminal', `There is no terminal to ask in (${message})`, null)
    const { Questions } = await import('./prompts/prompts.ts')
    this.#isAsking = true
    try {
      return await ask(new Questions(process.env, (text) => this.#shown(text)))
    } finally {
      this.#isAsking = false
    }
  }

  askText(message: string, suggestion: string): Promise<string> {
    return this.#ask(message, (questions) => questions.text(message, suggestion))
  }

  askSecret(message: string): Promise<string> {
    return this.#ask(message, (questions) => questions.secret(message))
  }

  choose<T>(message: string, choices: readonly Choice<T>[], fallback: T): Promise<T> {
    return this.#ask(message, (questions) => questions.choice(message, choices, fallback))
  }

  chooseSome<T>(message: string, listed: readonly Listed<T>[]): Promise<T[] | null> {
    return this.#ask(message, (questions) => questions.several(message, listed))
  }
}
