import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json'
import { DEEPEST } from './parsed-json.ts'

/** JSON whose every value can be written again as it was read, or what keeps it from that, in words: `it …`. */
export type ExactJson = { kind: 'json'; value: unknown } | { kind: 'fault'; what: string }

/** Is this a number that JavaScript would alter, such as 1.0 or 12345678901234567891? Then it stands as its text. */
export const isExactNumber = isLosslessNumber

const isUnaltered = (number: string): boolean => String(Number(number)) === number

/** The value of a number's text: a number where JavaScript writes it again as that text. */
export const exactNumber = (text: string): unknown =>
  isUnaltered(text) ? Number(text) : new LosslessNumber(text)

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

/** Where a text in JSON has ended that begins with the quote at `start`. */
function afterText(json: string, start: number): number {
  let end = start
  let slashes: number
  do {
    end = json.indexOf('"', end + 1)
    slashes = 0
    while (json[end - 1 - slashes] === '\\') slashes++
  } while (slashes % 2 === 1)
  return end + 1
}

const NUMBER = /[-+.\deE]+/y

/** The number in JSON that begins at `start`. */
function numberAt(json: string, start: number): string {
  NUMBER.lastIndex = start
  return NUMBER.exec(json)?.[0] ?? ''
}

/** What some JSON holds: how many names, how many levels, and whether a number that JavaScript would alter. */
interface Survey {
  names: number
  levels: number
  alters: boolean
}

function survey(json: string): Survey {
  const seen: Survey = { names: 0, levels: 0, alters: false }
  let level = 0
  let at = 0
  while (at < json.length) {
    const char = json[at] ?? ''
    if (char === '"') {
      at = afterText(json, at)
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      const number = numberAt(json, at)
      seen.alters ||= !isUnaltered(number)
      at += number.length
    } else {
      if (char === ':') seen.names++
      else if (char === '{' || char === '[') seen.levels = Math.max(seen.levels, ++level)
      else if (char === '}' || char === ']') level--
      at++
    }
  }
  return seen
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** How many names do the objects hold that are in a value from JSON? */
function namesIn(value: Record<string, unknown>): number {
  let names = 0
  const isList = Array.isArray(value)
  // Of thousands of objects no lists are made.
  for (const name in value) {
    const member = value[name]
    if (!isList) names++
    if (isObject(member)) names += namesIn(member)
  }
  return names
}

/**
 * Reads JSON so that nothing in it is altered: a number that JavaScript would round or write in another way becomes a
 * `LosslessNumber`, every name is kept, `__proto__` too. A fault: no JSON, a name that stands twice with two values, half a
 * character, more than 500 levels.
 */
export function readExactly(text: string): ExactJson {
  try {
    const fast: unknown = JSON.parse(text)
    const { names, levels, alters } = survey(text)
    if (levels > DEEPEST) return { kind: 'fault', what: `it is nested deeper than ${DEEPEST} levels` }
    // Where JavaScript alters no number, and drops no name as that stands twice, it has lost nothing: it reads ten times as fast.
    const isWhole = !alters && namesIn({ fast }) === names + 1
    const value = isWhole ? fast : parse(text, null, { parseNumber: exactNumber, onDuplicateKey })
    if (text.includes('\\u') && /\\u[dD][89a-fA-F]/.test(text) && hasCutText(value))
      return { kind: 'fault', what: 'it holds half of a character (a lone surrogate)' }
    return { kind: 'json', value }
  } catch (error) {
    return { kind: 'fault', what: error instanceof TwiceNamed ? error.message : 'it is not JSON' }
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
