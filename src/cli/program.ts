import { Command as Parser, CommanderError, type OutputConfiguration } from 'commander'
import { describeCommands, PERFORMED } from './commands/all.ts'
import { mainCommand } from './commands/main.ts'
import { misuse, tooEarly, unknownCommand } from './misuse.ts'
import { type Command, type Declaration, isArgument } from './options/declare.ts'
import { usage } from './options/usage.ts'
import { fullHelp, shortHelp } from './render/help.ts'
import { mayBeTerminal } from './terminal/output.ts'
import { giveWidth, USUAL_WIDTH } from './terminal/width.ts'

/** What was asked for on the command line: a command, with what it was given for its options. */
export interface Invocation {
  command: Command
  options: Record<string, unknown>
}

/** An option before a command would be read as one of the main job, and do nothing. */
function refuseOptionsBefore(program: Parser, command: Parser): void {
  const early = program.options.find(
    (option) => program.getOptionValueSource(option.attributeName()) === 'cli',
  )
  if (early) throw tooEarly(early.long ?? early.flags, command.name())
}

/** The columns that help has. What can be no terminal has no width, and no stream has to be opened to learn that. */
function helpWidth(): number {
  if (!mayBeTerminal(1)) return USUAL_WIDTH
  giveWidth(process.stdout)
  return process.stdout.isTTY ? process.stdout.columns : USUAL_WIDTH
}

const OUTPUT: OutputConfiguration = {
  // What is wrong is told by whoever catches it.
  writeErr: () => {},
  getOutHelpWidth: helpWidth,
  getOutHasColors: () => false,
}

/** Collects the values of an option that may be repeated. */
const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** Keeps the value of an option that is given once. Throws `usage` where it is given again. */
const once =
  (flags: string, hint: string) =>
  (value: string, before?: string): string => {
    if (before !== undefined) throw usage(`${flags.split(' ')[0]} is given twice`, hint)
    return value
  }

function defineArguments(parser: Parser, { options }: Declaration): void {
  for (const { flags } of options.filter(isArgument)) parser.argument(flags)
}

function defineOptions(parser: Parser, { options }: Declaration): void {
  for (const { flags, repeats, again } of options.filter((each) => !isArgument(each)))
    if (repeats) parser.option(flags, '', collect)
    else if (again !== null) parser.option(flags, '', once(flags, again))
    else parser.option(flags)
}

/** What the options and arguments of a command were given, by their names. */
function givenTo(parser: Parser, { options }: Command): Record<string, unknown> {
  const names = options.filter(isArgument).map(({ name }) => name)
  return { ...parser.opts(), ...Object.fromEntries(names.map((name, i) => [name, parser.processedArgs[i]])) }
}

/** What --help says of a command: of the main job all of it, or what fits on a screen. Throws `usage` where there is no such command. */
export function helpOn(name: string, all: boolean): string {
  const commands = describeCommands()
  const command = commands.find((each) => each.name === name)
  if (!command) throw unknownCommand(name, commands)
  return name === mainCommand.name && !all
    ? shortHelp(commands, helpWidth())
    : fullHelp(command, commands, helpWidth())
}

/** What the command line is read for. */
interface Reading {
  /** Is handed what was asked for. */
  on: (invocation: Invocation) => void
  /** Is this command on the command line? Of another the options are left out: to define them all takes longer than to read what was typed. */
  isNamed?: (command: string) => boolean
  /** Is handed the text of --help and --version. */
  say?: (text: string) => void
  /** Is all that is known to be told of the main job? */
  all?: boolean
}

/** The whole command line: its options and commands. */
export function commandLine(
  version: string,
  { on, isNamed = () => true, say = () => {}, all = false }: Reading,
): Parser {
  const program = new Parser(mainCommand.name)
  const formatHelp = (parser: Parser): string => {
    const [word = ''] = parser === program ? program.args : []
    return helpOn(word === '' || word.startsWith('-') ? parser.name() : word, all)
  }
  const define = (parser: Parser, command: Command): void => {
    defineOptions(parser, command)
    parser.action(() => on({ command, options: givenTo(parser, command) }))
  }
  program
    .version(version)
    .exitOverride()
    .configureOutput({ ...OUTPUT, writeOut: say })
    .configureHelp({ formatHelp })
    .showSuggestionAfterError(false)
    .helpCommand(false)
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .hook('preSubcommand', refuseOptionsBefore)
  define(program, mainCommand)
  for (const command of PERFORMED) {
    const parser = program.command(command.name)
    defineArguments(parser, command)
    if (isNamed(command.name)) define(parser, command)
  }
  return program
}

/** What commander refuses, in a sentence of ours. */
function refusal(error: CommanderError, program: Parser): Error {
  const commands = describeCommands()
  const named = program.commands.find((each) => each.name() === program.args[0])
  const [main] = commands
  const command = commands.find(({ name }) => name === named?.name()) ?? main
  return command ? misuse(error, { command, words: program.args, commands }) : error
}

/**
 * Reads the command line. Throws `usage` for what it cannot be, and for --help and --version commander's error with exit code
 * 0, after it has handed their text to `say`.
 */
export function readCommandLine(
  argv: readonly string[],
  version: string,
  say: (text: string) => void = () => {},
): Invocation {
  const asked: Invocation[] = []
  const program = commandLine(version, {
    on: (each) => asked.push(each),
    isNamed: (name) => argv.includes(name),
    say,
    all: argv.includes('--all'),
  })
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    throw error instanceof CommanderError && error.exitCode !== 0 ? refusal(error, program) : error
  }
  const [invocation] = asked
  if (!invocation) throw new Error('commander called no command')
  return invocation
}
