import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { MigrateError } from '../core/errors.ts'
import type { StopSignal } from '../core/report.ts'
import { printable, printableJson } from '../core/text.ts'
import { historyCommand, LAST_WORDS, perform, tellFailure } from './perform.ts'
import type { Context } from './context.ts'
import { type Circumstances, Ending } from './ending.ts'
import { exitForError, exitForSignal } from './exit.ts'
import { type Invocation, readCommandLine, withoutValues } from './program.ts'
import { errorDocument } from './render/documents.ts'
import { type Phase, Signals } from './signals.ts'
import { readStart, startedAs } from './started-as.ts'
import { ConsoleTerminal, decideColour, painter } from './terminal/console.ts'
import { watchOutput } from './terminal/output.ts'
import { giveWidth } from './terminal/width.ts'
import { tellWritten, Written } from './written.ts'

function toolVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

async function makeContext(
  { options }: Invocation,
  version: string,
  { ending, written }: { ending: Ending; written: Written },
): Promise<Context> {
  const colour = decideColour(options['color'] !== false, process.stdout, process.env)
  const terminal = await ConsoleTerminal.open({
    quiet: options['quiet'] === true,
    mayAsk: options['json'] !== true,
  })
  const stopAtOnce = (signal: StopSignal, phase: Phase): void => {
    terminal.settle()
    terminal.warn(LAST_WORDS[phase])
    ending.now(exitForSignal(signal))
  }
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
    signals: new Signals(stopAtOnce, announce),
    written,
    startedAs: startedAs(readStart(process.env)),
    tool: `mcp-url-migrate/${version}`,
  }
}

/** For wrong usage commander has printed its sentence already; the document is still owed. */
function misused(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return 0
  const message = printable(withoutValues(error.message.replace(/^error: /, '')))
  if (json) process.stdout.write(`${printableJson(errorDocument(new MigrateError('usage', message)))}\n`)
  return exitForError('usage', false)
}

/** Runs the program with the arguments behind its name, and ends the process with the right code. */
export async function main(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) giveWidth(stream)
  const lost = watchOutput(process.stdout, process.stderr)
  const circumstances: Circumstances = { written: new Written(), lost, tell: () => '' }
  const ending = new Ending(circumstances)
  const version = toolVersion()
  let invocation: Invocation
  try {
    invocation = readCommandLine(argv, version)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return ending.come(misused(error, argv.includes('--json')))
  }
  const context = await makeContext(invocation, version, { ending, written: circumstances.written })
  circumstances.tell = () =>
    tellWritten(circumstances.written, invocation.options, historyCommand(invocation, context))
  process.on('uncaughtException', (error) => {
    if (ending.hangUp.explains(error)) context.signals.receive('SIGHUP')
    else ending.fail(() => tellFailure(error, invocation, context))
  })
  ending.come(await perform(invocation, context))
}
