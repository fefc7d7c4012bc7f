import { exactText } from '../exact-json.ts'

// C0 and C1 controls, the characters that reorder or hide text on a screen, and halves of characters.
const UNSAFE =
  /[\p{Surrogate}\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu

/** Signs that every screen shows, each in one column. */
const PLAIN = /^[ -~]*$/

/** Does a text hold nothing but letters, digits, signs and blanks of ASCII? */
export const isPlainText = (text: string): boolean => PLAIN.test(text)

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  return code <= 0xff
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** A gateway's text made harmless for a terminal: control and direction characters become `\x1b`-like escapes. */
export function printable(text: string): string {
  return isPlainText(text) ? text : text.replace(UNSAFE, escaped)
}

/** A whole output made harmless: everything but line breaks and this program's own colours. */
export function harmless(output: string): string {
  return output
    .split(/(\n|\u001b\[[\d;]*m)/)
    .map((part, i) => (i % 2 === 1 ? part : printable(part)))
    .join('')
}

/** JSON text in which the same characters are escaped too, so that it can go to a terminal raw and parse unchanged. */
export function printableJson(value: unknown, indent = 2): string {
  const json = exactText(value, indent)
  return json.replace(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/** At most `limit` characters of a text, with an ellipsis where it was cut. */
export function shortened(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

/** The first of some names, and how many more: `a, b and 3 more`. */
export function firstOf(names: readonly string[], most: number): string {
  const more = names.length - most
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** `1 server`, `2 servers`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`
}
