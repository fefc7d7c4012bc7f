import type { Form, Speaker } from './forms.ts'
import { PIECE, Pieces, type Place } from './pieces.ts'
import type { View } from './view.ts'

/** A part of a view, as indices. */
export interface Span {
  from: number
  to: number
}

const isLetter = (unit: string): boolean => /[\p{L}\p{N}]/u.test(unit)

/** Does a word begin or end between this unit and the one before it? */
const isEdge = ({ folded, gaps }: View, at: number): boolean =>
  at <= 0 ||
  at >= folded.length ||
  gaps[at] === 1 ||
  !isLetter(folded.charAt(at - 1)) ||
  !isLetter(folded.charAt(at))

/** How far a form goes on from where it was found, to both sides. */
function around({ folded }: View, found: number, { form, at }: Place): Span {
  let from = found
  while (from > 0 && from > found - at && folded[from - 1] === form.text[at - found + from - 1]) from -= 1
  let to = found
  while (
    to < folded.length &&
    to < found - at + form.text.length &&
    folded[to] === form.text[at - found + to]
  )
    to += 1
  return { from, to }
}

/** What consists of letters alone is a word more often than a piece of a secret, unless it is as long as few words are. */
const LONG_WORD = 12

/** Is enough of a form there to be taken for it? */
function counts(view: View, { from, to }: Span, { text, least: by }: Form, speaker: Speaker): boolean {
  const least = by[speaker]
  const length = to - from
  const isWord = isEdge(view, from) && isEdge(view, to)
  if (length === text.length) return least !== null || isWord
  if (least === null) return false
  const piece = view.folded.slice(from, to)
  if (/^\p{L}+$/u.test(piece) && length < LONG_WORD) return false
  const isMost = isWord && length >= 0.6 * text.length && (text.startsWith(piece) || text.endsWith(piece))
  return length >= least || (isMost && speaker === 'other')
}

/** What stands where a text was cut short, so that a piece of a secret may stand before and after it. */
const CUT = /[[(<]?(?:\.{2,}|\*{2,}|x{4,}|truncated|snip|cut)[\])>]?/g

/** The shortest beginning or end of a secret that is taken for it there, by whose words are searched. */
const SHORTEST_CUT: Readonly<Record<Speaker, number>> = { other: 4, own: 6 }

/** Secrets by their pieces. */
export class Known {
  readonly #pieces = new Pieces()
  readonly #cut: Form[] = []
  /** What has been packed is worth a look from this length on, in units, by whose words are searched. */
  readonly shortest: Record<Speaker, number> = { other: Infinity, own: Infinity }

  /** From now on this is looked for, too. */
  add(form: Form): void {
    const { least, text } = form
    const worthALook = (speaker: Speaker, length: number): void => {
      this.shortest[speaker] = Math.min(this.shortest[speaker], length)
    }
    worthALook('other', form.mayBeCut ? SHORTEST_CUT.other : (least.other ?? text.length))
    if (form.isOwn) worthALook('own', least.own ?? text.length)
    if (form.mayBeCut) this.#cut.push(form)
    this.#pieces.add(form)
  }

  /** Is there nothing to look for? */
  get isEmpty(): boolean {
    return this.#pieces.isEmpty
  }

  /** The parts of a view that hold a secret, or enough of one. */
  *spans(view: View, speaker: Speaker): Generator<Span> {
    yield* this.#wholeOrLong(view, speaker)
    yield* this.#beginningsAndEnds(view, speaker)
  }

  *#wholeOrLong(view: View, speaker: Speaker): Generator<Span> {
    let covered = 0
    for (const { at, places } of this.#pieces.in(view.folded)) {
      if (at + PIECE <= covered) continue
      for (const place of places) {
        if (speaker === 'own' && !place.form.isOwn) continue
        const span = around(view, at, place)
        if (!counts(view, span, place.form, speaker)) continue
        covered = Math.max(covered, span.to)
        yield span
      }
    }
  }

  *#beginningsAndEnds(view: View, speaker: Speaker): Generator<Span> {
    const { folded } = view
    const forms = this.#cut.filter(({ isOwn }) => speaker === 'other' || isOwn)
    if (forms.length === 0) return
    const cuts = [...folded.matchAll(CUT)].map(({ 0: { length }, index }) => [index, index + length] as const)
    // Whoever else speaks may have been cut short without a sign.
    const ends = speaker === 'other' ? ([[folded.length, 0]] as const) : []
    for (const [before, after] of [...cuts, ...ends])
      for (const { text } of forms) {
        const least = text.length < 8 && speaker === 'other' ? 3 : SHORTEST_CUT[speaker]
        for (let n = Math.min(text.length - 1, 64); n >= least; n -= 1) {
          if (folded.endsWith(text.slice(0, n), before) && before >= n && isEdge(view, before - n))
            yield { from: before - n, to: before }
          if (folded.startsWith(text.slice(-n), after) && isEdge(view, after + n))
            yield { from: after, to: after + n }
        }
      }
  }
}
