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
 * Wraps a text at spaces to the width: the first line keeps its indentation, later ones get `indent`. A longer
 * word, such as a URL, stays whole.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const [first = '', ...words] = text.trimStart().split(' ')
  const lines: string[] = []
  let line = text.slice(0, text.length - text.trimStart().length) + first
  for (const word of words) {
    if (line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}

/** A hint as it is shown: a command in it is an indented line of its own, whole, so that it can be copied. */
export function hintLines(hint: string, width: number): string {
  const lines = hint.split('\n').map(printable)
  return lines.map((line) => (line.startsWith('  ') ? line : wrap(line, width))).join('\n')
}
