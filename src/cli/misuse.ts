import type { CommanderError } from 'commander'
import type { MigrateError } from '../core/errors.ts'
import { nearestOf } from '../core/show/nearest.ts'
import type { CommandDescription } from './options/describe.ts'
import { usage } from './options/usage.ts'

/**
 * Does it look like a word that somebody meant as one, and not like a secret in the wrong place? Those of letters alone are
 * long, or have capitals among them. An option may be longer than a command.
 */
const isWord = (text: string): boolean =>
  /^(-{1,2}[a-z][a-z-]{0,23}|[a-z][a-z-]{0,13})$/i.test(text) && !/[a-z][A-Z]|^-*sk-/.test(text)

const wrong = (message: string, hint = 'Try --help.'): MigrateError => usage(message, hint)

const optionsOf = ({ groups }: CommandDescription) => groups.flatMap(({ options }) => options)

/** The long names of its options, without dashes. */
const namesOf = (command: CommandDescription): string[] =>
  optionsOf(command).flatMap(({ long }) => (long === null ? [] : [long.slice(2)]))

/** A name as it is shown: what is no word is not repeated. */
const shown = (kind: string, text: string): string =>
  isWord(text) ? `Unknown ${kind} ${text}` : `Unknown ${kind}`

/** What other tools call it, and what is typed for it here. */
const ELSEWHERE = new Map([
  ...['migrate', 'apply', 'run', 'up'].map((word) => [word, ''] as const),
  ...['plan', 'diff', 'preview'].map((word) => [word, ' --dry-run'] as const),
  ...['undo', 'rollback', 'down'].map((word) => [word, ' --revert'] as const),
  ...['log', 'runs'].map((word) => [word, ' history'] as const),
  ...['test', 'check'].map((word) => [word, ' verify'] as const),
  ...['try', 'demo'].map((word) => [word, ' --sandbox'] as const),
])

/** The first word is no command. `commands`: all of them, the main job first. */
export function unknownCommand(word: string, [main, ...others]: readonly CommandDescription[]): MigrateError {
  const options = main ? namesOf(main) : []
  const names = others.map(({ name }) => name)
  if (names.includes(word)) return wrong(`${word} comes before all options: mcp-url-migrate ${word}`)
  if (options.includes(word)) return wrong(`${word} is an option: mcp-url-migrate --${word}`)
  const meant = ELSEWHERE.get(word)
  if (meant !== undefined) return wrong(`Unknown command ${word}. Did you mean mcp-url-migrate${meant}?`)
  if (/\.ya?ml$/.test(word))
    return wrong('Unknown command. A migration file is named as in: mcp-url-migrate --migration FILE')
  // Short names are near to everything.
  const long = options.filter((name) => name.length > 4).map((name) => `--${name}`)
  const near = nearestOf(word, names) ?? nearestOf(`--${word}`, long)
  return wrong(
    `${shown('command', word)}. ${near === null ? `Commands: ${names.join(', ')}` : `Did you mean ${near}?`}`,
  )
}

const NO_SECRETS = 'No option takes a secret as its value: use --key-file FILE, or set LITELLM_PROXY_API_KEY.'

/** An option that other commands have. `--key` is often tried for the admin key itself. */
function elsewhere(
  flag: string,
  owners: readonly CommandDescription[],
  command: CommandDescription,
  [main]: readonly CommandDescription[],
): MigrateError {
  const names = owners.map((each) => (each === main ? 'the main job' : each.name))
  const whose = names.join(', ').replace(/, ([^,]+)$/, ' and $1')
  const not = command === main ? '' : `, not of ${command.name}`
  return wrong(`${flag} is an option of ${whose}${not}`, flag === '--key' ? NO_SECRETS : undefined)
}

/** An option that this command does not have, perhaps with a value after `=`. */
export function unknownOption(
  typed: string,
  command: CommandDescription,
  commands: readonly CommandDescription[],
): MigrateError {
  const [flag = ''] = typed.split('=')
  if (optionsOf(command).some(({ long }) => long === flag)) return wrong(`${flag} takes no value`)
  const name = flag.replace(/^-+/, '')
  const own = namesOf(command)
  const owners = own.includes(name) ? [] : commands.filter((each) => namesOf(each).includes(name))
  if (owners.length > 0) return elsewhere(flag, owners, command, commands)
  const near = name.length > 2 ? nearestOf(name, own) : null
  if (near !== null) return wrong(`${shown('option', flag)}. Did you mean --${near}?`)
  return wrong(shown('option', flag), /key|token|pass?w|secret/i.test(name) ? NO_SECRETS : undefined)
}

/** More words than the command takes. */
export function tooMany({ name, arguments: taken }: CommandDescription): MigrateError {
  const [argument] = taken
  return wrong(
    argument ? `${name} takes one ${argument.value?.name ?? ''} at most` : `${name} takes options only`,
  )
}

/** An option before a command would be read as one of the main job, and do nothing. */
export const tooEarly = (flag: string, command: string): MigrateError =>
  wrong(`${flag} comes before the command: put it after ${command}`)

/** Who typed what commander refuses: for which command, and the words that are left of it. */
interface Refused {
  command: CommandDescription
  words: readonly string[]
  /** All of them, the main job first. */
  commands: readonly CommandDescription[]
}

/** What commander says in a sentence of ours. No value is repeated: it may be a secret in the wrong place. */
export function misuse(
  { code, message }: CommanderError,
  { command, words, commands }: Refused,
): MigrateError {
  const [first = ''] = words
  const isMain = command.name === commands[0]?.name
  const [, quoted = ''] = /option '([^\n]*?)'(?: argument missing)?$/.exec(message) ?? []
  if (code === 'commander.optionMissingArgument') {
    const flags = quoted.replace(/^-\w, /, '').replace(/[<>]/g, '')
    return wrong(`${flags.split(' ')[0]} takes a value: ${flags}`)
  }
  if (isMain && first !== '' && !first.startsWith('-')) return unknownCommand(first, commands)
  if (code === 'commander.unknownOption') return unknownOption(quoted, command, commands)
  return tooMany(command)
}
