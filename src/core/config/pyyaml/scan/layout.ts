import type { Cursor } from './cursor.ts'
import { YamlFault } from '../fault.ts'
import { SimpleKeys } from './simple-keys.ts'
import type { Sign, Token } from './tokens.ts'

/** Where collections begin and end: by brackets, by indentation, and by the `:` that makes a key of what is before it. */
export class Layout {
  /** The column of the block that the cursor is in. */
  indent = -1
  readonly #cursor: Cursor
  readonly #keys: SimpleKeys
  readonly #outer: number[] = []
  /** How many brackets are open. It may become negative, which counts as inside. */
  #level = 0
  #mayBeginKey = true
  readonly #tokens: Token[] = []
  #taken = 0

  constructor(cursor: Cursor) {
    this.#cursor = cursor
    this.#keys = new SimpleKeys(cursor)
  }

  /** Is a bracket open? */
  get inFlow(): boolean {
    return this.#level !== 0
  }

  /** The first token that was added and not taken. */
  get first(): Token | undefined {
    return this.#tokens[0]
  }

  add(token: Token): void {
    this.#tokens.push(token)
  }

  take(): void {
    this.#tokens.shift()
    this.#taken++
  }

  /** Must more be read before the first token is certain? It may turn out to begin a key. */
  get isOpen(): boolean {
    if (this.#tokens.length === 0) return true
    this.#keys.dropStale()
    return this.#keys.isFirst(this.#taken)
  }

  /** Notes that a new line has begun. */
  beginLine(): void {
    if (!this.inFlow) this.#mayBeginKey = true
  }

  /** Notes how a scalar without quotes ended: where that was with its line, a key may follow. */
  endPlain(broken: boolean): void {
    this.#mayBeginKey = broken
  }

  /** Closes what the place of the next token closes. */
  settle(): void {
    this.#keys.dropStale()
    this.#unwind(this.#cursor.column)
  }

  /** Closes all blocks, as a document ends here. */
  closeBlocks(): void {
    this.#unwind(-1)
    this.#keys.drop(this.#level)
    this.#mayBeginKey = false
  }

  /** Notes that a node begins here, which may turn out to be a key; no other can begin right after it. */
  beginNode(): void {
    const required = !this.inFlow && this.indent === this.#cursor.column
    if (this.#mayBeginKey) this.#keys.save(this.#level, this.#taken + this.#tokens.length, required)
    this.#mayBeginKey = false
  }

  /** Notes that a literal or folded scalar begins here, which is never a key without `?`. */
  beginBlockScalar(): void {
    this.#mayBeginKey = true
    this.#keys.drop(this.#level)
  }

  open(kind: Sign): void {
    this.beginNode()
    this.#level++
    this.#mayBeginKey = true
    this.sign(kind, 1)
  }

  close(kind: Sign): void {
    this.#keys.drop(this.#level)
    this.#level--
    this.#mayBeginKey = false
    this.sign(kind, 1)
  }

  comma(): void {
    this.#beginPart('flow-entry', true)
  }

  entry(): void {
    if (!this.inFlow) this.#beginBlock('block-sequence-start', 'an entry of a list is not allowed here')
    this.#beginPart('block-entry', true)
  }

  complexKey(): void {
    if (!this.inFlow) this.#beginBlock('block-mapping-start', 'a key is not allowed here')
    this.#beginPart('key', !this.inFlow)
  }

  value(): void {
    const key = this.#keys.take(this.#level)
    if (!key) {
      if (!this.inFlow) this.#beginBlock('block-mapping-start', 'the value of a key is not allowed here')
      this.#beginPart('value', !this.inFlow)
      return
    }
    const at = key.token - this.#taken
    const { start } = key
    this.#tokens.splice(at, 0, { kind: 'key', start, end: start })
    if (!this.inFlow && this.#indentTo(key.column))
      this.#tokens.splice(at, 0, { kind: 'block-mapping-start', start, end: start })
    this.#mayBeginKey = false
    this.sign('value', 1)
  }

  sign(kind: Sign, length: number): void {
    const start = this.#cursor.offset
    this.#cursor.skip(length)
    this.add({ kind, start, end: this.#cursor.offset })
  }

  #beginPart(kind: Sign, mayBeginKey: boolean): void {
    this.#mayBeginKey = mayBeginKey
    this.#keys.drop(this.#level)
    this.sign(kind, 1)
  }

  #beginBlock(kind: Sign, refusal: string): void {
    if (!this.#mayBeginKey) throw new YamlFault(refusal, this.#cursor.offset)
    if (this.#indentTo(this.#cursor.column)) this.sign(kind, 0)
  }

  #indentTo(column: number): boolean {
    if (this.indent >= column) return false
    this.#outer.push(this.indent)
    this.indent = column
    return true
  }

  /** Ends the blocks that are indented further. Brackets need no indentation. */
  #unwind(column: number): void {
    while (!this.inFlow && this.indent > column) {
      this.indent = this.#outer.pop() ?? -1
      this.sign('block-end', 0)
    }
  }
}
