import { Command, CommanderError, Option, type OutputConfiguration } from 'commander'
import { harmless } from '../core/show/text.ts'
import { EXIT_CODES } from './exit.ts'
import { defineMain } from './main-command.ts'
import { defineVerify } from './verify-command.ts'
import { defineStatus } from './status-command.ts'
import { mayBeTerminal } from './terminal/output.ts'
import { giveWidth, USUAL_WIDTH } from './terminal/width.ts'

/** What was asked for on the command line. */
export type Invocation =
  | { command: 'main'; options: Record<string, unknown> }
  | { command: 'history'; run: string | null; options: Record<string, unknown> }
  | { command: 'verify'; options: Record<string, unknown> }
  | { command: 'status'; options: Record<string, unknown> }
  | { command: 'sandbox'; options: Record<string, unknown> }

/** What commander says of an option that it does not know, without a value that may be a secret in the wrong place. */
export function withoutValues(text: string): string {
  return text
    .replace(/(--?[\w-]+=)[^'\n]*/g, '$1…')
    .replace(/(argument|option) '(?!-)[^'\n]*'/g, "$1 '…'")
    .replace(/\bsk-[\w.-]+/g, 'sk-***')
}

const FOOTER = `
A question is asked only where standard input and standard error are terminals; elsewhere --yes is needed to write.
No option takes a secret as its value: use a file, standard input, the environment, or the hidden prompt.

Exit codes:
${EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`

/** An option before a command would be read as one of the main job, and do nothing. */
function refuseOptionsBefore(program: Command, command: Command): void {
  const early = program.options.find(
    (option) => program.getOptionValueSource(option.attributeName()) === 'cli',
  )
  if (early)
    program.error(`error: option '${early.long}' comes before the command: put it after ${command.name()}`)
}

const defineHistory = (command: Command): Command =>
  command
    .addOption(new Option('--journal <DIR>', 'where the journal lives'))
    .option('--check', 'verify every line of the journal; exit 1 when something is wrong')
    .option('--json', 'one JSON document')
    .option('-v, --verbose', 'the trace of a failure of this program')
    .option('--no-color', 'no colours')

const defineSandbox = (command: Command): Command =>
  command
    .option('--release <VERSION>', 'the LiteLLM release to behave as; beats that of --world')
    .option(
      '--world <FILE>',
      'a JSON file that says what the gateway is like: servers, keys, faults and so on',
    )
    .option('-v, --verbose', 'the trace of a failure of this program')

type Name = Exclude<Invocation['command'], 'main'>

/** The commands: what each is for, and its options. */
const COMMANDS: readonly [name: Name, description: string, define: (command: Command) => Command][] = [
  ['history', 'the runs in the journal, or one run in full', defineHistory],
  [
    'verify',
    'proves that the old addresses are closed, and the new ones open to the right keys only',
    defineVerify,
  ],
  ['status', 'what is where now: gateway, servers, last run, containers, networks, errors', defineStatus],
  ['sandbox', 'a throw-away gateway with seven servers; stays up until Ctrl-C', defineSandbox],
]

/** All of them have options, whether they are defined or not. */
const term = (command: Command): string =>
  [command.name(), '[options]', ...command.registeredArguments.map((each) => `[${each.name()}]`)].join(' ')

// What can be no terminal has no width, and no stream has to be opened to learn that.
const OUTPUT: OutputConfiguration = {
  writeErr: (text) => process.stderr.write(harmless(withoutValues(text))),
  getOutHelpWidth: () => {
    if (!mayBeTerminal(1)) return USUAL_WIDTH
    giveWidth(process.stdout)
    return process.stdout.isTTY ? process.stdout.columns : USUAL_WIDTH
  },
  getOutHasColors: () => false,
}

/**
 * The whole command line: its options and commands. What was asked for is handed to `on`. Of a command that `isNamed` says
 * is not on the command line the options are left out: to define them all takes longer than to read what was typed.
 */
export function commandLine(
  version: string,
  on: (invocation: Invocation) => void,
  isNamed: (command: string) => boolean = () => true,
  say: (text: string) => void = () => {},
): Command {
  const program = new Command('mcp-url-migrate')
    .description(
      'Moves the MCP server URLs of a LiteLLM gateway: shows the diff, asks, applies, checks, and can take it all back.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({ ...OUTPUT, writeOut: say })
    .showHelpAfterError('Try --help.')
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .hook('preSubcommand', refuseOptionsBefore)
    .addHelpText('after', FOOTER)
    .action((options: Record<string, unknown>) => on({ command: 'main', options }))
  defineMain(program)
  program.configureHelp({ subcommandTerm: term })
  for (const [name, description, define] of COMMANDS) {
    const command = program.command(name).description(description)
    if (name === 'history') command.argument('[RUN]', 'a run id, or the beginning of one')
    if (!isNamed(name)) continue
    define(command).action((...given: unknown[]) => {
      const options = command.opts<Record<string, unknown>>()
      if (name !== 'history') return on({ command: name, options })
      const run = typeof given[0] === 'string' ? given[0] : null
      on({ command: name, run, options })
    })
  }
  return program
}

/**
 * Reads the command line. Throws commander's error for wrong usage, after it has printed its sentence, and for --help and
 * --version, after it has handed their text to `say`.
 */
export function readCommandLine(
  argv: readonly string[],
  version: string,
  say: (text: string) => void = () => {},
): Invocation {
  const asked: Invocation[] = []
  const program = commandLine(
    version,
    (each) => asked.push(each),
    (name) => argv.includes(name),
    say,
  )
  program.parse(argv, { from: 'user' })
  const [invocation] = asked
  if (!invocation) throw new CommanderError(64, 'commander.noCommand', 'no command')
  return invocation
}
