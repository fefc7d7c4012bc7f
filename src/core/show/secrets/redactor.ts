import { readings } from './escapes.ts'
import { credentialForms, type Form, recordedForms, type Speaker, tokenForms } from './forms.ts'
import { Known } from './known.ts'
import { unpacked } from './packed.ts'
import { outsideIds, type Range, within, without } from './ranges.ts'
import { type View, viewOf } from './view.ts'

/** How often something may have been packed: base64 of base64, and so on. */
const DEPTH = 3

function* rangesIn(view: View, known: Known, speaker: Speaker, depth = DEPTH): Generator<Range> {
  for (const reading of readings(view)) {
    for (const { from, to } of known.spans(reading, speaker))
      yield { start: reading.starts[from] ?? 0, end: reading.ends[to - 1] ?? 0, length: to - from }
    if (depth > 0)
      for (const inside of unpacked(reading, known.shortest[speaker]))
        yield* rangesIn(inside, known, speaker, depth - 1)
  }
}

/**
 * All secrets that an invocation knows, for every way out: the screen, documents, the journal's messages. A secret is found
 * however it is written: in escapes of URLs, JSON, HTML and C, in base64 or as digits, in another case, broken by lines,
 * spaces and what nobody sees, in compositions of these, and in long pieces. It learns as the invocation does.
 */
export class Redactor {
  readonly #parent: Redactor | null
  readonly #known = new Known()
  readonly #learnt = new Set<string>()
  /** What stands in a record, to be learnt when something is said of it: that is seldom, and records are many. */
  #recorded: Iterable<string>

  /** `parent`: another, whose secrets this one knows too; `recorded`: texts of a record where secrets stand. */
  constructor(parent: Redactor | null = null, recorded: Iterable<string> = []) {
    this.#parent = parent
    this.#recorded = recorded
  }

  /** All that it knows by now itself. */
  get #own(): Known {
    const recorded = this.#recorded
    this.#recorded = []
    this.#add(recorded, recordedForms)
    return this.#known
  }

  #add(texts: Iterable<string>, formsOf: (text: string) => readonly Form[]): this {
    for (const text of texts) {
      const id = `${formsOf.name} ${text}`
      if (this.#learnt.has(id)) continue
      this.#learnt.add(id)
      for (const form of formsOf(text)) this.#known.add(form)
    }
    return this
  }

  /** Learns what this program was given to sign in with, or was handed for it. */
  learn(...secrets: readonly (string | null | undefined)[]): this {
    return this.#add(
      secrets.filter((secret) => secret !== null && secret !== undefined),
      credentialForms,
    )
  }

  /** Learns of what stands in records, where secrets stand, what can be nothing but a token. */
  learnTokens(texts: Iterable<string>): this {
    return this.#add(texts, tokenForms)
  }

  /** One for what is said of a single record, which knows its secrets too. Names and ordinary words among them are none. */
  about(texts: Iterable<string>): Redactor {
    return new Redactor(this, [...texts])
  }

  *#ranges(view: View, speaker: Speaker): Generator<Range> {
    if (this.#parent) yield* this.#parent.#ranges(view, speaker)
    if (!this.#own.isEmpty) yield* rangesIn(view, this.#own, speaker)
  }

  get #knowsNothing(): boolean {
    return this.#own.isEmpty && (this.#parent === null || this.#parent.#knowsNothing)
  }

  #rangesIn(text: string, speaker: Speaker): Range[] {
    if (this.#knowsNothing) return []
    return outsideIds(text, [...this.#ranges(viewOf(text), speaker)])
  }

  /** What somebody else says, without any secret, however short. */
  words(text: string): string {
    return without(text, this.#rangesIn(text, 'other'))
  }

  /** Lines that somebody else wrote one after the other, as `words`: a secret may begin in one and end in the next. */
  lines(lines: readonly string[]): string[] {
    const ranges = this.#rangesIn(lines.join('\n'), 'other')
    let next = 0
    return lines.map((line) => {
      const from = next
      next += line.length + 1
      return without(line, within(ranges, from, from + line.length))
    })
  }

  /** What this program says, without any secret that is no ordinary word: this is what every way out goes through. */
  own(text: string): string {
    return without(text, this.#rangesIn(text, 'own'))
  }

  /** A value that is about to become JSON: its texts and names without secrets, all else as it is. */
  value(value: unknown): unknown {
    const all = [...textsIn(value)].join('\n')
    return this.own(all) === all ? value : this.#cleared(value)
  }

  #cleared(value: unknown): unknown {
    if (typeof value === 'string') return this.own(value)
    if (Array.isArray(value)) return value.map((member) => this.#cleared(member))
    if (!isPlain(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.own(name), this.#cleared(member)]),
    )
  }
}

/** Is it an object of names and values? A number that is kept as it was written is none. */
const isPlain = (value: unknown): value is object =>
  value !== null &&
  typeof value === 'object' &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value))

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const member of value) yield* textsIn(member)
  else if (isPlain(value))
    for (const [name, member] of Object.entries(value)) {
      yield name
      yield* textsIn(member)
    }
}
