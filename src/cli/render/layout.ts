import stringWidth from 'fast-string-width'
import { isPlainText, printable } from '../../core/show/text.ts'
import type { Paint } from '../terminal/colour.ts'

/** How to render: the columns there are, whether in colour, and whether in full. */
export interface Look {
  width: number
  paint: Paint
  colour: boolean
  verbose: boolean
  /** Do people read it in a terminal? Commands are broken to fit there, and stay on one line for scripts. */
  onScreen?: boolean
  /** Rows of that terminal; `undefined` where it does not tell them. */
  height?: number | undefined
}

/** What a text has to fit into. */
export type Room = Pick<Look, 'width' | 'onScreen'>

/**
 * The columns that a text takes on a screen: wide letters and emoji two, marks that combine with a letter none, colour codes
 * none. For a text of one line.
 */
export const columnsOf = (text: string): number => (isPlainText(text) ? text.length : stringWidth(text))

/** A text with spaces after it, up to that many columns. */
export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - columnsOf(text)))

/** As many of these characters, from the first on, as take no more than so many columns. */
export function within(characters: Iterable<string>, columns: number): string {
  let kept = ''
  for (const character of characters) {
    if (columnsOf(kept + character) > columns) break
    kept += character
  }
  return kept
}

/** At most that many columns of a text without colours, with an ellipsis where it was cut. */
export function fitted(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  return columns < 1 ? '' : `${within(text, columns - 1)}…`
}

/**
 * Wraps a text at spaces to the width: the first line keeps its indentation, later ones get `indent`. A longer
 * word, such as a URL, stays whole.
 */
export function wrap(text: string, width: number, indent = ''): string {
  if (text.length <= width && isPlainText(text)) return text
  const [first = '', ...words] = text.trimStart().split(' ')
  const lines: string[] = []
  let line = text.slice(0, text.length - text.trimStart().length) + first
  let columns = columnsOf(line)
  for (const word of words) {
    const more = columnsOf(word)
    if (columns + 1 + more > width) {
      lines.push(line)
      line = indent + word
      columns = columnsOf(indent) + more
    } else {
      line = `${line} ${word}`
      columns += 1 + more
    }
  }
  return [...lines, line].join('\n')
}

/** A message whose lines fit into so many columns, but for what is indented, such as a command: that has been broken already. */
export const messageLines = (message: string, width: number): string =>
  message
    .split('\n')
    .map((line) => (line.startsWith(' ') ? line : wrap(line, width, '  ')))
    .join('\n')

// A word of a shell as it is typed: with its quotes, and never broken in them.
const SHELL_WORD = /(?:\$'(?:\\.|[^'\\])*'|'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/g

/** The words of a command, each option together with its values; `null` for what is no line of a shell. */
function partsOf(command: string): string[][] | null {
  if (command.replace(SHELL_WORD, '').trim() !== '') return null
  const parts: string[][] = [[]]
  for (const word of command.match(SHELL_WORD) ?? []) {
    if (word.startsWith('-')) parts.push([word])
    else parts.at(-1)?.push(word)
  }
  return parts.filter((part) => part.length > 0)
}

/** Lines of so many columns, filled with texts that stay whole. `gap`: what is between two of them. */
export function filled(texts: readonly string[], columns: number, gap = ' '): string[] {
  const lines: string[] = []
  for (const text of texts) {
    const line = `${lines.at(-1) ?? ''}${gap}${text}`
    if (lines.length > 0 && columnsOf(line) <= columns) lines[lines.length - 1] = line
    else lines.push(text)
  }
  return lines
}

/**
 * A command as it is shown. Where it does not fit on a screen it is broken before its options, with a backslash at the end of
 * each line, so that sh, bash and zsh take it as it is. A single word that is longer than the line stays whole, as in every
 * text of this program: a URL, a hash, a path. That is the one thing that may be wider than the terminal.
 */
export function commandLines(command: string, room: Room, indent = ''): string {
  const whole = indent + command
  const isBroken = room.onScreen === true && columnsOf(whole) > room.width
  const parts = isBroken ? partsOf(command) : null
  if (parts === null) return whole
  const further = `${indent}  `
  const columns = room.width - columnsOf(`${further} \\`)
  const texts = parts.flatMap((part) => {
    const text = part.join(' ')
    return columnsOf(text) <= columns ? [text] : part
  })
  return indent + filled(texts, columns).join(` \\\n${further}`)
}

/** A hint as it is shown: a command in it is an indented line, so that it can be copied. */
export function hintLines(hint: string, room: Room, indent = ''): string {
  const line = (text: string): string => {
    const [, start = '', command = ''] = /^( {2,})(\S.*)$/.exec(text) ?? []
    return command === ''
      ? wrap(indent + text, room.width, indent)
      : commandLines(command, room, indent + start)
  }
  return hint
    .split('\n')
    .map((text) => line(printable(text)))
    .join('\n')
}

/** A warning as it is shown, and below it, indented, what mends it: the lines after the first, as of a hint. */
export function warningLines(warning: string, room: Room, indent = ''): string {
  const [sentence = '', ...rest] = warning.split('\n')
  const below = `${indent}  `
  const first = wrap(`${indent}! ${printable(sentence)}`, room.width, below)
  return rest.length === 0 ? first : `${first}\n${hintLines(rest.join('\n'), room, below)}`
}

/** What is wrong, as such a warning: the sentence, and the hint below it. */
export function problemLines(
  { message, hint }: { message: string; hint: string | null },
  room: Room,
  indent = '',
): string {
  return warningLines(hint === null ? message : `${message}\n${hint}`, room, indent)
}
