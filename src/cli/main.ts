import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { MigrateError } from '../core/errors.ts'
import { printable, printableJson } from '../core/text.ts'
import { LAST_WORDS, perform } from './perform.ts'
import type { Context } from './context.ts'
import { exitForError, exitForSignal } from './exit.ts'
import { type Invocation, readCommandLine, withoutValues } from './program.ts'
import { errorDocument } from './render/documents.ts'
import { type Phase, Signals, type StopSignal } from './signals.ts'
import { ConsoleTerminal, decideColour, painter } from './terminal/console.ts'
import type { Terminal } from './terminal/terminal.ts'
import { giveWidth } from './terminal/width.ts'

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

function stopAtOnce(terminal: Terminal, signal: StopSignal, phase: Phase): void {
  terminal.settle()
  terminal.warn(LAST_WORDS[phase])
  process.exit(exitForSignal(signal))
}

async function makeContext({ options }: Invocation, version: string): Promise<Context> {
  const colour = decideColour(options['color'] !== false, process.stdout, process.env)
  const terminal = await ConsoleTerminal.open({
    quiet: options['quiet'] === true,
    mayAsk: options['json'] !== true,
  })
  const announce = () => terminal.warn('Stopping after what is under way; once more ends at once.')
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

/** For wrong usage commander has printed its sentence already; the document is still owed. */
function misused(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return 0
  const message = printable(withoutValues(error.message.replace(/^error: /, '')))
  if (json) process.stdout.write(`${printableJson(errorDocument(new MigrateError('usage', message)))}\n`)
  return exitForError('usage')
}

/** Runs the program with the arguments behind its name, and ends the process with the right code. */
export async function main(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) giveWidth(stream)
  process.stdout.on('error', noticeLostOutput)
  process.stderr.on('error', () => {})
  // Where nothing is left to wait for before the end was reached, Node ends by itself: that is no success.
  process.exitCode = exitForError('internal')
  const version = toolVersion()
  let invocation: Invocation
  try {
    invocation = readCommandLine(argv, version)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return end(misused(error, argv.includes('--json')))
  }
  const context = await makeContext(invocation, version)
  end(await perform(invocation, context), context.signals.phase)
}
