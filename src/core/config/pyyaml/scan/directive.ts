import { code, isBreakOrEnd, isDigit, isGap, isNameCharacter, SPACE } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { YamlFault } from '../fault.ts'
import { passComment } from './block.ts'
import { takeHandle, takeUri } from './names.ts'
import type { Directive, DirectiveToken } from './tokens.ts'

const DOT = code('.')

/** Python makes no number of more digits. */
const MOST_DIGITS = 4300

function takeNumber(cursor: Cursor): number {
  const digits = cursor.take(isDigit)
  if (digits === '') throw new YamlFault('a version is no number', cursor.offset)
  if (digits.length > MOST_DIGITS) throw new YamlFault('a number has too many digits', cursor.offset)
  return Number(digits)
}

const passSpaces = (cursor: Cursor): string => cursor.take((character) => character === SPACE)

function takeVersion(cursor: Cursor): Directive {
  passSpaces(cursor)
  const major = takeNumber(cursor)
  if (cursor.peek() !== DOT) throw new YamlFault('a version is no number', cursor.offset)
  cursor.skip()
  takeNumber(cursor)
  if (!isGap(cursor.peek())) throw new YamlFault('a version is no number', cursor.offset)
  return { name: 'version', major }
}

function takeTagShorthand(cursor: Cursor): Directive {
  passSpaces(cursor)
  const handle = takeHandle(cursor)
  if (cursor.peek() !== SPACE) throw new YamlFault('a tag handle has an unusual character', cursor.offset)
  passSpaces(cursor)
  const prefix = takeUri(cursor)
  if (!isGap(cursor.peek())) throw new YamlFault('a tag has an unusual character', cursor.offset)
  return { name: 'tag', handle, prefix }
}

function takeDirective(cursor: Cursor): Directive {
  const name = cursor.take(isNameCharacter)
  if (name === '' || !isGap(cursor.peek()))
    throw new YamlFault('a directive has an unusual character', cursor.offset)
  if (name === 'YAML') return takeVersion(cursor)
  if (name === 'TAG') return takeTagShorthand(cursor)
  cursor.take((character) => !isBreakOrEnd(character))
  return { name: 'other' }
}

/** Scans a line that begins with `%`. */
export function scanDirective(cursor: Cursor): DirectiveToken {
  const start = cursor.offset
  cursor.skip()
  const directive = takeDirective(cursor)
  const end = cursor.offset
  passComment(cursor)
  return { kind: 'directive', directive, start, end }
}
