import { code, END, isBlank, isBreak, isBreakOrEnd, isDigit, isGap, SPACE } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { YamlFault } from '../fault.ts'
import type { ScalarToken } from './tokens.ts'

type Chomping = 'strip' | 'clip' | 'keep'

interface Breaks {
  text: string
  /** After the last of them: where the scalar ends if nothing follows. */
  end: number
}

const HASH = code('#')
const PLUS = code('+')
const MINUS = code('-')
const ZERO = code('0')

function takeChomping(cursor: Cursor): Chomping | null {
  const character = cursor.peek()
  if (character !== PLUS && character !== MINUS) return null
  cursor.skip()
  return character === PLUS ? 'keep' : 'strip'
}

function takeIncrement(cursor: Cursor): number | null {
  const character = cursor.peek()
  if (!isDigit(character)) return null
  if (character === ZERO) throw new YamlFault('a block of text has the indentation 0', cursor.offset)
  cursor.skip()
  return character - ZERO
}

/** The signs after `|` or `>`, in either order. */
function takeHeader(cursor: Cursor): { chomping: Chomping; increment: number | null } {
  const early = takeChomping(cursor)
  const increment = takeIncrement(cursor)
  const chomping = early ?? (increment === null ? null : takeChomping(cursor)) ?? 'clip'
  if (!isGap(cursor.peek()))
    throw new YamlFault('a block of text has an unknown sign at its head', cursor.offset)
  return { chomping, increment }
}

/** Passes the rest of a line that may hold a comment and nothing else. */
export function passComment(cursor: Cursor): void {
  cursor.take((character) => character === SPACE)
  if (cursor.peek() === HASH) cursor.take((character) => !isBreakOrEnd(character))
  if (!isBreakOrEnd(cursor.peek()))
    throw new YamlFault('there is text where only a comment can be', cursor.offset)
  cursor.lineBreak()
}

/** Passes blank lines before the first line of text, which says how far the block is indented. */
function takeFirstBreaks(cursor: Cursor): Breaks & { widest: number } {
  let widest = 0
  let text = ''
  let end = cursor.offset
  while (cursor.peek() === SPACE || isBreak(cursor.peek())) {
    if (cursor.peek() === SPACE) {
      cursor.skip()
      widest = Math.max(widest, cursor.column)
    } else {
      text += cursor.lineBreak()
      end = cursor.offset
    }
  }
  return { text, end, widest }
}

function passIndent(cursor: Cursor, indent: number): void {
  while (cursor.column < indent && cursor.peek() === SPACE) cursor.skip()
}

function takeBreaks(cursor: Cursor, indent: number): Breaks {
  let text = ''
  let end = cursor.offset
  passIndent(cursor, indent)
  while (isBreak(cursor.peek())) {
    text += cursor.lineBreak()
    end = cursor.offset
    passIndent(cursor, indent)
  }
  return { text, end }
}

/** Goes to the first line of text and finds how far the block is indented: less than `least` is no block. */
function enter(cursor: Cursor, increment: number | null, least: number): { indent: number; breaks: Breaks } {
  if (increment !== null) {
    const indent = least + increment - 1
    return { indent, breaks: takeBreaks(cursor, indent) }
  }
  const { widest, ...breaks } = takeFirstBreaks(cursor)
  return { indent: Math.max(least, widest), breaks }
}

/** Takes the lines of the block: their text, the break that ends the last, and the blank lines after it. */
function takeLines(cursor: Cursor, folded: boolean, indent: number, first: Breaks) {
  const inside = (): boolean => cursor.column === indent && cursor.peek() !== END
  let text = ''
  let ending = ''
  let breaks = first
  while (inside()) {
    text += breaks.text
    const flush = !isBlank(cursor.peek())
    text += cursor.take((character) => !isBreakOrEnd(character))
    ending = cursor.lineBreak()
    breaks = takeBreaks(cursor, indent)
    if (!inside()) break
    const folds = folded && ending === '\n' && flush && !isBlank(cursor.peek())
    if (!folds) text += ending
    else if (breaks.text === '') text += ' '
  }
  return { text, ending, breaks }
}

/** Scans a literal or folded scalar inside of a block that is indented by `parent`. */
export function scanBlock(cursor: Cursor, folded: boolean, parent: number): ScalarToken {
  const start = cursor.offset
  cursor.skip()
  const { chomping, increment } = takeHeader(cursor)
  passComment(cursor)
  const { indent, breaks: first } = enter(cursor, increment, Math.max(parent + 1, 1))
  const { text, ending, breaks } = takeLines(cursor, folded, indent, first)
  const tail = chomping === 'strip' ? '' : ending
  const value = text + tail + (chomping === 'keep' ? breaks.text : '')
  return { kind: 'scalar', value, style: folded ? 'folded' : 'literal', start, end: breaks.end }
}
