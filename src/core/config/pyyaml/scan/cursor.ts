import { END, isBreak, isGapOrTab } from './characters.ts'

const CARRIAGE_RETURN = 13
const LINE_FEED = 10
const NEXT_LINE = 0x85
const MARK = 0xfeff

const isLowSurrogate = (character: number): boolean => character >= 0xdc00 && character <= 0xdfff

/** A place in the text that moves forward, and knows its line and column as PyYAML counts them. */
export class Cursor {
  readonly text: string
  offset = 0
  line = 0
  column = 0
  /** Characters above U+FFFF so far: two places in the text each, one character to PyYAML. */
  #pairs = 0
  readonly #even: boolean

  constructor(text: string) {
    this.text = text
    this.#even = !/[\uD800-\uDFFF\uFEFF]/.test(text)
  }

  /** How many characters lie before. */
  get index(): number {
    return this.offset - this.#pairs
  }

  peek(ahead = 0): number {
    const at = this.offset + ahead
    return at < this.text.length ? this.text.charCodeAt(at) : END
  }

  /** Goes on by some places, none of which may be a line break. */
  skip(length = 1): void {
    if (this.#even) this.column += length
    else for (let ahead = 0; ahead < length; ahead++) this.#pass(this.peek(ahead))
    this.offset += length
  }

  #pass(character: number): void {
    if (isLowSurrogate(character)) this.#pairs++
    else if (character !== MARK) this.column++
  }

  /** Goes on while the test holds, and hands back what was passed. The test must fail at breaks and at the end. */
  take(test: (character: number) => boolean): string {
    const from = this.offset
    let length = 0
    while (test(this.peek(length))) length++
    this.skip(length)
    return this.text.slice(from, from + length)
  }

  /** Goes past a line break, and says what it is worth in a scalar: nothing where there is none. */
  lineBreak(): string {
    const character = this.peek()
    if (!isBreak(character)) return ''
    this.offset += character === CARRIAGE_RETURN && this.peek(1) === LINE_FEED ? 2 : 1
    this.line++
    this.column = 0
    return character <= NEXT_LINE ? '\n' : String.fromCharCode(character)
  }

  /** Do three equal characters that end or begin a document stand here? */
  atMarker(marker: '---' | '...'): boolean {
    return this.text.startsWith(marker, this.offset) && isGapOrTab(this.peek(3))
  }

  atAnyMarker(): boolean {
    return this.atMarker('---') || this.atMarker('...')
  }
}
