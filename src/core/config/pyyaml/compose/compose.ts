import {
  fillBlockMapping,
  fillBlockSequence,
  fillFlowMapping,
  fillFlowSequence,
  fillIndentlessSequence,
} from './collections.ts'
import { YamlFault } from '../fault.ts'
import { type Allowed, type Grammar, here } from './grammar.ts'
import type { MappingNode, Reference, ScalarNode, SequenceNode, YamlNode } from './nodes.ts'
import { type Handles, type Properties, takeProperties } from './properties.ts'
import { implicitTag, TEXT, tagName } from '../construct/resolve.ts'
import type { Scanner } from '../scan/scanner.ts'
import type { ScalarToken, Token } from '../scan/tokens.ts'

/** PyYAML gives up some levels further down, where exactly depends on who calls it. */
const DEEPEST = 400

/** `!` alone says nothing about the kind. */
const isSilent = (tag: string | null): tag is null | '!' => tag === null || tag === '!'

function scalarNode(token: ScalarToken, { anchor, tag, start }: Properties): ScalarNode {
  const { value, style } = token
  const silent = tag === '!' || style === 'plain' ? implicitTag(value) : TEXT
  return {
    kind: 'scalar',
    tag: isSilent(tag) ? silent : tag,
    value,
    style,
    anchor,
    start: start ?? token.start,
    end: token.end,
    token: token.start,
  }
}

/** The collection that begins with this token, still empty, and who fills it. */
function collection(
  token: Token,
  { anchor, tag, start: from }: Properties,
  { block, indentless }: Allowed,
): [SequenceNode | MappingNode, (grammar: Grammar) => void] | null {
  const { kind, start: end } = token
  const placed = { anchor, start: from ?? end, end, flow: kind.startsWith('flow') }
  const sequence = (): SequenceNode => {
    return { kind: 'sequence', tag: isSilent(tag) ? tagName('seq') : tag, items: [], ...placed }
  }
  const mapping = (): MappingNode => {
    return { kind: 'mapping', tag: isSilent(tag) ? tagName('map') : tag, pairs: [], ...placed }
  }
  const filled = <Kind extends YamlNode>(node: Kind, fill: (grammar: Grammar, node: Kind) => void) =>
    [node, (grammar: Grammar) => fill(grammar, node)] as [Kind, (grammar: Grammar) => void]
  if (kind === 'block-entry' && indentless) return filled(sequence(), fillIndentlessSequence)
  if (kind === 'flow-sequence-start') return filled(sequence(), fillFlowSequence)
  if (kind === 'flow-mapping-start') return filled(mapping(), fillFlowMapping)
  if (kind === 'block-sequence-start' && block) return filled(sequence(), fillBlockSequence)
  if (kind === 'block-mapping-start' && block) return filled(mapping(), fillBlockMapping)
  return null
}

/** Composes the nodes of one document, in the order in which PyYAML parses and composes them. */
export class Composer implements Grammar {
  readonly scanner: Scanner
  /** The first alias that refers to what it stands in. PyYAML reads even that. */
  loop: number | null = null
  readonly #handles: Handles
  readonly #anchors = new Map<string, YamlNode>()
  readonly #open = new Set<YamlNode>()

  constructor(scanner: Scanner, handles: Handles) {
    this.scanner = scanner
    this.#handles = handles
  }

  node(allowed: Allowed): Reference {
    const first = this.scanner.peek()
    if (first.kind === 'alias') return this.#follow(first.name)
    const properties = takeProperties(this.scanner, this.#handles)
    const token = this.scanner.peek()
    const begun = collection(token, properties, allowed)
    if (!begun) return here(this.#register(this.#scalar(token, properties)))
    const [node, fill] = begun
    this.#register(node)
    this.deepen(node, () => fill(this))
    return here(node)
  }

  deepen(node: YamlNode, fill: () => void): void {
    if (this.#open.size === DEEPEST) throw new YamlFault('it is nested too deeply', node.start)
    this.#open.add(node)
    fill()
    this.#open.delete(node)
  }

  #follow(name: string): Reference {
    const { start } = this.scanner.next()
    const node = this.#anchors.get(name)
    if (!node) throw new YamlFault('an alias refers to nothing', start)
    if (this.#open.has(node)) this.loop ??= start
    return { node, alias: start }
  }

  #scalar(token: Token, properties: Properties): ScalarNode {
    if (token.kind === 'scalar') {
      this.scanner.next()
      return scalarNode(token, properties)
    }
    const { end } = properties
    if (end === null) throw new YamlFault('something stands where a value must be', token.start)
    return scalarNode({ kind: 'scalar', value: '', style: 'plain', start: end, end }, properties)
  }

  #register<Kind extends YamlNode>(node: Kind): Kind {
    if (node.anchor === null) return node
    if (this.#anchors.has(node.anchor)) throw new YamlFault('an anchor is defined twice', node.start)
    this.#anchors.set(node.anchor, node)
    return node
  }
}
