import { keysIn } from '../../src/cli/connect/credentials.ts'
import { perform } from '../../src/cli/perform.ts'
import type { Context } from '../../src/cli/context.ts'
import { readCommandLine } from '../../src/cli/program.ts'
import { messageLines } from '../../src/cli/render/layout.ts'
import { Signals } from '../../src/cli/signals.ts'
import type { Terminal } from '../../src/cli/terminal/terminal.ts'
import { Written } from '../../src/cli/written.ts'
import { Redactor } from '../../src/core/show/secrets/redactor.ts'
import { harmless, printableJson } from '../../src/core/show/text.ts'
import { heard, plainly } from '../support/cli.ts'

const TOOL = '0.0.0-prove'

const signals = new Signals(
  () => {},
  () => {},
)

const nobody = (): Promise<never> => Promise.reject(new Error('there is nobody to ask'))

/** What somebody hears who reads both streams of a program without a terminal. */
class Listener implements Terminal {
  readonly interactive = false
  readonly isLive = false
  readonly width = 80
  readonly isHeard = true
  readonly askText = nobody
  readonly askSecret = nobody
  readonly choose = nobody
  readonly chooseSome = nobody
  readonly #quiet: boolean
  #last = ''
  stdout = ''
  stderr = ''

  readonly #redactor: Redactor

  readonly #screen: number | undefined

  constructor(quiet: boolean, redactor: Redactor, screen?: number) {
    this.#screen = screen
    this.#quiet = quiet
    this.#redactor = redactor
  }

  print(text: string): void {
    this.stdout += `${harmless(this.#redactor.own(text))}\n`
  }

  document(value: unknown, indent = 2): void {
    this.stdout += `${printableJson(this.#redactor.value(value), indent)}\n`
  }

  warn(text: string): void {
    const shown = harmless(this.#redactor.own(text))
    this.stderr += `${this.#screen === undefined ? shown : messageLines(shown, this.#screen)}\n`
  }

  remark(text: string): void {
    if (!this.#quiet) this.warn(text)
  }

  progress(what: string | (() => string)): void {
    const text = typeof what === 'string' ? what : what()
    if (text !== this.#last) this.remark(text)
    this.#last = text
  }

  clear(): void {}

  settle(): void {}
}

/** What an invocation came to. */
export interface Invoked {
  code: number
  stdout: string
  stderr: string
  output: string
}

/**
 * One invocation, without the price of a process: from the arguments to the exit code through the program's own
 * commands. What is left out is the process itself, and the command line that cannot be read.
 */
export async function invoke(
  { env, preflight, screen }: { env: Readonly<Record<string, string>>; preflight?: boolean; screen?: number },
  args: readonly string[],
): Promise<Invoked> {
  const invocation = readCommandLine(plainly(args, preflight), TOOL)
  const { options } = invocation
  const redactor = new Redactor().learn(...keysIn(env))
  const terminal = new Listener(options['quiet'] === true, redactor, screen)
  const look = {
    width: screen ?? 80,
    onScreen: screen !== undefined,
    paint: (_: unknown, text: string) => text,
    colour: false,
    verbose: options['verbose'] === true,
  }
  const context: Context = {
    env: { ...env },
    terminal,
    redactor,
    look,
    signals,
    startedAs: 'npx mcp-url-migrate',
    written: new Written(),
    tool: TOOL,
  }
  const code = await perform(invocation, context)
  const { stdout, stderr } = terminal
  heard({ stdout, stderr })
  return { code, stdout, stderr, output: stderr + stdout }
}
