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

/** Units of a secret by which it is found; what is shorter is not looked for. */
export const PIECE = 4

/** Pieces of what is looked for, and where they stand there. */
export class Pieces {
  readonly #found = new Map<string, Found>()

  get isEmpty(): boolean {
    return this.#found.size === 0
  }

  /** Looks a form up by all of its pieces, or, where nothing less than all of it counts, by its end, which names differ in. */
  add(form: Form): void {
    const last = form.text.length - PIECE
    if (form.least.other !== null) {
      for (let at = 0; at <= last; at += 1) {
        const { places } = this.#at(form.text.slice(at, at + PIECE))
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
    const found = this.#found.get(piece) ?? { places: [], wholes: new Map() }
    this.#found.set(piece, found)
    return found
  }

  /** Each piece in a text, by where it begins. */
  *in(text: string): Generator<{ at: number; places: readonly Place[] }> {
    for (let at = 0, end = PIECE; end <= text.length; at += 1, end += 1) {
      const found = this.#found.get(text.slice(at, end))
      if (!found) continue
      const ending = [...found.wholes].flatMap(([length, alike]) => {
        const form = alike.get(text.slice(Math.max(0, end - length), end))
        return form ? [{ form, at: length - PIECE }] : []
      })
      yield { at, places: [...found.places, ...ending] }
    }
  }
}
