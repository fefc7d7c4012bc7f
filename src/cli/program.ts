import { Command as Parser, CommanderError, type OutputConfiguration } from 'commander'
import { harmless } from '../core/show/text.ts'
import { historyCommand } from './commands/history.ts'
import { mainCommand } from './commands/main.ts'
import { sandboxCommand } from './commands/sandbox-gateway.ts'
import { statusCommand } from './commands/status.ts'
import { verifyCommand } from './commands/verify.ts'
import type { Command } from './options/declare.ts'
import { mayBeTerminal } from './terminal/output.ts'
import { asShown } from './terminal/signs.ts'
import { giveWidth, USUAL_WIDTH } from './terminal/width.ts'

/** The commands besides the main job, as --help names them. */
const COMMANDS: readonly Command[] = [historyCommand, verifyCommand, statusCommand, sandboxCommand]

/** What was asked for on the command line: a command, with what it was given for its options. */
export interface Invocation {
  command: Command
  options: Record<string, unknown>
}

/** What commander says of an option that it does not know, without a value that may be a secret in the wrong place. */
export function withoutValues(text: string): string {
  return text
    .replace(/(--?[\w-]+=)[^'\n]*/g, '$1…')
    .replace(/(argument|option) '(?!-)[^'\n]*'/g, "$1 '…'")
    .replace(/\bsk-[\w.-]+/g, 'sk-***')
}

/** An option before a command would be read as one of the main job, and do nothing. */
function refuseOptionsBefore(program: Parser, command: Parser): void {
  const early = program.options.find(
    (option) => program.getOptionValueSource(option.attributeName()) === 'cli',
  )
  if (early)
    program.error(`error: option '${early.long}' comes before the command: put it after ${command.name()}`)
}

/** All of them have options, whether they are defined or not. */
const term = (command: Parser): string =>
  [command.name(), '[options]', ...command.registeredArguments.map((each) => `[${each.name()}]`)].join(' ')

// What can be no terminal has no width, and no stream has to be opened to learn that.
const OUTPUT: OutputConfiguration = {
  writeErr: (text) => process.stderr.write(asShown(harmless(withoutValues(text)), process.env)),
  getOutHelpWidth: () => {
    if (!mayBeTerminal(1)) return USUAL_WIDTH
    giveWidth(process.stdout)
    return process.stdout.isTTY ? process.stdout.columns : USUAL_WIDTH
  },
  getOutHasColors: () => false,
}

/** Collects the values of an option that may be repeated. */
const collect = (value: string, before: string[] = []): string[] => [...before, value]

const isArgument = (flags: string): boolean => flags.startsWith('[')

function defineArguments(parser: Parser, { options }: Command): void {
  for (const { flags, help } of options.filter((each) => isArgument(each.flags))) parser.argument(flags, help)
}

function defineOptions(parser: Parser, { options, epilogue }: Command): void {
  for (const { flags, help, repeats } of options.filter((each) => !isArgument(each.flags)))
    if (repeats) parser.option(flags, help, collect)
    else parser.option(flags, help)
  parser.addHelpText('after', epilogue)
}

/** What the options and arguments of a command were given, by their names. */
function givenTo(parser: Parser, { options }: Command): Record<string, unknown> {
  const names = options.filter(({ flags }) => isArgument(flags)).map(({ name }) => name)
  return { ...parser.opts(), ...Object.fromEntries(names.map((name, i) => [name, parser.processedArgs[i]])) }
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
): Parser {
  const define = (parser: Parser, command: Command): void => {
    defineOptions(parser, command)
    parser.action(() => on({ command, options: givenTo(parser, command) }))
  }
  const program = new Parser(mainCommand.name)
    .description(mainCommand.about)
    .version(version)
    .exitOverride()
    .configureOutput({ ...OUTPUT, writeOut: say })
    .showHelpAfterError('Try --help.')
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .hook('preSubcommand', refuseOptionsBefore)
  define(program, mainCommand)
  program.configureHelp({ subcommandTerm: term })
  for (const command of COMMANDS) {
    const parser = program.command(command.name).description(command.about)
    defineArguments(parser, command)
    if (isNamed(command.name)) define(parser, command)
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
