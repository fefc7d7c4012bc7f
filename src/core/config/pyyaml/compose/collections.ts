import { YamlFault } from '../fault.ts'
import { type Allowed, type Grammar, here, IN_FLOW, IN_LIST, IN_MAPPING } from './grammar.ts'
import type { MappingNode, Reference, SequenceNode } from './nodes.ts'
import { tagName } from '../construct/resolve.ts'
import type { Token } from '../scan/tokens.ts'

type Kinds = readonly Token['kind'][]

const BEHIND_BLOCK_PART: Kinds = ['key', 'value', 'block-end']
const BEHIND_FLOW_PAIR: Kinds = ['flow-entry', 'flow-mapping-end']
const BEHIND_INLINE_PAIR: Kinds = ['flow-entry', 'flow-sequence-end']

const empty = (at: number): Reference =>
  here({
    kind: 'scalar',
    tag: tagName('null'),
    value: '',
    style: 'plain',
    anchor: null,
    start: at,
    end: at,
    token: at,
  })

/** What follows the sign that comes next: nothing, if that is followed by one of these. */
function partBehind(grammar: Grammar, nothing: Kinds, allowed: Allowed): Reference {
  const { end } = grammar.scanner.next()
  return grammar.scanner.is(...nothing) ? empty(end) : grammar.node(allowed)
}

function valuePart(grammar: Grammar, nothing: Kinds, allowed: Allowed): Reference {
  const token = grammar.scanner.peek()
  return token.kind === 'value' ? partBehind(grammar, nothing, allowed) : empty(token.start)
}

/** Composes a key, with its sign before it, and its value. */
function addPair(grammar: Grammar, node: MappingNode, behind: Kinds, allowed: Allowed): void {
  const sign = grammar.scanner.peek()
  const key = partBehind(grammar, [...behind, 'value'], allowed)
  const value = valuePart(grammar, behind, allowed)
  node.pairs.push({ key, value, start: sign.start, complex: sign.end > sign.start })
}

function closeBlock(grammar: Grammar, refusal: string): number {
  const token = grammar.scanner.peek()
  if (token.kind !== 'block-end') throw new YamlFault(refusal, token.start)
  return grammar.scanner.next().end
}

/** Fills a list whose entries are indented. */
export function fillBlockSequence(grammar: Grammar, node: SequenceNode): void {
  grammar.scanner.next()
  while (grammar.scanner.is('block-entry'))
    node.items.push(partBehind(grammar, ['block-entry', 'block-end'], IN_LIST))
  node.end = closeBlock(grammar, 'something stands between the entries of a list that is no entry')
}

/** Fills a list whose entries stand right below their key. */
export function fillIndentlessSequence(grammar: Grammar, node: SequenceNode): void {
  while (grammar.scanner.is('block-entry'))
    node.items.push(partBehind(grammar, ['block-entry', 'key', 'value', 'block-end'], IN_LIST))
  node.end = grammar.scanner.peek().start
}

/** Fills a mapping without brackets. */
export function fillBlockMapping(grammar: Grammar, node: MappingNode): void {
  grammar.scanner.next()
  while (grammar.scanner.is('key')) addPair(grammar, node, BEHIND_BLOCK_PART, IN_MAPPING)
  node.end = closeBlock(grammar, 'something stands between the keys of a mapping that is not a key')
}

/** Passes the comma before every part but the first. */
function separate(grammar: Grammar, first: boolean, refusal: string): void {
  if (first) return
  const token = grammar.scanner.peek()
  if (token.kind !== 'flow-entry') throw new YamlFault(refusal, token.start)
  grammar.scanner.next()
}

/** A pair inside of a list in brackets is a mapping of its own. */
function inlineMapping(grammar: Grammar): Reference {
  const { start } = grammar.scanner.peek()
  const tag = tagName('map')
  const node: MappingNode = { kind: 'mapping', tag, pairs: [], flow: true, anchor: null, start, end: start }
  grammar.deepen(node, () => addPair(grammar, node, BEHIND_INLINE_PAIR, IN_FLOW))
  node.end = grammar.scanner.peek().start
  return here(node)
}

/** Fills a list in brackets. */
export function fillFlowSequence(grammar: Grammar, node: SequenceNode): void {
  grammar.scanner.next()
  for (let first = true; !grammar.scanner.is('flow-sequence-end'); first = false) {
    separate(grammar, first, 'a list in brackets has no "," or "]" where one must be')
    if (grammar.scanner.is('flow-sequence-end')) break
    const inline = grammar.scanner.is('key')
    node.items.push(inline ? inlineMapping(grammar) : grammar.node(IN_FLOW))
  }
  node.end = grammar.scanner.next().end
}

function addLoneKey(grammar: Grammar, node: MappingNode): void {
  const key = grammar.node(IN_FLOW)
  const value = empty(grammar.scanner.peek().start)
  node.pairs.push({ key, value, start: key.alias ?? key.node.start, complex: false })
}

/** Fills a mapping in brackets. */
export function fillFlowMapping(grammar: Grammar, node: MappingNode): void {
  grammar.scanner.next()
  for (let first = true; !grammar.scanner.is('flow-mapping-end'); first = false) {
    separate(grammar, first, 'a mapping in brackets has no "," or "}" where one must be')
    if (grammar.scanner.is('flow-mapping-end')) break
    if (grammar.scanner.is('key')) addPair(grammar, node, BEHIND_FLOW_PAIR, IN_FLOW)
    else addLoneKey(grammar, node)
  }
  node.end = grammar.scanner.next().end
}
