import type { Form } from './forms.ts'

/** A place in what is looked for. */
export interface Place {
  form: Form
  at: number
}

/** What stands at one piece: places in forms that a piece may be enough of, and forms that end there, all of them or nothing. */
interface Found {
  places: Place[]
  /** By their lengths, and by themselves: thousands may end alike. */
  wholes: Map<number, Map<string, Form>>
}

const BASE = 31

/** Pieces of one length, and where they stand in what is looked for. */
export class Pieces {
  readonly length: number
  /** What every first unit weighs in a hash, once it leaves. */
  readonly #weight: number
  readonly #found = new Map<string, Found>()
  /** Whether any piece has a hash that ends in this number: tells most of a text apart without a look at the map. */
  readonly #hashes = new Uint8Array(0x10000)

  constructor(length: number) {
    this.length = length
    this.#weight = Array.from({ length }).reduce((weight: number) => Math.imul(weight, BASE), 1)
  }

  get isEmpty(): boolean {
    return this.#found.size === 0
  }

  /** Looks a form up by all of its pieces, or, where nothing less than all of it counts, by its end, which names differ in. */
  add(form: Form): void {
    const last = form.text.length - this.length
    if (form.least.other !== null) {
      for (let at = 0; at <= last; at += 1) {
        const { places } = this.#at(form.text.slice(at, at + this.length))
        // The same again and again in one form tells nothing new.
        if (places.length < 8) places.push({ form, at })
      }
      return
    }
    const { wholes } = this.#at(form.text.slice(last))
    const alike = wholes.get(form.text.length) ?? new Map<string, Form>()
    wholes.set(form.text.length, alike.set(form.text, form))
  }

  #at(piece: string): Found {
    const known = this.#found.get(piece)
    if (known) return known
    const found: Found = { places: [], wholes: new Map() }
    this.#found.set(piece, found)
    let hash = 0
    for (let i = 0; i < piece.length; i += 1) hash = this.#next(hash, piece.charCodeAt(i), 0)
    this.#hashes[hash & 0xffff] = 1
    return found
  }

  #next(hash: number, coming: number, leaving: number): number {
    return (Math.imul(hash, BASE) + coming - Math.imul(leaving, this.#weight)) | 0
  }

  /** Each piece in a text, by where it begins. */
  *in(text: string): Generator<{ at: number; places: readonly Place[] }> {
    let hash = 0
    for (let end = 0; end < text.length; end += 1) {
      const at = end + 1 - this.length
      hash = this.#next(hash, text.charCodeAt(end), at > 0 ? text.charCodeAt(at - 1) : 0)
      if (at < 0 || this.#hashes[hash & 0xffff] !== 1) continue
      const found = this.#found.get(text.slice(at, end + 1))
      if (!found) continue
      const ending = [...found.wholes].flatMap(([length, alike]) => {
        const form = alike.get(text.slice(Math.max(0, end + 1 - length), end + 1))
        return form ? [{ form, at: length - this.length }] : []
      })
      yield { at, places: [...found.places, ...ending] }
    }
  }
}
