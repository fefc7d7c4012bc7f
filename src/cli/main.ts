import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { MigrateError } from '../core/errors.ts'
import { printable, printableJson } from '../core/text.ts'
import type { Context } from './context.ts'
import { exitForError, exitForSignal } from './exit.ts'
import { type Invocation, readCommandLine, withoutValues } from './program.ts'
import { errorDocument } from './render/documents.ts'
import { wrap } from './render/layout.ts'
import { type Phase, Signals, type StopSignal } from './signals.ts'
import { ConsoleTerminal, decideColour, painter } from './terminal/console.ts'
import type { Terminal } from './terminal/terminal.ts'

function toolVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

let outputLost: string | null = null

/** A reader that goes away, such as `| head`, is no trouble, and must not end a run; a full disk is. */
function noticeLostOutput(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') outputLost = error.code ?? 'unknown error'
}

// Behind a run the report is lost, and what was written stays written.
const LOST: Record<Phase, number> = { before: 1, during: 4, after: 4 }

/** Writes out what is still in the pipes, then ends the process: the only place that does. */
function end(code: number, phase: Phase = 'before'): void {
  process.stdout.write('', () => {
    const lost = outputLost !== null
    if (lost)
      process.stderr.write(
        `Standard output could not be written (${outputLost}); \`mcp-url-migrate history\` tells what was done.\n`,
      )
    process.stderr.write('', () => process.exit(lost && code === 0 ? LOST[phase] : code))
  })
}

const LAST_WORDS: Record<Phase, string> = {
  before: 'Cancelled. Nothing was written.',
  during:
    'Ended at once, perhaps in the middle of a write. The journal knows what was begun; the next run asks the gateway what became of it.',
  after: 'Ended.',
}

function stopAtOnce(terminal: Terminal, signal: StopSignal, phase: Phase): void {
  terminal.settle()
  terminal.warn(LAST_WORDS[phase])
  process.exit(exitForSignal(signal))
}

async function makeContext({ options }: Invocation, version: string): Promise<Context> {
  const colour = decideColour(options['color'] !== false, process.stdout, process.env)
  const terminal = await ConsoleTerminal.open({ quiet: options['quiet'] === true })
  const announce = () => terminal.warn('Stopping behind the write in flight; once more ends at once.')
  return {
    env: process.env,
    terminal,
    look: {
      width: Math.min(terminal.width, 100),
      paint: painter(colour),
      colour,
      verbose: options['verbose'] === true,
    },
    signals: new Signals((signal, phase) => stopAtOnce(terminal, signal, phase), announce),
    tool: `mcp-url-migrate/${version}`,
  }
}

// Loaded when they are needed: most of the time that a command takes to start is loading.
async function dispatch(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  if (invocation.command === 'history') {
    return (await import('./commands/history.ts')).history(invocation.run, options, context)
  }
  if (invocation.command === 'sandbox') {
    return (await import('./commands/sandbox.ts')).serveSandbox(
      options['release'] as string | undefined,
      context,
    )
  }
  const main = (await import('./options.ts')).readOptions(options)
  if (main.sandbox) return (await import('./commands/sandbox.ts')).migrateSandbox(main, context)
  if (main.revert !== undefined) return (await import('./commands/revert.ts')).revert(main, context)
  return (await import('./commands/migrate.ts')).migrate(main, context)
}

/** A failure in a sentence, and the code to exit with. What nobody foresaw is told by its kind alone: its text could hold anything. */
function explain(error: unknown): MigrateError {
  if (error instanceof MigrateError) return error
  const kind = error instanceof Error ? error.name : typeof error
  const place =
    error instanceof Error ? /\n\s+at .*?([\w-]+\.js:\d+)/.exec(error.stack ?? '')?.[1] : undefined
  return new MigrateError(
    'internal',
    `Something went wrong that should not have (${kind}${place ? ` at ${place}` : ''})`,
    'Please report it. If a run had begun, `mcp-url-migrate history` shows it, and the next run asks the gateway what became of it.',
  )
}

function report(error: MigrateError, json: boolean, { terminal, look }: Context): number {
  terminal.settle()
  if (error.code === 'cancelled') terminal.warn(LAST_WORDS.before)
  else {
    terminal.warn(look.paint('red', wrap(printable(error.message), look.width)))
    if (error.hint) terminal.warn(wrap(printable(error.hint), look.width))
  }
  if (json) terminal.print(printableJson(errorDocument(error)))
  return exitForError(error.code)
}

/** For wrong usage commander has printed its sentence already; the document is still owed. */
function misused(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return 0
  const message = printable(withoutValues(error.message.replace(/^error: /, '')))
  if (json) process.stdout.write(`${printableJson(errorDocument(new MigrateError('usage', message)))}\n`)
  return exitForError('usage')
}

/** Runs the program with the arguments behind its name, and ends the process with the right code. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', noticeLostOutput)
  process.stderr.on('error', () => {})
  const version = toolVersion()
  let invocation: Invocation
  try {
    invocation = readCommandLine(argv, version)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return end(misused(error, argv.includes('--json')))
  }
  const context = await makeContext(invocation, version)
  try {
    end(await dispatch(invocation, context), context.signals.phase)
  } catch (error) {
    end(report(explain(error), invocation.options['json'] === true, context))
  }
}
