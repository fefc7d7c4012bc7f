import type { Form } from './forms.ts'

/** A place in what is looked for. */
export interface Place {
  form: Form
  at: number
}

const BASE = 31

/** Pieces of one length, and where they stand in what is looked for. */
export class Pieces {
  readonly length: number
  /** What every first unit weighs in a hash, once it leaves. */
  readonly #weight: number
  readonly #places = new Map<string, Place[]>()
  /** Whether any piece has a hash that ends in this number: tells most of a text apart without a look at the map. */
  readonly #hashes = new Uint8Array(0x10000)

  constructor(length: number) {
    this.length = length
    this.#weight = Array.from({ length }).reduce((weight: number) => Math.imul(weight, BASE), 1)
  }

  get isEmpty(): boolean {
    return this.#places.size === 0
  }

  add(place: Place): void {
    const piece = place.form.text.slice(place.at, place.at + this.length)
    const places = this.#places.get(piece) ?? []
    // The same again and again in one form tells nothing new.
    if (place.form.least.other === null || places.length < 8) places.push(place)
    this.#places.set(piece, places)
    let hash = 0
    for (let i = 0; i < piece.length; i += 1) hash = this.#next(hash, piece.charCodeAt(i), 0)
    this.#hashes[hash & 0xffff] = 1
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
      const places = this.#places.get(text.slice(at, end + 1))
      if (places) yield { at, places }
    }
  }
}
