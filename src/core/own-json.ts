import { exactNumber } from './exact-json.ts'

/** Where something stands in a text; both counted from 1, the column in UTF-16 units. */
export interface TextPosition {
  line: number
  column: number
}

/** A JSON text that was read. `placeOf`: where a value in it stands, or the nearest thing around it. */
export interface OwnJson {
  kind: 'json'
  value: unknown
  placeOf(path: readonly PropertyKey[]): TextPosition
}

/** Why a text is no JSON of ours, and where. `what` quotes nothing of it. */
export interface JsonFault {
  kind: 'fault'
  place: TextPosition
  what: string
}

// Far more than files of our own need, and little enough for whatever walks through the value.
const DEEPEST = 100
const SPACE = /[\t\n\r ]*/y
const STRING = String.raw`"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"`
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`
const TOKEN = new RegExp(String.raw`[{}[\],:]|${STRING}|(?:${NUMBER}|true|false|null)(?![\w.+-])`, 'y')

const scalarOf = (text: string): unknown => (/^[-\d]/.test(text) ? exactNumber(text) : JSON.parse(text))

class Fault extends Error {
  readonly offset: number

  constructor(offset: number, what: string) {
    super(what)
    this.offset = offset
  }
}

interface Token {
  text: string
  at: number
}

/** A value, where it begins, and what stands in it. */
interface Node {
  at: number
  value: unknown
  inside: ReadonlyMap<PropertyKey, Node>
}

/** Reads one text from its beginning to its end. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Node {
    const node = this.#value(0)
    const { text, at } = this.#next()
    if (text !== '' || at < this.#text.length) throw new Fault(at, 'the JSON ends before this')
    return node
  }

  /** The next token; an empty text where none begins. */
  #next(): Token {
    SPACE.lastIndex = this.#at
    SPACE.exec(this.#text)
    const at = SPACE.lastIndex
    TOKEN.lastIndex = at
    const text = TOKEN.exec(this.#text)?.[0] ?? ''
    this.#at = at + text.length
    return { text, at }
  }

  #fault(at: number, expected: string): Fault {
    const what = `this is not JSON: ${expected} is expected here`
    return new Fault(at, at < this.#text.length ? what : 'the JSON ends too early')
  }

  #value(depth: number, { text, at } = this.#next()): Node {
    if (depth > DEEPEST) throw new Fault(at, `there are more than ${DEEPEST} levels`)
    if (text === '{') return this.#object(at, depth)
    if (text === '[') return this.#list(at, depth)
    if (text === '' || '}],:'.includes(text)) throw this.#fault(at, 'a value')
    return { at, value: scalarOf(text), inside: new Map() }
  }

  /** Reads on after a member: does another one follow? */
  #goesOn(end: '}' | ']'): boolean {
    const { text, at } = this.#next()
    if (text !== ',' && text !== end) throw this.#fault(at, `, or ${end}`)
    return text === ','
  }

  #list(at: number, depth: number): Node {
    const inside = new Map<PropertyKey, Node>()
    let token = this.#next()
    while (token.text !== ']') {
      inside.set(inside.size, this.#value(depth + 1, token))
      if (!this.#goesOn(']')) break
      token = this.#next()
      if (token.text === ']') throw this.#fault(token.at, 'a value')
    }
    return { at, value: [...inside.values()].map(({ value }) => value), inside }
  }

  #object(at: number, depth: number): Node {
    const inside = new Map<PropertyKey, Node>()
    let token = this.#next()
    while (token.text !== '}' || inside.size > 0) {
      const [name, member] = this.#member(token, depth)
      if (inside.has(name)) throw new Fault(token.at, 'this name appears here a second time')
      // Told of by the place of its name: where that is not known, its value says nothing.
      inside.set(name, { ...member, at: token.at })
      if (!this.#goesOn('}')) break
      token = this.#next()
    }
    // Own members only, whatever they are called: `__proto__` is a name like any other.
    return { at, value: Object.fromEntries([...inside].map(([name, node]) => [name, node.value])), inside }
  }

  #member(name: Token, depth: number): [name: string, member: Node] {
    if (!name.text.startsWith('"')) throw this.#fault(name.at, 'a name in double quotes')
    const colon = this.#next()
    if (colon.text !== ':') throw this.#fault(colon.at, ':')
    return [String(JSON.parse(name.text)), this.#value(depth + 1)]
  }
}

/** Where the value at a path begins, or what is nearest around it. */
function offsetAt(node: Node, [step, ...rest]: readonly PropertyKey[]): number {
  const next = step === undefined ? undefined : node.inside.get(step)
  return next ? offsetAt(next, rest) : node.at
}

function placeAt(text: string, offset: number): TextPosition {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

/**
 * Reads JSON strictly (RFC 8259), a byte order mark before it allowed. What `JSON.parse` does not tell: where a fault is, on
 * every version of Node, and where a value stands. Numbers are exact, as those of `exact-json`. Names that stand twice and more than a hundred levels are faults.
 */
export function readOwnJson(source: string): OwnJson | JsonFault {
  const text = source.replace(/^\ufeff/, '')
  try {
    const whole = new Reader(text).whole()
    return { kind: 'json', value: whole.value, placeOf: (path) => placeAt(text, offsetAt(whole, path)) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { kind: 'fault', place: placeAt(text, error.offset), what: error.message }
  }
}
