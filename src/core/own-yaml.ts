import {
  type Alias,
  type CST,
  Composer,
  type Document,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
  type YAMLMap,
} from 'yaml'

// Far more than files of our own need, and little enough to be read in a moment.
const DEEPEST = 100
const MOST_ALIASES = 100
const MOST_TOKENS = 150_000

/** A YAML text that was read. `lineOf`: where a place in it stands, or the nearest thing around it. */
export interface OwnYaml {
  kind: 'yaml'
  value: unknown
  lineOf: (path: readonly PropertyKey[]) => number | null
}

/** Why a text cannot be read. `what` never repeats any of it. */
export interface YamlFault {
  kind: 'fault'
  line: number | null
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

/** The library composes by recursion, and tells no end of what is wrong: what is too deep or too much ends here. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] {
  const parser = new Parser(lines.addNewLine)
  const tokens: CST.Token[] = []
  lines.addNewLine(0)
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
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
  if (!document || error) throw new Fault(error?.pos[0], 'this is not YAML')
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

/**
 * Reads a file of our own format: in little time whatever it holds, and with nothing said of what it holds. Keys that
 * stand twice, more than a hundred aliases and more than a hundred levels are faults.
 */
export function readOwnYaml(text: string): OwnYaml | YamlFault {
  const lines = new LineCounter()
  const lineAt = (offset: number | null): number | null =>
    offset === null ? null : lines.linePos(offset).line
  try {
    const document = documentIn(tokensOf(text, lines), text.length)
    const lineOf = (path: readonly PropertyKey[]): number | null => {
      // What is missing has no place of its own: the nearest thing around it has.
      const rest = [...path]
      while (rest.length > 0 && document.getIn(rest, true) == null) rest.pop()
      return lineAt(startOf(rest.length > 0 ? document.getIn(rest, true) : document.contents))
    }
    return { kind: 'yaml', value: valueOf(document), lineOf }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { kind: 'fault', line: lineAt(error.offset), what: error.message }
  }
}
