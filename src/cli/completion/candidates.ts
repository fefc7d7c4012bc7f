import type { CommandDescription, OptionDescription } from '../options/describe.ts'

/** One way to go on, and what it does. */
export interface Candidate {
  word: string
  about: string
}

/** What only this machine knows, by what stands for it in --help: the words that there are. */
export type Known = Readonly<Record<string, () => readonly string[]>>

/** What may come next: words, or whatever the shell finds. */
export type Candidates = readonly Candidate[] | 'files' | 'folders'

const SHELLS_OWN: Readonly<Record<string, 'files' | 'folders'>> = {
  FILE: 'files',
  'FILE...': 'files',
  DIR: 'folders',
}

/** Where somebody is on the command line. */
interface Place {
  command: CommandDescription
  /** The options that stand there already, by their long names. */
  given: string[]
  /** How many words are no options, and no values. */
  count: number
  /** The option that waits for its value, `null` where none does. */
  open: OptionDescription | null
}

const optionsOf = ({ groups }: CommandDescription): OptionDescription[] =>
  groups.flatMap(({ options }) => options).filter(({ long }) => long !== null)

const optionNamed = (command: CommandDescription, word: string): OptionDescription | null =>
  optionsOf(command).find(({ short, long }) => [short, long].includes(word.split('=')[0] ?? '')) ?? null

/** Goes one word further. */
function step(place: Place, word: string, commands: readonly CommandDescription[]): Place {
  const { command, given, count, open } = place
  if (open && !(open.value?.isOptional && word.startsWith('-'))) return { ...place, open: null }
  if (word.startsWith('-')) {
    const option = optionNamed(command, word)
    const waits = option?.value && !word.includes('=')
    return { command, given: [...given, option?.long ?? word], count, open: waits ? option : null }
  }
  const isFirst = given.length === 0 && count === 0 && command === commands[0]
  const called = isFirst ? commands.slice(1).find(({ name }) => name === word) : undefined
  if (called) return { command: called, given: [], count: 0, open: null }
  return { ...place, count: count + 1, open: null }
}

/** The values that an option or argument may have, after a word's beginning that stays. */
function valuesOf({ value, words }: OptionDescription, known: Known, before = ''): Candidates {
  const name = value?.name ?? ''
  const own = words.length > 0 ? undefined : SHELLS_OWN[name]
  if (own) return own
  const all = words.length > 0 ? words : (known[name]?.() ?? [])
  return all.map((word) => ({ word: before + word, about: '' }))
}

/** The value of `NAME=ENV` after its name: a variable. */
function variablesAfter(
  current: string,
  option: OptionDescription,
  known: Known,
  before: string,
): Candidates {
  const [name = ''] = current.split('=')
  if (!current.includes('=')) return []
  return valuesOf({ ...option, value: { name: 'ENV', isOptional: false } }, known, `${before}${name}=`)
}

/** A path is told from an id by its slash or its dot. */
const isPath = (text: string): boolean => /[/.~]/.test(text)

function valueFor(option: OptionDescription, current: string, known: Known, before = ''): Candidates {
  const { value } = option
  if (value?.name === 'NAME=ENV') return variablesAfter(current, option, known, before)
  if (value?.name === 'ID|FILE' && isPath(current)) return 'files'
  return valuesOf(option, known, before)
}

/** What may come next on a command line. `words`: those up to the cursor, the last one as far as it is typed. `commands`: the main job first. */
export function candidates(
  words: readonly string[],
  commands: readonly CommandDescription[],
  known: Known,
): Candidates {
  const [main] = commands
  const current = words.at(-1) ?? ''
  if (!main) return []
  const start: Place = { command: main, given: [], count: 0, open: null }
  const { command, given, count, open } = words
    .slice(0, -1)
    .reduce((place, word) => step(place, word, commands), start)
  if (open && !(open.value?.isOptional && current.startsWith('-'))) return valueFor(open, current, known)
  const [flag = '', ...rest] = current.split('=')
  const assigned = rest.length > 0 ? optionNamed(command, flag) : null
  if (assigned) return valueFor(assigned, rest.join('='), known, `${flag}=`)
  const last = command.arguments.at(-1)
  const argument = command.arguments[count] ?? (last?.flags.endsWith('...]') ? last : undefined)
  if (!current.startsWith('-') && argument) return valueFor(argument, current, known)
  if (!current.startsWith('-') && command === main && given.length === 0)
    return commands.slice(1).map(({ name, about }) => ({ word: name, about }))
  return optionsOf(command)
    .filter(({ long, repeats }) => repeats || !given.includes(long ?? ''))
    .map(({ long, help }) => ({ word: long ?? '', about: help }))
}
