import {
  anyOf,
  code,
  isGap,
  isGapOrTab,
  isHex,
  isNameCharacter,
  isUriCharacter,
  SPACE,
} from './characters.ts'
import type { Cursor } from './cursor.ts'
import { YamlFault } from '../fault.ts'
import type { NameToken, TagToken } from './tokens.ts'

const EXCLAMATION = code('!')
const PERCENT = code('%')
const endsName = anyOf('?:,]}%@`')

/** Scans an anchor or an alias. */
export function scanAnchor(cursor: Cursor, kind: 'anchor' | 'alias'): NameToken {
  const start = cursor.offset
  cursor.skip()
  const name = cursor.take(isNameCharacter)
  const next = cursor.peek()
  if (name === '' || !(isGapOrTab(next) || endsName(next)))
    throw new YamlFault('the name of an anchor has an unusual character', cursor.offset)
  return { kind, name, start, end: cursor.offset }
}

/** Takes `!`, `!!` or `!name!`. */
export function takeHandle(cursor: Cursor): string {
  if (cursor.peek() !== EXCLAMATION)
    throw new YamlFault('a tag handle does not begin with "!"', cursor.offset)
  cursor.skip()
  const name = cursor.take(isNameCharacter)
  // PyYAML takes `! ` for a handle in a %TAG directive.
  if (name === '' && cursor.peek() === SPACE) return '!'
  if (cursor.peek() !== EXCLAMATION) throw new YamlFault('a tag handle does not end with "!"', cursor.offset)
  cursor.skip()
  return `!${name}!`
}

function takeEscapes(cursor: Cursor): string {
  const start = cursor.offset
  while (cursor.peek() === PERCENT) {
    if (!isHex(cursor.peek(1)) || !isHex(cursor.peek(2)))
      throw new YamlFault('an escape in a tag has too few hexadecimal digits', cursor.offset)
    cursor.skip(3)
  }
  try {
    return decodeURIComponent(cursor.text.slice(start, cursor.offset))
  } catch {
    throw new YamlFault('an escape in a tag is no UTF-8', start)
  }
}

/** Takes the part of a tag after its handle. */
export function takeUri(cursor: Cursor): string {
  let uri = ''
  while (isUriCharacter(cursor.peek())) {
    if (cursor.peek() === PERCENT) uri += takeEscapes(cursor)
    else uri += cursor.take((character) => isUriCharacter(character) && character !== PERCENT)
  }
  if (uri === '') throw new YamlFault('a tag has no name', cursor.offset)
  return uri
}

function hasHandle(cursor: Cursor): boolean {
  let ahead = 1
  while (!isGap(cursor.peek(ahead))) {
    if (cursor.peek(ahead) === EXCLAMATION) return true
    ahead++
  }
  return false
}

function takeVerbatim(cursor: Cursor): string {
  cursor.skip(2)
  const uri = takeUri(cursor)
  if (cursor.peek() !== code('>')) throw new YamlFault('a tag does not end with ">"', cursor.offset)
  cursor.skip()
  return uri
}

function takeTag(cursor: Cursor): Pick<TagToken, 'handle' | 'suffix'> {
  if (cursor.peek(1) === code('<')) return { handle: null, suffix: takeVerbatim(cursor) }
  if (isGapOrTab(cursor.peek(1))) {
    cursor.skip()
    return { handle: null, suffix: '!' }
  }
  if (hasHandle(cursor)) return { handle: takeHandle(cursor), suffix: takeUri(cursor) }
  cursor.skip()
  return { handle: '!', suffix: takeUri(cursor) }
}

/** Scans a tag. */
export function scanTag(cursor: Cursor): TagToken {
  const start = cursor.offset
  const tag = takeTag(cursor)
  if (!isGap(cursor.peek())) throw new YamlFault('a tag has an unusual character', cursor.offset)
  return { kind: 'tag', ...tag, start, end: cursor.offset }
}
