import { lengthFrom, sourceIn, viewOfBytes } from './bytes.ts'
import type { View } from './view.ts'

/** What is packed is no shorter than this, in bytes. */
const SHORTEST = 4

/** A part of a text as its indices, `to` excluded. */
interface Part {
  from: number
  to: number
}

// Tab, ends of lines, and what commands of a terminal begin and end with, stand in texts; 0 in those of UTF-16.
const IN_TEXT = [0x00, 0x07, 0x09, 0x0a, 0x0d, 0x1b]

const isText = (byte: number): boolean => (byte >= 0x20 ? byte !== 0x7f : IN_TEXT.includes(byte))

/** Which of some bytes are text in UTF-8, at least `shortest` in a row: the rest was never packed. */
function textParts(bytes: Uint8Array, shortest: number): Part[] {
  const parts: Part[] = []
  let from = 0
  let due = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    const length = isText(byte) ? lengthFrom(byte) : 0
    const goesOn = due > 0 ? byte >> 6 === 0b10 : length > 0
    if (goesOn) {
      due = due > 0 ? due - 1 : length - 1
      continue
    }
    if (at - from >= shortest) parts.push({ from, to: at })
    // What breaks a character off may begin another.
    from = length > 0 ? at : at + 1
    due = Math.max(0, length - 1)
  }
  if (bytes.length - from >= shortest) parts.push({ from, to: bytes.length })
  return parts
}

/** No sign of base64. */
const NONE = 64

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Uint8Array(0x80).fill(NONE)
for (let i = 0; i < DIGITS.length; i += 1) VALUES[DIGITS.charCodeAt(i)] = i
VALUES['-'.charCodeAt(0)] = 62
VALUES['_'.charCodeAt(0)] = 63

const valueAt = (text: string, at: number): number => VALUES[text.charCodeAt(at)] ?? NONE

/** Where signs of base64 stand in a row, at least as many as make a text. */
function* runs(text: string): Generator<Part> {
  let from = 0
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && valueAt(text, at) !== NONE) continue
    if (at - from >= SHORTEST + 2) yield { from, to: at }
    from = at + 1
  }
}

/** The bytes of a run of base64, taken for beginning at `first`: three of each four signs. */
function bytesFrom(text: string, first: number, to: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor(((to - first) * 3) / 4))
  for (let i = 0, at = first; i < bytes.length; at += 4) {
    const bits =
      (valueAt(text, at) << 18) |
      (valueAt(text, at + 1) << 12) |
      ((valueAt(text, at + 2) & 63) << 6) |
      (valueAt(text, at + 3) & 63)
    bytes[i] = bits >> 16
    bytes[i + 1] = bits >> 8
    bytes[i + 2] = bits
    i += 3
  }
  return bytes
}

/** The texts in a run of base64, taken for beginning at `first`. */
function* textsIn(view: View, { from: first, to }: Part, shortest: number): Generator<View> {
  const bytes = bytesFrom(view.raw, first, to)
  for (const part of textParts(bytes, shortest)) {
    const sources = Array.from(bytes.subarray(part.from, part.to), (byte, i) => {
      const n = part.from + i
      const at = first + 4 * Math.floor(n / 3) + (n % 3)
      return sourceIn(view, byte, at, at + 2)
    })
    yield viewOfBytes(sources)
  }
}

/** Bytes written as digits: in hexadecimal, in a row or in a list, and as a list of numbers. Spaces are gone by now. */
const LISTS = [
  { run: /(?:[\da-f]{2}[,:-]?){4,}/gi, each: /([\da-f]{2})[,:-]?/gi, base: 16, offsets: [0, 1] },
  { run: /(?:0x[\da-f]{1,2},?){4,}/gi, each: /0x([\da-f]{1,2}),?/gi, base: 16, offsets: [0] },
  { run: /\d{1,3}(?:,\d{1,3}){3,}/g, each: /(\d{1,3}),?/g, base: 10, offsets: [0] },
]

function* lists(view: View, shortest: number): Generator<View> {
  for (const { run, each, base, offsets } of LISTS)
    for (const { 0: found, index } of view.raw.matchAll(run))
      for (const offset of found.length < 2 * shortest ? [] : offsets) {
        const bytes = [...found.slice(offset).matchAll(each)].map((match) => {
          const at = index + offset + match.index
          return sourceIn(view, Number.parseInt(match[1] ?? '', base), at, at + match[0].length)
        })
        for (const { from, to } of textParts(
          Uint8Array.from(bytes, ({ byte }) => byte),
          shortest,
        ))
          yield viewOfBytes(bytes.slice(from, to))
      }
}

/**
 * What stands in a view in base64 (either alphabet), as digits or as numbers of bytes, wherever it begins,
 * as views of its own. `shortest`: bytes of text in a row that are worth a look.
 */
export function* unpacked(view: View, shortest: number): Generator<View> {
  for (const { from, to } of runs(view.raw))
    for (let first = from; first < from + 4; first += 1) yield* textsIn(view, { from: first, to }, shortest)
  yield* lists(view, shortest)
}
