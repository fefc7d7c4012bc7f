// Characters are numbers here: UTF-16 codes, and 0 after the end of the text. The reader lets no other 0 through.

/** Stands for the place after the last character. */
export const END = 0
export const TAB = 9
export const SPACE = 32

/** The code of a character. */
export const code = (character: string): number => character.charCodeAt(0)

/** A test for the characters of a text, all of them ASCII. */
export function anyOf(characters: string): (character: number) => boolean {
  const known = new Uint8Array(128)
  for (const character of characters) known[code(character)] = 1
  return (character) => character < 128 && known[character] === 1
}

/** Does a line end here, as PyYAML sees lines? */
export function isBreak(character: number): boolean {
  if (character < 0x85) return character === 10 || character === 13
  return character === 0x85 || character === 0x2028 || character === 0x2029
}

export const isBreakOrEnd = (character: number): boolean => character === END || isBreak(character)

/** A space, a line break or the end. A tab is none of them, where PyYAML does not list it. */
export const isGap = (character: number): boolean => character === SPACE || isBreakOrEnd(character)

export const isGapOrTab = (character: number): boolean => character === TAB || isGap(character)

export const isBlank = (character: number): boolean => character === SPACE || character === TAB

const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const isDigit = anyOf(DIGITS)
export const isHex = anyOf(`${DIGITS}ABCDEFabcdef`)

/** What names of anchors, directives and tag handles are made of. */
export const isNameCharacter = anyOf(`${DIGITS}${LETTERS}-_`)

/** What tags are made of. */
export const isUriCharacter = anyOf(`${DIGITS}${LETTERS}-;/?:@&=+$,_.!~*'()[]%`)
