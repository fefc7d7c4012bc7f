import { exitForError } from '../../src/cli/exit.ts'
import { migrate } from '../../src/cli/commands/migrate.ts'
import { revert } from '../../src/cli/commands/revert.ts'
import type { Context } from '../../src/cli/context.ts'
import { readOptions } from '../../src/cli/options.ts'
import { readCommandLine } from '../../src/cli/program.ts'
import { Signals } from '../../src/cli/signals.ts'
import type { Terminal } from '../../src/cli/terminal/terminal.ts'
import { MigrateError } from '../../src/core/errors.ts'
import { transcript } from '../support/cli.ts'
import type { Lane } from './kill-program.ts'

const TOOL = '0.0.0-prove'

const signals = new Signals(
  () => {},
  () => {},
)

const nobody = (): Promise<never> => Promise.reject(new Error('there is nobody to ask'))

function listening(lines: string[]): Terminal {
  const hear = (text: string): void => void lines.push(text)
  return {
    interactive: false,
    width: 100,
    print: hear,
    remark: hear,
    warn: hear,
    progress: () => {},
    settle: () => {},
    askText: nobody,
    askSecret: nobody,
    choose: nobody,
    chooseSome: nobody,
  }
}

/** What an invocation came to. */
export interface Invoked {
  code: number
  output: string
}

/**
 * One invocation of the main job, without the price of a process: from the arguments to the exit code through the
 * program's own commands. What is left out is the process itself.
 */
export async function invoke({ env }: Pick<Lane, 'env'>, args: readonly string[]): Promise<Invoked> {
  const lines: string[] = []
  const look = { width: 100, paint: (_: unknown, text: string) => text, colour: false, verbose: false }
  const context: Context = { env: { ...env }, terminal: listening(lines), look, signals, tool: TOOL }
  const options = readOptions(readCommandLine(args, TOOL).options)
  const command = options.revert === undefined ? migrate : revert
  const code = await command(options, context).catch((error: unknown) => {
    if (!(error instanceof MigrateError)) throw error
    lines.push(error.message, error.hint ?? '')
    return exitForError(error.code)
  })
  transcript.push(...lines)
  return { code, output: lines.join('\n') }
}
