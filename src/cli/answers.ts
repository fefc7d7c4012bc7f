import { nearestOf } from '../core/show/nearest.ts'
import { COMPLETION, describeCommands, HELP, SHELLS, VERSION } from './commands/all.ts'
import { mainCommand } from './commands/main.ts'
import { tooMany, unknownOption } from './misuse.ts'
import { flag, usage } from './options/usage.ts'
import { helpOn } from './program.ts'

/** The words after one of these commands, and its options; checked. */
interface Typed {
  words: readonly string[]
  options: readonly string[]
}

/** The completion script for a shell. Throws `usage` for one that is not known. */
async function completion({ words: [word] }: Typed): Promise<string> {
  const shell = SHELLS.find((each) => each === word)
  if (shell) return (await import('./completion/scripts.ts')).completionScript(shell)
  const near = word === undefined ? null : nearestOf(word, SHELLS)
  throw usage(
    `completion takes bash, zsh or fish${near === null ? '' : `. Did you mean ${near}?`}`,
    'Try completion --help.',
  )
}

type Answer = (typed: Typed, version: string) => string | Promise<string>

/** What is answered at once, without anything to carry out, by the word that asks for it. */
const ANSWERS = new Map<string, Answer>([
  [HELP.name, ({ words: [name = mainCommand.name], options }) => helpOn(name, options.includes(flag('all')))],
  [VERSION.name, (_, version) => `${version}\n`],
  [COMPLETION.name, completion],
])

const isHelp = (option: string): boolean => ['-h', '--help'].includes(option)

/**
 * The answer to `help`, `version`, `completion`, and to what a completion script asks; `null` where a command is to be carried
 * out. Throws `usage` for words that they do not take.
 */
export async function answerAtOnce(argv: readonly string[], version: string): Promise<string | null> {
  const [first = '', ...rest] = argv
  if (first === 'complete') return (await import('./completion/complete.ts')).complete(rest)
  const answer = ANSWERS.get(first)
  if (!answer) return null
  const commands = describeCommands()
  const command = commands.find(({ name }) => name === first)
  const [words, options] = [
    rest.filter((each) => !each.startsWith('-')),
    rest.filter((each) => each.startsWith('-')),
  ]
  if (!command || options.some(isHelp)) return helpOn(first, false)
  const known = command.groups.flatMap((group) => group.options.map(({ long }) => long))
  const unknown = options.find((each) => !known.includes(each))
  if (unknown !== undefined) throw unknownOption(unknown, command, commands)
  if (words.length > command.arguments.length) throw tooMany(command)
  return answer({ words, options }, version)
}
