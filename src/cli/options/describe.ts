import { type Declaration, GROUPS, inGroup, isArgument, type Option, toggle } from './declare.ts'

/** An option or argument as --help, the documentation and completion know it. */
export interface OptionDescription {
  /** As it is declared: `-n, --dry-run`, `--journal <DIR>`, `[RUN]`. */
  flags: string
  /** `-n`; `null` where it has no short name. */
  short: string | null
  /** `--dry-run`; `null` of an argument. */
  long: string | null
  /** What stands for its value, such as `DIR`; `null` of one that takes none. `isOptional`: may the value be left out? */
  value: { name: string; isOptional: boolean } | null
  /** The words that the value may be; none where it may be anything. */
  words: readonly string[]
  repeats: boolean
  /** What it does, without the rest. */
  help: string
  /** The variables that are read where it is not given. */
  environment: readonly string[]
  /** What holds where it is not given, for people; `null` where that goes without saying. */
  usual: string | null
  /** All of that in one sentence, as --help shows it. */
  sentence: string
}

/** A command as they know it: its options by what they are about. */
export interface CommandDescription {
  /** The word that calls it; of the main job, the program's name. */
  name: string
  about: string
  /** Those that are no options, in their order. */
  arguments: OptionDescription[]
  /** Arguments stand in their groups, too. */
  groups: { title: string; options: OptionDescription[] }[]
  /** What is to be known besides, a paragraph each. */
  notes: readonly string[]
}

const SHORT = /^(-\w), /
const LONG = /--[\w-]+/
const VALUE = /([<[])(.+)[>\]]$/

function sentenceOf({ flags, help, environment, usual, words, repeats }: Option): string {
  const among = words.length === 0 || flags.includes('|') ? '' : `: ${words.join(', ')}`
  const more = [
    ...(environment.length === 0 ? [] : [environment.join(', ')]),
    ...(usual === null ? [] : [`default: ${usual}`]),
  ]
  return `${help}${among}${repeats ? '; repeatable' : ''}${more.length === 0 ? '' : ` (${more.join('; ')})`}`
}

function describeOption(option: Option): OptionDescription {
  const { flags, help, environment, usual, words, repeats } = option
  const [, bracket = '', name = ''] = VALUE.exec(flags) ?? []
  return {
    flags,
    short: SHORT.exec(flags)?.[1] ?? null,
    long: LONG.exec(flags)?.[0] ?? null,
    value: bracket === '' ? null : { name, isOptional: bracket === '[' },
    words,
    repeats,
    help,
    environment,
    usual,
    sentence: sentenceOf(option),
  }
}

/** What every command takes. */
const HELP = inGroup('Help', toggle('-h, --help', 'what it does, and what it takes'))

/** What a command takes and does, for whoever shows it or completes it. */
export function describeCommand({ name, about, options: own, notes }: Declaration): CommandDescription {
  const options = [...own, ...HELP]
  const titles = GROUPS.filter((title) => options.some(({ group }) => group === title))
  return {
    name,
    about,
    arguments: options.filter(isArgument).map(describeOption),
    groups: titles.map((title) => ({
      title,
      options: options.filter(({ group }) => group === title).map(describeOption),
    })),
    notes,
  }
}
