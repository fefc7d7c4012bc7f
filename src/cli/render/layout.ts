import stringWidth from 'fast-string-width'
import { printable } from '../../core/show/text.ts'
import type { Paint } from '../terminal/console.ts'

/** How to render: the columns there are, whether in colour, and whether in full. */
export interface Look {
  width: number
  paint: Paint
  colour: boolean
  verbose: boolean
}

/**
 * The columns that a text takes on a screen: wide letters and emoji two, marks that combine with a letter none, colour codes
 * none. For a text of one line.
 */
export const columnsOf = (text: string): number => stringWidth(text)

/** A text with spaces after it, up to that many columns. */
export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - columnsOf(text)))

/** At most that many columns of a text without colours, with an ellipsis where it was cut. */
export function fitted(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let kept = ''
  for (const character of text) {
    if (columnsOf(kept + character) >= columns) break
    kept += character
  }
  return columns < 1 ? '' : `${kept}…`
}

/**
 * Wraps a text at spaces to the width: the first line keeps its indentation, later ones get `indent`. A longer
 * word, such as a URL, stays whole.
 */
export function wrap(text: string, width: number, indent = ''): string {
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

/** A hint as it is shown: a command in it is an indented line of its own, whole, so that it can be copied. */
export function hintLines(hint: string, width: number, indent = ''): string {
  const lines = hint.split('\n').map((line) => indent + printable(line))
  return lines.map((line) => (line.startsWith(`${indent}  `) ? line : wrap(line, width, indent))).join('\n')
}

/** A warning as it is shown, and below it, indented, what mends it: the lines after the first, as of a hint. */
export function warningLines(warning: string, width: number, indent = ''): string {
  const [sentence = '', ...rest] = warning.split('\n')
  const below = `${indent}  `
  const first = wrap(`${indent}! ${printable(sentence)}`, width, below)
  return rest.length === 0 ? first : `${first}\n${hintLines(rest.join('\n'), width, below)}`
}

/** What is wrong, as such a warning: the sentence, and the hint below it. */
export function problemLines(
  { message, hint }: { message: string; hint: string | null },
  width: number,
  indent = '',
): string {
  return warningLines(hint === null ? message : `${message}\n${hint}`, width, indent)
}
