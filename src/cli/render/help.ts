import { ERROR_CODES } from '../../core/errors.ts'
import { CONSENTS } from '../../core/plan/consent/consent.ts'
import { SKIPPED_CODES } from '../../core/skipped-codes.ts'
import { EXIT_CODES } from '../exit.ts'
import type { CommandDescription, OptionDescription } from '../options/describe.ts'
import { wrap } from './layout.ts'

/** The widest text that is easy to read. */
const WIDEST = 100
/** From here on a sentence has its place beside what it is about. */
const TWO_COLUMNS = 60

/** What something is called, and what it is. */
type Pair = readonly [term: string, what: string]

const SUMMARY = 'Moves the MCP server URLs of a LiteLLM gateway, and can take it all back.'

const EXAMPLES: readonly Pair[] = [
  ['--dry-run', 'only show what would change'],
  ['[--only a,b]', 'show, ask, change, check'],
  ['--revert', 'take the newest run back'],
  ['--from http://a:1 --to http://b:2', 'move other addresses'],
  ['--sandbox', 'try it on a sandbox gateway'],
]

/** The pieces of a word that is longer than its room: after a sign, else anywhere. */
function pieces(word: string, room: number): string[] {
  if (word.length <= room) return [word]
  const ends = ['|', '/', '-', '=', ','].map((sign) => word.lastIndexOf(sign, room - 1) + 1)
  const end = Math.max(...ends.filter((each) => each > 2), 0) || room
  return [word.slice(0, end), ...pieces(word.slice(end), room)]
}

/** Fills lines with words, none of them longer than the width. */
function fill(text: string, width: number, indent = ''): string {
  const words = text.trimStart().split(' ')
  const start = text.slice(0, text.length - text.trimStart().length)
  const room = width - Math.max(start.length, indent.length)
  return wrap(start + words.flatMap((word) => pieces(word, room)).join(' '), width, indent)
}

/** What something is called and, beside it or below it, what it is. `column`: where that begins. */
function entry(term: string, what: string, width: number, column: number): string {
  if (width < TWO_COLUMNS)
    return `${fill(`  ${term}`, width, '    ')}\n${fill(`      ${what}`, width, '      ')}`
  const indent = ' '.repeat(column)
  if (term.length + 4 > column)
    return `${fill(`  ${term}`, width, '    ')}\n${fill(indent + what, width, indent)}`
  const beside = fill(indent + what, width, indent)
  return `  ${term}${beside.slice(term.length + 2)}`
}

/** Such entries, with the column that most of them leave room for. */
function entries(each: readonly Pair[], width: number, most = 28): string {
  const column = Math.min(Math.max(...each.map(([term]) => term.length + 4)), most)
  return each.map(([term, what]) => entry(term, what, width, column)).join('\n')
}

/** Options by their names alone, with what they are about before them. */
function names(title: string, options: readonly OptionDescription[], width: number): string {
  const listed = options.map(({ short, long }) => (short === null ? long : `${short}/${long}`)).join(' ')
  if (width < TWO_COLUMNS) return `${title}\n${fill(`  ${listed}`, width, '  ')}`
  const indent = ' '.repeat(15)
  return title + fill(indent + listed, width, indent).slice(title.length)
}

function exampleLines(name: string, width: number): string {
  return entries(
    EXAMPLES.map(([words, what]) => [`${name} ${words}`.trim(), what]),
    width,
    width,
  )
}

/** `--help` of the main job, on one screen. `commands`: all of them, the main job first. */
export function shortHelp(commands: readonly CommandDescription[], width: number): string {
  const columns = Math.min(width, WIDEST)
  const [main, ...others] = commands
  if (!main) return ''
  const groups = main.groups.filter(({ title }) => title !== 'Help')
  // The last line names it.
  const named = others.map(({ name }) => name).filter((name) => name !== 'help')
  return `${[
    fill(SUMMARY, columns),
    '',
    fill(`Usage: ${main.name} [OPTIONS], or ${main.name} COMMAND [OPTIONS]`, columns, '  '),
    exampleLines(main.name, columns),
    '',
    fill(`Commands: ${named.join(', ')}`, columns, '  '),
    '',
    ...groups.map(({ title, options }) => names(title, options, columns)),
    '',
    fill('More: help COMMAND, help --all (every option, exit codes, codes in documents)', columns, '  '),
  ].join('\n')}\n`
}

const section = (title: string, text: string, width: number): string => `${fill(`${title}:`, width)}\n${text}`

/** An option, with an empty place for a short name where others have one, unless there is no room for it. */
const termIn = (width: number, { flags, short }: OptionDescription): string =>
  flags.startsWith('-') && short === null && width >= TWO_COLUMNS ? `    ${flags}` : flags

/** Entries with a title, of which each is a pair. */
const list = (title: string, pairs: readonly Pair[], width: number): string =>
  section(title, entries(pairs, width), width)

function optionSections({ groups }: CommandDescription, width: number): string[] {
  const all = groups.flatMap(({ options }) => options)
  const shown = all.length > 8 ? groups : [{ title: 'Options', options: all }]
  return shown.map(({ title, options }) => {
    const pairs = options.map((each): Pair => [termIn(width, each), each.sentence])
    return list(title, pairs, width)
  })
}

/** The codes with which the program ends, and those in its documents. */
function codeSections(width: number): string[] {
  const exits = EXIT_CODES.map(([code, meaning]): Pair => [String(code).padStart(3), meaning])
  const codes = (all: readonly string[]): string => fill(`  ${all.join(', ')}`, width, '  ')
  return [
    list('Exit codes', exits, width),
    section('Codes of errors in JSON', codes(ERROR_CODES), width),
    section('Codes of servers that are left alone (skipped)', codes(SKIPPED_CODES), width),
    section('Effects that need a consent (awaiting)', codes(CONSENTS), width),
  ]
}

/** Everything about the main job. */
function mainHelp(main: CommandDescription, others: readonly CommandDescription[], width: number): string[] {
  const { name, about, notes } = main
  const commands = others.map((each): Pair => [each.name, each.about])
  return [
    `${fill(`Usage: ${name} [OPTIONS]`, width, '  ')}\n${fill(`       ${name} COMMAND [OPTIONS]`, width, '  ')}`,
    fill(about, width),
    section('Examples', exampleLines(name, width), width),
    list('Commands', commands, width),
    ...optionSections(main, width),
    ...notes.map((note) => fill(note, width)),
    ...codeSections(width),
  ]
}

/** Everything about one command. `commands`: all of them, the main job first. */
export function fullHelp(
  command: CommandDescription,
  commands: readonly CommandDescription[],
  columns: number,
): string {
  const width = Math.min(columns, WIDEST)
  const [main, ...others] = commands
  if (main?.name === command.name) return `${mainHelp(main, others, width).join('\n\n')}\n`
  const { name, about, notes } = command
  const taken = command.arguments.map(({ flags }) => ` ${flags}`).join('')
  const paragraphs = [
    fill(`Usage: ${main?.name ?? ''} ${name} [OPTIONS]${taken}`, width, '  '),
    fill(`${about.charAt(0).toUpperCase()}${about.slice(1)}`, width),
    ...optionSections(command, width),
    ...notes.map((note) => fill(note, width)),
  ]
  return `${paragraphs.join('\n\n')}\n`
}
