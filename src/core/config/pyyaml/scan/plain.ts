import { anyOf, code, isBreak, isGapOrTab, SPACE } from './characters.ts'
import type { Cursor } from './cursor.ts'
import type { ScalarToken } from './tokens.ts'

/** Where a plain scalar stands: inside of brackets, and how far right its lines must be outside of them. */
export interface PlainPlace {
  flow: boolean
  indent: number
}

const HASH = code('#')
const COLON = code(':')
const DASH = code('-')
const QUESTION = code('?')
const isIndicator = anyOf('-?:,[]{}#&*!|>\'"%@`')
const endsInFlow = anyOf(',?[]{}')
const endsBehindColon = anyOf(',[]{}')

/** Can a scalar without quotes begin here? `-` can begin one where no gap follows; outside of brackets `?` and `:` too. */
export function beginsPlain(cursor: Cursor, flow: boolean): boolean {
  const character = cursor.peek()
  if (!isGapOrTab(character) && !isIndicator(character)) return true
  if (isGapOrTab(cursor.peek(1))) return false
  return character === DASH || (!flow && (character === QUESTION || character === COLON))
}

function endsPlain(cursor: Cursor, ahead: number, flow: boolean): boolean {
  const character = cursor.peek(ahead)
  if (isGapOrTab(character)) return true
  if (character === COLON) {
    const next = cursor.peek(ahead + 1)
    return isGapOrTab(next) || (flow && endsBehindColon(next))
  }
  return flow && endsInFlow(character)
}

function takePiece(cursor: Cursor, flow: boolean): string {
  const from = cursor.offset
  let length = 0
  while (!endsPlain(cursor, length, flow)) length++
  cursor.skip(length)
  return cursor.text.slice(from, from + length)
}

/** Passes spaces and breaks: what they are worth before the next piece, nothing where the scalar ends here. */
function takeSpaces(cursor: Cursor): string {
  const spaces = cursor.take((character) => character === SPACE)
  if (!isBreak(cursor.peek())) return spaces
  const first = cursor.lineBreak()
  if (cursor.atAnyMarker()) return ''
  let breaks = ''
  while (cursor.peek() === SPACE || isBreak(cursor.peek())) {
    if (cursor.peek() === SPACE) cursor.skip()
    else {
      breaks += cursor.lineBreak()
      if (cursor.atAnyMarker()) return ''
    }
  }
  if (first !== '\n') return first + breaks
  return breaks === '' ? ' ' : breaks
}

/** Scans a scalar without quotes. `broken`: it ended with the line, so that a key may begin here. */
export function scanPlain(cursor: Cursor, place: PlainPlace): { token: ScalarToken; broken: boolean } {
  const start = cursor.offset
  let end = start
  let value = ''
  let spaces = ''
  let broken = false
  while (cursor.peek() !== HASH) {
    const piece = takePiece(cursor, place.flow)
    if (piece === '') break
    value += spaces + piece
    end = cursor.offset
    const line = cursor.line
    spaces = takeSpaces(cursor)
    broken = cursor.line !== line
    if (spaces === '' || (!place.flow && cursor.column < place.indent)) break
  }
  return { token: { kind: 'scalar', value, style: 'plain', start, end }, broken }
}
