import { ViewBuilder, type View } from './view.ts'

/** A byte that was decoded, and the part of the original that it comes from. */
export interface Source {
  readonly byte: number
  readonly start: number
  readonly end: number
  /** Was something left out before it, or within? */
  readonly isApart: boolean
}

/** A byte that some units of a view stand for, from one index to before another. */
export const sourceIn = ({ starts, ends, gaps }: View, byte: number, from: number, to: number): Source => ({
  byte: byte & 0xff,
  start: starts[from] ?? 0,
  end: ends[to - 1] ?? 0,
  isApart: gaps.subarray(from, to).includes(1),
})

/** How many bytes a character of UTF-8 has that begins with this one; 0 where none does. */
export const lengthFrom = (byte: number): number => {
  if (byte < 0x80) return 1
  if (byte < 0xc2 || byte > 0xf4) return 0
  if (byte < 0xe0) return 2
  return byte < 0xf0 ? 3 : 4
}

/** The character of UTF-8 that begins at an index; where these bytes are none, the first of them in Latin-1. */
function characterAt(bytes: readonly Source[], at: number): { code: number; length: number } {
  const first = bytes[at]?.byte ?? 0
  const length = lengthFrom(first)
  const rest = bytes.slice(at + 1, at + length).map(({ byte }) => byte)
  const isWhole = length > 1 && rest.length === length - 1 && rest.every((byte) => byte >> 6 === 0b10)
  if (!isWhole) return { code: first, length: 1 }
  const code = rest.reduce((sum, byte) => (sum << 6) | (byte & 0x3f), first & (0xff >> (length + 1)))
  return code > 0x10ffff ? { code: first, length: 1 } : { code, length }
}

/** Adds bytes as the text that they are in UTF-8; what is none counts as Latin-1. */
export function addBytes(builder: ViewBuilder, bytes: readonly Source[]): void {
  for (let at = 0; at < bytes.length; ) {
    const { code, length } = characterAt(bytes, at)
    if (bytes[at]?.isApart) builder.gap()
    builder.add(code, bytes[at]?.start ?? 0, bytes[at + length - 1]?.end ?? 0)
    at += length
  }
}

/** Bytes alone, as a view. */
export function viewOfBytes(bytes: readonly Source[]): View {
  const builder = new ViewBuilder(bytes.length)
  addBytes(builder, bytes)
  return builder.build()
}
