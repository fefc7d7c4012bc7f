/** Python makes no number of more decimal digits. */
const MOST_DIGITS = 4300

const SIXTY = 60n

/** The value of a decimal digit of any script. Their runs begin at a multiple of 16, or 6 after one. */
function digitOf(character: string): string {
  const at = character.codePointAt(0) ?? 0
  // The mathematical digits are five runs in a row.
  if (at >= 0x1d7ce && at <= 0x1d7ff) return String((at - 0x1d7ce) % 10)
  const low = at % 16
  return String(/\p{Nd}/u.test(String.fromCodePoint(at - low)) ? low : low - 6)
}

/** What Python makes of a text before it looks for a number in it. */
function asNumeral(text: string): string {
  let ascii = text
  // Space of other scripts counts only beside other characters of that kind.
  if (/[^\0-\x7F]/.test(text)) {
    ascii = text
      .replace(/[\x1C-\x1F\x85\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/g, ' ')
      .replace(/(?![0-9])\p{Nd}/gu, digitOf)
  }
  return ascii.replace(/^[ \t\n\v\f\r]+/, '').replace(/[ \t\n\v\f\r]+$/, '')
}

const PREFIXES = { 2: '0b', 8: '0o', 16: '0x' } as const
const NUMERALS = {
  2: /^([-+]?)(?:0[bB])?([01]+)$/,
  8: /^([-+]?)(?:0[oO])?([0-7]+)$/,
  16: /^([-+]?)(?:0[xX])?([0-9a-fA-F]+)$/,
}

function inBase(text: string, base: 2 | 8 | 16): bigint | null {
  const [, sign, digits] = NUMERALS[base].exec(asNumeral(text)) ?? []
  if (digits === undefined) return null
  const value = BigInt(PREFIXES[base] + digits)
  return sign === '-' ? -value : value
}

function inTens(text: string): bigint | null {
  const [, sign, digits] = /^([-+]?)([0-9]+)$/.exec(asNumeral(text)) ?? []
  if (digits === undefined || digits.length > MOST_DIGITS) return null
  return sign === '-' ? -BigInt(digits) : BigInt(digits)
}

/** Adds up parts that count sixty times as much as the one after them, in halves: so that it takes no square of time. */
function sumOfSixties(parts: readonly bigint[]): bigint {
  if (parts.length < 2) return parts[0] ?? 0n
  const half = parts.length >> 1
  const high = sumOfSixties(parts.slice(0, -half))
  return high * SIXTY ** BigInt(half) + sumOfSixties(parts.slice(-half))
}

function inSixties(text: string): bigint | null {
  const parts = text.split(':').map(inTens)
  const known = parts.filter((part) => part !== null)
  return known.length === parts.length ? sumOfSixties(known) : null
}

function magnitude(text: string): bigint | null {
  if (text === '0') return 0n
  if (text.startsWith('0b')) return inBase(text.slice(2), 2)
  if (text.startsWith('0x')) return inBase(text.slice(2), 16)
  if (text.startsWith('0')) return inBase(text, 8)
  return text.includes(':') ? inSixties(text) : inTens(text)
}

/** The sign of a number and the text after it. Null for no text at all. */
function splitSign(text: string): { negative: boolean; rest: string } | null {
  const plain = text.replaceAll('_', '')
  if (plain === '') return null
  return { negative: plain.startsWith('-'), rest: plain.replace(/^[-+]/, '') }
}

/** The int that a text stands for, null where Python raises ValueError. */
export function readInt(text: string): bigint | null {
  const split = splitSign(text)
  const value = split && magnitude(split.rest)
  return value !== null && split?.negative ? -value : value
}

const SPECIAL = /^([-+]?)(?:(inf(?:inity)?)|nan)$/
const DECIMAL = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/

function decimal(text: string): number | null {
  const numeral = asNumeral(text)
  const special = SPECIAL.exec(numeral)
  if (special) {
    const [, sign, infinite] = special
    if (infinite === undefined) return Number.NaN
    return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  return DECIMAL.test(numeral) ? Number(numeral) : null
}

function floatInSixties(text: string): number | null {
  let sum = 0
  let base = 1n
  for (const part of text.split(':').toReversed()) {
    const digit = decimal(part)
    // Python turns the base into a float, and raises OverflowError where it is too large for one.
    if (digit === null || Number(base) === Number.POSITIVE_INFINITY) return null
    sum += digit * Number(base)
    base *= SIXTY
  }
  return sum
}

function floatMagnitude(text: string): number | null {
  if (text === '.inf') return Number.POSITIVE_INFINITY
  if (text === '.nan') return Number.NaN
  return text.includes(':') ? floatInSixties(text) : decimal(text)
}

/** The float that a text stands for, null where Python raises ValueError. */
export function readFloat(text: string): number | null {
  const split = splitSign(text.toLowerCase())
  const value = split && floatMagnitude(split.rest)
  return value !== null && split?.negative ? -value : value
}

/** Is this the one value of PyYAML that is equal to itself although it is no number? */
export const isSharedNan = (text: string): boolean => splitSign(text.toLowerCase())?.rest === '.nan'
