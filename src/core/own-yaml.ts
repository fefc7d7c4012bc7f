import {
  type Alias,
  type CST,
  Composer,
  type Document,
  type ErrorCode,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'

// Far more than files of our own need, and little enough to be read in a moment.
const DEEPEST = 100
const MOST_ALIASES = 100
const MOST_TOKENS = 150_000

/** A place in a text: line and column, from 1. */
export interface Position {
  line: number
  column: number
}

/**
 * A YAML text that was read. `placeOf`: where a value in it stands, or the nearest thing around it; or the key that it has
 * in its map.
 */
export interface OwnYaml {
  kind: 'yaml'
  value: unknown
  placeOf: (path: readonly PropertyKey[], part?: 'key' | 'value') => Position | null
}

/** Why a text cannot be read. `what` never repeats any of it. */
export interface YamlFault {
  kind: 'fault'
  line: number | null
  column: number | null
  what: string
}

/** A fault at an offset of the text. */
class Fault extends Error {
  readonly offset: number | null

  constructor(offset: number | null | undefined, what: string) {
    super(what)
    this.offset = offset ?? null
  }
}

const notYaml = (why: string): string => (why === '' ? 'this is not YAML' : `this is not YAML: ${why}`)

const isOpenQuote = (lexeme: string): boolean =>
  /^["']/.test(lexeme) && (lexeme.length === 1 || lexeme.at(-1) !== lexeme.at(0))

const CAUSES: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_INDENT: 'it has no colon, or is not indented as what stands above it',
  BAD_SCALAR_START: 'a text that begins so has to stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a text with a colon and a space in it has to stand in quotes',
  MISSING_CHAR: 'it has no colon, or is not indented as what stands above it',
  MULTILINE_IMPLICIT_KEY: 'a key has a colon and a space after it',
  TAB_AS_INDENT: 'a tab indents this line, where only spaces may',
}

/** What most likely is wrong where the library finds these faults. */
function causeOf(errors: readonly YAMLError[]): string {
  const codes = errors.map(({ code }) => code)
  const [first] = errors
  if (codes.includes('BLOCK_IN_FLOW') || first?.message.startsWith('Flow '))
    return 'a bracket that begins here or above does not end'
  if (first?.code === 'BLOCK_AS_IMPLICIT_KEY' && codes.includes('MULTILINE_IMPLICIT_KEY'))
    return 'the line below it is not indented as it should be'
  return (first && CAUSES[first.code]) ?? ''
}

/** The library composes by recursion, and tells no end of what is wrong: what is too deep or too much ends here. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] {
  const parser = new Parser(lines.addNewLine)
  const tokens: CST.Token[] = []
  lines.addNewLine(0)
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    // The library tells of it at the end of the file.
    if (isOpenQuote(lexeme)) throw new Fault(parser.offset, notYaml('a quote that begins here does not end'))
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > DEEPEST) throw new Fault(parser.offset, 'it is nested too deeply')
    lexemes += 1
    if (lexemes > MOST_TOKENS) throw new Fault(parser.offset, 'there is too much in it')
  }
  return [...tokens, ...parser.end()]
}

const startOf = (found: unknown): number | null => (isNode(found) ? (found.range?.[0] ?? null) : null)

/** The library looks for a key that stands twice in quadratic time. */
function checkKeys(map: YAMLMap): void {
  const seen = new Set<string>()
  for (const { key } of map.items) {
    if (!isScalar(key)) throw new Fault(startOf(key) ?? startOf(map), 'a key must be a text')
    const name = String(key.value)
    if (seen.has(name)) throw new Fault(startOf(key), 'a key appears twice')
    seen.add(name)
  }
}

/** Checks what the library would do slowly, without end, or with a sentence that repeats the text. */
function checkNodes(document: Document): void {
  const anchors = new Map<string, Node>()
  let aliases = 0
  const checkAlias = (alias: Alias, path: readonly unknown[]): void => {
    aliases += 1
    if (aliases > MOST_ALIASES) throw new Fault(startOf(alias), 'there are too many aliases')
    const target = anchors.get(alias.source)
    if (!target) throw new Fault(startOf(alias), 'an alias has no anchor before it')
    if (path.includes(target)) throw new Fault(startOf(alias), 'an alias refers to what contains it')
  }
  visit(document, {
    Alias: (_, alias, path) => checkAlias(alias, path),
    Node: (_, node) => {
      if ('anchor' in node && node.anchor) anchors.set(node.anchor, node)
      if (isMap(node)) checkKeys(node)
    },
  })
}

function documentIn(tokens: readonly CST.Token[], length: number): Document.Parsed {
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false })
  const [document, second] = composer.compose(tokens, true, length)
  const [error] = document?.errors ?? []
  if (!document || error) throw new Fault(error?.pos[0], notYaml(causeOf(document?.errors ?? [])))
  const [warning] = document.warnings
  if (warning) throw new Fault(warning.pos[0], 'it holds a tag that is not known')
  if (second) throw new Fault(second.range[0], 'a second document begins')
  checkNodes(document)
  return document
}

/** What stands in the text as plain values. Aliases of aliases are no way around the limit. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES + 1 })
  } catch {
    throw new Fault(null, 'its aliases lead to too much')
  }
}

/** Where a place begins, or its key; what is missing has no place of its own: the nearest thing around it has. */
function offsetOf(document: Document, path: readonly PropertyKey[], part: 'key' | 'value'): number | null {
  const rest = [...path]
  while (rest.length > 0 && document.getIn(rest, true) == null) rest.pop()
  const isThere = rest.length === path.length
  const around = isThere && part === 'key' ? document.getIn(rest.slice(0, -1), true) : null
  const pair = isMap(around)
    ? around.items.find(({ key }) => isScalar(key) && String(key.value) === String(rest.at(-1)))
    : undefined
  if (pair) return startOf(pair.key)
  return startOf(rest.length > 0 ? document.getIn(rest, true) : document.contents)
}

/**
 * Reads a file of our own format: in little time whatever it holds, and with nothing said of what it holds. Keys that
 * stand twice, more than a hundred aliases and more than a hundred levels are faults.
 */
export function readOwnYaml(text: string): OwnYaml | YamlFault {
  const lines = new LineCounter()
  const placeAt = (offset: number | null): Position | null => {
    if (offset === null) return null
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  try {
    const document = documentIn(tokensOf(text, lines), text.length)
    const placeOf: OwnYaml['placeOf'] = (path, part = 'value') => placeAt(offsetOf(document, path, part))
    return { kind: 'yaml', value: valueOf(document), placeOf }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { line, column } = placeAt(error.offset) ?? { line: null, column: null }
    return { kind: 'fault', line, column, what: error.message }
  }
}
