/**
 * A text as it reads once it is decoded and folded: no spaces, line breaks, accents or characters that nobody sees. Each
 * UTF-16 unit knows the part of the original that it comes from, as `[start, end)`.
 */
export interface View {
  /** As it was written. */
  readonly raw: string
  /** In lower case, unit by unit the same length. */
  readonly folded: string
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** 1 for each unit before which something was left out, such as a space. */
  readonly gaps: Uint8Array
}

// Fillers count as letters, and the blank of Braille as a sign.
const UNSEEN = /^[\s\p{C}\p{M}\u115f\u1160\u2800\u3164\uffa0]$/u

/** With which a terminal's commands begin and end: BEL, ESC, CSI. What they stand in is for `escapes.ts` to leave out. */
const OF_TERMINALS = [0x07, 0x1b, 0x9b]
const SPACE = 0x20
const LAST_OF_ASCII = 0x7e

const lower = (text: string): string => {
  const all = text.toLowerCase()
  if (all.length === text.length) return all
  return Array.from({ length: text.length }, (_, i) => {
    const one = text.charAt(i).toLowerCase()
    return one.length === 1 ? one : text.charAt(i)
  }).join('')
}

/** Puts a view together, piece by piece. `size`: how many units it will have, about. */
export class ViewBuilder {
  #units: Uint16Array<ArrayBuffer>
  #starts: Int32Array
  #ends: Int32Array
  #gaps: Uint8Array
  #length = 0

  constructor(size: number) {
    this.#units = new Uint16Array(size + 1)
    this.#starts = new Int32Array(size + 1)
    this.#ends = new Int32Array(size + 1)
    this.#gaps = new Uint8Array(size + 1)
  }

  #makeRoom(more: number): void {
    const size = this.#length + more + 1
    if (size <= this.#units.length) return
    const grown = <T extends Uint8Array | Uint16Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old)
      return fresh
    }
    this.#units = grown(this.#units, new Uint16Array(2 * size))
    this.#starts = grown(this.#starts, new Int32Array(2 * size))
    this.#ends = grown(this.#ends, new Int32Array(2 * size))
    this.#gaps = grown(this.#gaps, new Uint8Array(2 * size))
  }

  #push(unit: number, start: number, end: number): void {
    this.#makeRoom(1)
    this.#units[this.#length] = unit
    this.#starts[this.#length] = start
    this.#ends[this.#length] = end
    this.#length += 1
  }

  /** Adds a character, by its code, that stands for a part of the original; one that nobody sees leaves a gap. */
  add(code: number, start: number, end: number): void {
    if ((code > SPACE && code <= LAST_OF_ASCII) || OF_TERMINALS.includes(code))
      return this.#push(code, start, end)
    if (code <= SPACE) return this.gap()
    for (const part of String.fromCodePoint(code).normalize('NFKD'))
      if (UNSEEN.test(part)) this.gap()
      else for (let i = 0; i < part.length; i += 1) this.#push(part.charCodeAt(i), start, end)
  }

  /** Adds a text that stands as a whole for a part of the original. */
  addAll(text: string, start: number, end: number): void {
    for (const character of text) this.add(character.codePointAt(0) ?? 0, start, end)
  }

  /** Notes that something was left out here. */
  gap(): void {
    this.#makeRoom(1)
    this.#gaps[this.#length] = 1
  }

  /** Takes over units of another view, from one index to before another. */
  take({ raw, starts, ends, gaps }: View, from: number, to: number): void {
    if (to <= from) return
    this.#makeRoom(to - from)
    const isGap = this.#gaps[this.#length] === 1
    for (let i = from; i < to; i += 1) this.#units[this.#length + i - from] = raw.charCodeAt(i)
    this.#starts.set(starts.subarray(from, to), this.#length)
    this.#ends.set(ends.subarray(from, to), this.#length)
    this.#gaps.set(gaps.subarray(from, to), this.#length)
    if (isGap) this.gap()
    this.#length += to - from
  }

  build(): View {
    const n = this.#length
    const raw = new TextDecoder('utf-16le', { ignoreBOM: true }).decode(this.#units.subarray(0, n))
    const [starts, ends, gaps] = [this.#starts, this.#ends, this.#gaps]
    return { raw, folded: lower(raw), starts, ends, gaps }
  }
}

/** What says that a line goes on in the next: a backslash, or the `=` of mail. */
const BETWEEN = /[\\=]\r?\n/y

/** How many units at this place are nothing of the text. */
function between(text: string, at: number): number {
  BETWEEN.lastIndex = at
  return BETWEEN.exec(text)?.[0].length ?? 0
}

const BACKSLASH = 0x5c
const EQUALS = 0x3d

/** A text as it stands, folded. */
export function viewOf(text: string): View {
  const builder = new ViewBuilder(text.length)
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0
    const skipped = code === BACKSLASH || code === EQUALS ? between(text, at) : 0
    const next = at + (skipped || (code > 0xffff ? 2 : 1))
    if (skipped > 0) builder.gap()
    else builder.add(code, at, next)
    at = next
  }
  return builder.build()
}
