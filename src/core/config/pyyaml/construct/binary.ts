const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const BITS = new Map([...ALPHABET].map((character, value) => [character, value]))

/** Is padding complete here? `digits` stand in the last group of four. */
const isClosed = (digits: number, pads: number): boolean => digits >= 2 && digits + pads >= 4

/**
 * The bytes that base64 stands for, as Python's `decodebytes` reads it: other characters are passed over, complete
 * padding ends it. Null where padding is missing, and for a text that is not ASCII.
 */
export function readBinary(text: string): Uint8Array | null {
  if (/[^\0-\x7F]/.test(text)) return null
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4))
  let length = 0
  let digits = 0
  let pads = 0
  let rest = 0
  for (const character of text) {
    if (character === '=') {
      if (digits >= 2) pads++
      if (isClosed(digits, pads)) return bytes.slice(0, length)
      continue
    }
    const value = BITS.get(character)
    if (value === undefined) continue
    pads = 0
    rest = ((rest << 6) | value) & 0xffff
    if (digits > 0) bytes[length++] = (rest >> (6 - digits * 2)) & 0xff
    digits = (digits + 1) % 4
  }
  return digits === 0 ? bytes.slice(0, length) : null
}
