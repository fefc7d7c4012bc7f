import type { Paint } from '../terminal/console.ts'

/** How to render: the columns there are, whether in colour, and whether in full. */
export interface Look {
  width: number
  paint: Paint
  colour: boolean
  verbose: boolean
}

/** Wraps a text at spaces to the width, later lines indented; a longer word, such as a URL, stays whole. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}
