import type { StopSignal } from '../core/run/report.ts'
import { Redactor } from '../core/show/secrets/redactor.ts'
import { keysIn } from './connect/credentials.ts'
import type { Context } from './context.ts'
import type { Circumstances, Ending } from './ending.ts'
import { historyCommand, LAST_WORDS, perform, tellFailure } from './perform.ts'
import type { Invocation } from './program.ts'
import { type Phase, Signals } from './signals.ts'
import { hintLines } from './render/layout.ts'
import { readStart, startedAs } from './started-as.ts'
import { HangUp } from './terminal/hang-up.ts'
import { decideColour, painter } from './terminal/colour.ts'
import { ConsoleTerminal } from './terminal/console.ts'
import { tellWritten } from './written.ts'

/** What the start of the program leaves to its work. `version`: of this tool. */
interface Start {
  version: string
  ending: Ending
  circumstances: Circumstances
}

async function makeContext(
  { command, options }: Invocation,
  { version, ending, circumstances: { written } }: Start,
): Promise<Context> {
  const colour = decideColour(options['color'] !== false, process.stdout, process.env)
  // What a sandbox prints of its own key is meant to be used.
  const redactor = new Redactor().learn(...(command.name === 'sandbox' ? [] : keysIn(process.env)))
  const terminal = await ConsoleTerminal.open({
    quiet: options['quiet'] === true,
    mayAsk: options['json'] !== true,
    redactor,
  })
  const stopAtOnce = (signal: StopSignal, phase: Phase): void => {
    terminal.settle()
    terminal.warn(LAST_WORDS[phase])
    ending.bySignal(signal)
  }
  const announce = () => terminal.warn('Stopping after what is under way; a second signal ends at once.')
  return {
    env: process.env,
    terminal,
    redactor,
    look: {
      width: Math.min(terminal.width, 100),
      paint: painter(colour),
      colour,
      verbose: options['verbose'] === true,
      onScreen: process.stdout.isTTY && process.stderr.isTTY,
      height: process.stdout.rows,
    },
    signals: new Signals(stopAtOnce, announce),
    written,
    startedAs: startedAs(readStart(process.env)),
    tool: `mcp-url-migrate/${version}`,
  }
}

/** Carries out an invocation, and ends the process with the right code, also where something fails that nobody foresaw. */
export async function work(invocation: Invocation, start: Start): Promise<void> {
  const { ending, circumstances } = start
  const hangUp = new HangUp()
  process.once('exit', () => hangUp.letGo())
  const context = await makeContext(invocation, start)
  circumstances.tell = () =>
    hintLines(
      tellWritten(circumstances.written, invocation.options, historyCommand(invocation, context)),
      context.look,
    )
  process.on('uncaughtException', (error) => {
    if (hangUp.explains(error)) context.signals.receive('SIGHUP')
    else ending.fail(() => tellFailure(error, invocation, context))
  })
  ending.come(await perform(invocation, context))
}
