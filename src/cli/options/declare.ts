import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Condition } from './conditions.ts'
import type * as AllKinds from './kinds.ts'

/** The kinds of values, as schemas. They and zod are loaded when there are options to read, and not for --help. */
export type Kinds = typeof AllKinds

/** What options are about, in the order in which --help shows them. */
export const GROUPS = [
  'Connection',
  'Which servers',
  'Review',
  'Safety',
  'Checks',
  'Deployment',
  'Journal',
  'Sandbox',
  'Output',
  'Help',
] as const
/** What an option is about. */
export type Group = (typeof GROUPS)[number]

type Kind<T> = (kinds: Kinds) => z.ZodType<T>

/** An option or argument of a command, declared once for the command line, --help and whoever reads its value. */
export interface Option<Name extends string = string, T = unknown> {
  /** As --help shows it: `-n, --dry-run`, `--journal <DIR>`, `--no-color`; `[RUN]` is an argument. */
  readonly flags: string
  /** With which others --help shows it. */
  readonly group: Group
  /** The key of its value: `dryRun`, `journal`, `color`, `run`. */
  readonly name: Name
  readonly help: string
  /** The variables that are read where it is not given, in this order. */
  readonly environment: readonly string[]
  /** What holds where it is not given, for people; `null` where that goes without saying. */
  readonly usual: string | null
  /** The words that its value may be; none where it may be anything. */
  readonly words: readonly string[]
  /** May it be given more than once? Its values are a list then. */
  readonly repeats: boolean
  /** What to do where it is given again, of one whose first value is not to be lost then; else `null`. */
  readonly again: string | null
  /** The schema of its value. */
  readonly kind: Kind<T>
}

/** Is it an argument, and no option? */
export const isArgument = ({ flags }: Pick<Option, 'flags'>): boolean => flags.startsWith('[')

type FirstWord<Text extends string> = Text extends `${infer Word} ${string}` ? Word : Text
type Camel<Text extends string> = Text extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Text
type NameIn<Flags extends string> = Flags extends `${string}--no-${infer Rest}`
  ? Camel<FirstWord<Rest>>
  : Flags extends `${string}--${infer Rest}`
    ? Camel<FirstWord<Rest>>
    : Flags extends `[${infer Argument}...]`
      ? Lowercase<Argument>
      : Flags extends `[${infer Argument}]`
        ? Lowercase<Argument>
        : never

function nameIn<Flags extends string>(flags: Flags): NameIn<Flags> {
  const [, word = ''] = /(?:--(?:no-)?|\[)([\w-]+)/.exec(flags) ?? []
  return word.toLowerCase().replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as NameIn<Flags>
}

/** What else is known of an option: what --help says by itself of each, and what can be completed. */
type More = Partial<Pick<Option, 'environment' | 'usual' | 'words' | 'again'>>

/** The words that a value may be, of flags that name them: `<stop|continue|revert>`. */
function wordsIn(flags: string): string[] {
  const [, value = ''] = /[<[](.*)[>\]]/.exec(flags) ?? []
  // In capitals it says what a value is.
  return value.includes('|') && value !== value.toUpperCase() ? value.split('|') : []
}

/** Declares an option with a value, or an argument. */
export const option = <const Flags extends string, T>(
  flags: Flags,
  help: string,
  kind: Kind<T>,
  { environment = [], usual = null, words = wordsIn(flags), again = null }: More = {},
): Option<NameIn<Flags>, T> => ({
  flags,
  group: 'Output',
  name: nameIn(flags),
  help,
  environment,
  usual,
  words,
  repeats: false,
  again,
  kind,
})

/** Declares an option that may be given more than once. */
export const repeatable = <const Flags extends string, T>(
  flags: Flags,
  help: string,
  kind: Kind<T>,
  more: More = {},
): Option<NameIn<Flags>, T> => ({ ...option(flags, help, kind, more), repeats: true })

/** Says of options what they are about. Without it an option is about the output. */
export const inGroup = <const T extends readonly Option[]>(group: Group, ...options: T): T[number][] =>
  options.map((each) => ({ ...each, group }))

/** Declares an option without a value: false where it is not given, and with `--no-…` the other way round. */
export const toggle = <const Flags extends string>(
  flags: Flags,
  help: string,
  more: More = {},
): Option<NameIn<Flags>, boolean> =>
  option(flags, help, ({ yesOrNo }) => yesOrNo.default(flags.startsWith('--no-')), more)

/** The values of options, by their names. */
export type OptionsOf<T extends readonly Option[]> = {
  [Each in T[number] as Each['name']]: Each extends Option<string, infer Value> ? Value : never
}

/** A command as the command line knows it. */
export interface Declaration {
  /** The word that calls it; of the main job, the program's name. */
  readonly name: string
  /** What it is for. */
  readonly about: string
  readonly options: readonly Option[]
  /** What else --help says, a paragraph each. */
  readonly notes: readonly string[]
}

/** A command that is carried out. */
export interface Command<Options = unknown> extends Declaration {
  /** Reads what the command line leaves of the options. Throws `usage` with a sentence that names the option, and not its value. */
  readonly read: (given: unknown) => Promise<Options>
  /** Does it with options as the command line leaves them. Returns the exit code. */
  readonly perform: (given: unknown, context: Context) => Promise<number>
}

interface Declared<T extends readonly Option[]> {
  name: string
  about: string
  options: T
  notes?: readonly string[]
  /** In the order in which they are told. */
  conditions?: readonly Condition<OptionsOf<T>>[]
  /** What carries it out is loaded by this: most of the time that a command takes to start is loading. */
  action: (options: OptionsOf<T>, context: Context) => Promise<number>
}

/** Declares a command: its options, what they have to fulfil together, and what it does. */
export function command<T extends readonly Option[]>({
  name,
  about,
  options,
  notes = [],
  conditions = [],
  action,
}: Declared<T>): Command<OptionsOf<T>> {
  const read = async (given: unknown): Promise<OptionsOf<T>> =>
    (await import('./read.ts')).readOptions(options, conditions, given)
  const perform = async (given: unknown, context: Context): Promise<number> =>
    action(await read(given), context)
  return { name, about, options, notes, read, perform }
}
