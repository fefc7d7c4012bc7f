import { code, END, isBreakOrEnd, isGapOrTab, SPACE } from './characters.ts'
import { Cursor } from './cursor.ts'
import { YamlFault } from '../fault.ts'
import { Layout } from './layout.ts'
import { scanBlock } from './block.ts'
import { scanDirective } from './directive.ts'
import { scanAnchor, scanTag } from './names.ts'
import { beginsPlain, scanPlain } from './plain.ts'
import { scanQuoted } from './quoted.ts'
import type { Token } from './tokens.ts'

const BYTE_ORDER_MARK = 0xfeff
const HASH = code('#')
const FOLDED = code('>')
const TAB = code('\t')

const misplaced = (character: number): string =>
  character === TAB ? 'a tab stands where YAML wants spaces' : 'a character stands where none of its kind can'

/**
 * Cuts a text into tokens, as PyYAML's scanner does. It looks ahead only while the first token may turn out to begin a
 * key: so the order in which faults are found is PyYAML's.
 */
export class Scanner {
  readonly #cursor: Cursor
  readonly #layout: Layout
  #done = false

  constructor(text: string) {
    this.#cursor = new Cursor(text)
    this.#layout = new Layout(this.#cursor)
  }

  /** The next token. The last one, `stream-end`, stays. */
  peek(): Token {
    while (!this.#done && this.#layout.isOpen) this.#fetchNext()
    const { offset } = this.#cursor
    return this.#layout.first ?? { kind: 'stream-end', start: offset, end: offset }
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek()
    this.#layout.take()
    return token
  }

  /** Is the next token of one of these kinds? */
  is(...kinds: Token['kind'][]): boolean {
    return kinds.includes(this.peek().kind)
  }

  #fetchNext(): void {
    this.#passGap()
    this.#layout.settle()
    const character = this.#cursor.peek()
    if (character === END) this.#fetchEnd()
    else if (this.#cursor.column === 0 && this.#fetchMarker(character)) return
    else if (!this.#fetchSign(character) && !this.#fetchScalar(character)) this.#fetchPlain()
  }

  /** Passes spaces, breaks and comments. A tab is none of them. */
  #passGap(): void {
    const cursor = this.#cursor
    if (cursor.offset === 0 && cursor.peek() === BYTE_ORDER_MARK) cursor.skip()
    for (;;) {
      cursor.take((character) => character === SPACE)
      if (cursor.peek() === HASH) cursor.take((character) => !isBreakOrEnd(character))
      if (cursor.lineBreak() === '') return
      this.#layout.beginLine()
    }
  }

  #fetchEnd(): void {
    this.#layout.closeBlocks()
    this.#layout.sign('stream-end', 0)
    this.#done = true
  }

  /** Adds what can only stand at the beginning of a line. */
  #fetchMarker(character: number): boolean {
    const isDirective = character === code('%')
    const isStart = this.#cursor.atMarker('---')
    if (!isDirective && !isStart && !this.#cursor.atMarker('...')) return false
    this.#layout.closeBlocks()
    if (isDirective) this.#layout.add(scanDirective(this.#cursor))
    else this.#layout.sign(isStart ? 'document-start' : 'document-end', 3)
    return true
  }

  #fetchSign(character: number): boolean {
    const layout = this.#layout
    switch (String.fromCharCode(character)) {
      case '[':
        layout.open('flow-sequence-start')
        return true
      case '{':
        layout.open('flow-mapping-start')
        return true
      case ']':
        layout.close('flow-sequence-end')
        return true
      case '}':
        layout.close('flow-mapping-end')
        return true
      case ',':
        layout.comma()
        return true
      default:
        return this.#fetchSpacedSign(character)
    }
  }

  /** Adds a sign that counts only with a gap after it. In brackets `?` and `:` need none. */
  #fetchSpacedSign(character: number): boolean {
    const gap = isGapOrTab(this.#cursor.peek(1))
    const sign = String.fromCharCode(character)
    if (sign === '-' && gap) this.#layout.entry()
    else if (sign === '?' && (gap || this.#layout.inFlow)) this.#layout.complexKey()
    else if (sign === ':' && (gap || this.#layout.inFlow)) this.#layout.value()
    else return false
    return true
  }

  #fetchScalar(character: number): boolean {
    switch (String.fromCharCode(character)) {
      case '*':
        return this.#fetchNode((cursor) => scanAnchor(cursor, 'alias'))
      case '&':
        return this.#fetchNode((cursor) => scanAnchor(cursor, 'anchor'))
      case '!':
        return this.#fetchNode(scanTag)
      case "'":
      case '"':
        return this.#fetchNode(scanQuoted)
      case '|':
      case '>':
        return this.#fetchBlock(character)
      default:
        return false
    }
  }

  #fetchNode(scan: (cursor: Cursor) => Token): true {
    this.#layout.beginNode()
    this.#layout.add(scan(this.#cursor))
    return true
  }

  #fetchBlock(character: number): boolean {
    if (this.#layout.inFlow) return false
    this.#layout.beginBlockScalar()
    this.#layout.add(scanBlock(this.#cursor, character === FOLDED, this.#layout.indent))
    return true
  }

  #fetchPlain(): void {
    const { inFlow, indent } = this.#layout
    if (!beginsPlain(this.#cursor, inFlow))
      throw new YamlFault(misplaced(this.#cursor.peek()), this.#cursor.offset)
    this.#layout.beginNode()
    const { token, broken } = scanPlain(this.#cursor, { flow: inFlow, indent: indent + 1 })
    this.#layout.endPlain(broken)
    this.#layout.add(token)
  }
}
