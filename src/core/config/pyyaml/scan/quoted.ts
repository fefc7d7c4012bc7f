import { anyOf, code, END, isBlank, isBreak, isBreakOrEnd, isGapOrTab, isHex, TAB } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { YamlFault } from '../fault.ts'
import type { ScalarToken } from './tokens.ts'

const SINGLE = code("'")
const DOUBLE = code('"')
const BACKSLASH = code('\\')
const isQuoteOrBackslash = anyOf('\'"\\')

const REPLACEMENTS: Partial<Record<string, string>> = {
  0: '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1B',
  ' ': ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
  N: '\x85',
  _: '\xA0',
  L: '\u2028',
  P: '\u2029',
}

const LENGTHS: Partial<Record<string, number>> = { x: 2, u: 4, U: 8 }

function takeHex(cursor: Cursor, length: number): string {
  for (let ahead = 0; ahead < length; ahead++) {
    if (!isHex(cursor.peek(ahead)))
      throw new YamlFault('an escape has too few hexadecimal digits', cursor.offset)
  }
  const value = Number.parseInt(cursor.text.slice(cursor.offset, cursor.offset + length), 16)
  if (value > 0x10ffff) throw new YamlFault('an escape stands for no character', cursor.offset)
  cursor.skip(length)
  return String.fromCodePoint(value)
}

/** Passes blank lines, and gives what they are worth. The blanks before the next word go too. */
function takeBreaks(cursor: Cursor): string {
  let breaks = ''
  for (;;) {
    if (cursor.atAnyMarker())
      throw new YamlFault('a quoted text is not closed before the document ends', cursor.offset)
    cursor.take(isBlank)
    if (!isBreak(cursor.peek())) return breaks
    breaks += cursor.lineBreak()
  }
}

function takeEscape(cursor: Cursor): string {
  cursor.skip()
  if (isBreak(cursor.peek())) {
    cursor.lineBreak()
    return takeBreaks(cursor)
  }
  const name = String.fromCharCode(cursor.peek())
  const replacement = REPLACEMENTS[name]
  const length = LENGTHS[name]
  if (replacement === undefined && length === undefined)
    throw new YamlFault('a quoted text has an unknown escape', cursor.offset)
  cursor.skip()
  return replacement ?? takeHex(cursor, length ?? 0)
}

const isWordCharacter = (character: number): boolean =>
  !isGapOrTab(character) && !isQuoteOrBackslash(character)

/** Takes text up to a blank, a break, the end or the closing quote. */
function takeWord(cursor: Cursor, quote: number): string {
  let word = ''
  for (;;) {
    word += cursor.take(isWordCharacter)
    const character = cursor.peek()
    if (quote === DOUBLE && character === BACKSLASH) word += takeEscape(cursor)
    else if (quote === SINGLE && character === SINGLE && cursor.peek(1) === SINGLE) {
      word += "'"
      cursor.skip(2)
    } else if (character !== quote && isQuoteOrBackslash(character)) {
      word += String.fromCharCode(character)
      cursor.skip()
    } else return word
  }
}

function takeSpaces(cursor: Cursor): string {
  const blanks = cursor.take(isBlank)
  if (cursor.peek() === END) throw new YamlFault('a quoted text is not closed', cursor.offset)
  if (!isBreak(cursor.peek())) return blanks
  const first = cursor.lineBreak()
  const breaks = takeBreaks(cursor)
  if (first !== '\n') return first + breaks
  return breaks === '' ? ' ' : breaks
}

const isVerbatim = (character: number): boolean =>
  character !== TAB && !isBreakOrEnd(character) && !isQuoteOrBackslash(character)

/** The text up to the closing quote, if it is on this line and stands for itself: most texts do. */
function takeVerbatim(cursor: Cursor, quote: number): string | null {
  let length = 0
  while (isVerbatim(cursor.peek(length))) length++
  if (cursor.peek(length) !== quote || cursor.peek(length + 1) === quote) return null
  const value = cursor.text.slice(cursor.offset, cursor.offset + length)
  cursor.skip(length)
  return value
}

/** Scans a scalar between single or double quotes. */
export function scanQuoted(cursor: Cursor): ScalarToken {
  const start = cursor.offset
  const quote = cursor.peek()
  cursor.skip()
  let value = takeVerbatim(cursor, quote) ?? takeWord(cursor, quote)
  while (cursor.peek() !== quote) value += takeSpaces(cursor) + takeWord(cursor, quote)
  cursor.skip()
  return { kind: 'scalar', value, style: quote === DOUBLE ? 'double' : 'single', start, end: cursor.offset }
}
