import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json'
import { DEEPEST, isWithin } from './parsed-json.ts'

/** JSON whose every value can be written again as it was read, or what keeps it from that, in words: `it …`. */
export type ExactJson = { kind: 'json'; value: unknown } | { kind: 'fault'; what: string }

/** Is this a number that JavaScript would alter, such as 1.0 or 12345678901234567891? Then it stands as its text. */
export const isExactNumber = isLosslessNumber

/** The value of a number's text: a number where JavaScript writes it again as that text. */
export const exactNumber = (text: string): unknown =>
  String(Number(text)) === text ? Number(text) : new LosslessNumber(text)

const TOO_DEEP = `it is nested deeper than ${DEEPEST} levels`

const LONE_SURROGATE = /\p{Surrogate}/u

/** Is there half of a character in a text: one of the two surrogates that make one, alone? No UTF-8 can hold it. */
export const isCut = (text: string): boolean => LONE_SURROGATE.test(text)

class TwiceNamed extends Error {}

function onDuplicateKey({ key }: { key: string }): never {
  throw new TwiceNamed(`it holds the name ${JSON.stringify(key)} twice, with two values`)
}

/** Is a text in a value cut, or a name? */
function hasCutText(value: unknown): boolean {
  if (typeof value === 'string') return isCut(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, member]) => isCut(name) || hasCutText(member))
}

/** What in the value of a text no write can be trusted to bring back, or `null`. */
function oddity(value: unknown, text: string): string | null {
  if (text.length >= 2 * DEEPEST && !isWithin(DEEPEST, value)) return TOO_DEEP
  const isOdd = /\\u[dD][89a-fA-F]/.test(text) && hasCutText(value)
  return isOdd ? 'it holds half of a character (a lone surrogate)' : null
}

/** What JavaScript writes again as the same text has lost nothing, and was read fast. The library reads the rest. */
function valueOf(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return JSON.stringify(value) === text
    ? value
    : parse(text, null, { parseNumber: exactNumber, onDuplicateKey })
}

/**
 * Reads JSON so that nothing in it is altered: a number that JavaScript would round or write in another way becomes a
 * `LosslessNumber`, every name is kept, `__proto__` too. A fault: no JSON, a name that stands twice with two values, half a
 * character, more than 500 levels.
 */
export function readExactly(text: string): ExactJson {
  try {
    const value = valueOf(text)
    const what = oddity(value, text)
    return what === null ? { kind: 'json', value } : { kind: 'fault', what }
  } catch (error) {
    if (error instanceof TwiceNamed) return { kind: 'fault', what: error.message }
    // `JSON.parse` alone goes to any depth.
    return { kind: 'fault', what: error instanceof RangeError ? TOO_DEEP : 'it is not JSON' }
  }
}

/** The same of bytes, a byte order mark before them allowed; what is not UTF-8 is a fault. */
export function readExactBytes(bytes: Uint8Array): ExactJson {
  try {
    return readExactly(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return { kind: 'fault', what: 'it is not UTF-8' }
  }
}

// Unescaped quotes stand in no text of JSON but around names and texts.
const EXACT_NUMBER = /"isLosslessNumber": ?true/

/** A value as JSON, each number as it was read. `indent`: blanks for each level, none unless told. */
export function exactText(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent)
  return EXACT_NUMBER.test(text) ? (stringify(value, null, indent) ?? text) : text
}
