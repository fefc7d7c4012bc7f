import type { ConfigDocument } from './document.ts'
import type { MappingNode, Pair, ScalarNode, YamlNode } from '../pyyaml/compose/nodes.ts'
import type { PyValue } from '../pyyaml/construct/values.ts'
import { type HeldPair, heldPairs } from './sightings.ts'

/** Where the entry of a server stands in a file, and what LiteLLM sees there. */
export interface EntrySpot {
  name: string
  /** Of its key. */
  offset: number
  /** The entry as a mapping, `null` where it is not one. */
  node: MappingNode | null
  /** Why no line can be written into it, or `null`. */
  hindrance: string | null
  /** Does it depend on the release of PyYAML which of its merged values counts? */
  disputed: boolean
  /** Has it, or the section with the servers, an anchor? */
  anchored: boolean
  value: PyValue
}

/** The pair of a mapping with this key, written in the mapping itself: the last one, where there are several. */
export function ownPair(node: MappingNode, key: string): Pair | null {
  return node.pairs.findLast(({ key: { node: own } }) => own.kind === 'scalar' && own.value === key) ?? null
}

/** Why no line can be written into the entry of a server, as it is not written where it counts; or `null`. */
function hindranceOf(section: HeldPair, entry: HeldPair, top: MappingNode): string | null {
  if (section.pair.value.alias !== null) return 'mcp_servers is an alias'
  if (section.owner !== top) return 'mcp_servers comes through a merge key'
  if (entry.owner !== section.pair.value.node) return 'its entry comes through a merge key'
  return entry.pair.value.alias === null ? null : 'its entry is an alias of another one'
}

/** The entries of all servers of a file, in the order in which LiteLLM reads them. */
export function entriesOf(document: ConfigDocument): EntrySpot[] {
  const { loaded, top } = document
  const section = top && heldPairs(loaded, top.node).get('mcp_servers')
  const within = section?.pair.value.node
  if (!top || !section || within?.kind !== 'mapping') return []
  // LiteLLM ends on a name that is no text.
  const named = [...heldPairs(loaded, within)].filter(([name]) => !name.startsWith('\0'))
  return named.map(([name, entry]) => {
    const { node } = entry.pair.value
    return {
      name,
      offset: entry.pair.key.node.start,
      node: node.kind === 'mapping' ? node : null,
      hindrance: hindranceOf(section, entry, top.node),
      disputed: [top.node, within, node].some((each) => each.kind === 'mapping' && loaded.disputed.has(each)),
      anchored: within.anchor !== null || node.anchor !== null,
      value: loaded.valueOf(node),
    }
  })
}

/** Where the text of a scalar stands in the file character by character, or why it does not. */
export type Verbatim =
  | { kind: 'here'; start: number; text: string; value: string }
  | { kind: 'elsewhere'; reason: string }

const isBlock = ({ style }: ScalarNode): boolean => style === 'literal' || style === 'folded'

/** The offsets between which the text of a scalar stands, without quotes and without the header of a block. */
function innerRange(text: string, node: ScalarNode): [number, number] {
  const { token, end, style } = node
  if (isBlock(node)) return [text.indexOf('\n', token) + 1, end]
  return style === 'plain' ? [token, end] : [token + 1, end - 1]
}

/** Finds the characters of a text. Those of a block are found without the line break at its end. */
export function verbatim(text: string, node: YamlNode): Verbatim {
  if (node.kind !== 'scalar') return { kind: 'elsewhere', reason: 'it is not text' }
  const [start, end] = innerRange(text, node)
  const written = text.slice(start, end)
  const value = isBlock(node) ? node.value.trimEnd() : node.value
  const found = isBlock(node) ? written.trim() : written
  if (found !== value || /[\r\n]/.test(value))
    return {
      kind: 'elsewhere',
      reason: 'it is written with escapes or over several lines, so that its characters are not its value',
    }
  return { kind: 'here', start: start + written.indexOf(value), text: value, value: node.value }
}

/** The lines, counted from 1, in which a key appears a second time, among the servers or in an entry of theirs. */
export function twiceIn({ loaded, top, lineOf }: ConfigDocument, entries: Iterable<EntrySpot>): number[] {
  const section = top && heldPairs(loaded, top.node).get('mcp_servers')?.pair.value.node
  const nodes = [...entries].map(({ node }) => node)
  const found = [section, ...nodes].flatMap((node) => {
    if (node?.kind !== 'mapping') return []
    const seen = new Set<string | number>()
    return node.pairs.flatMap(({ key: { node: key }, start }) => {
      const name = key.kind === 'scalar' ? `${key.tag} ${key.value}` : start
      if (!seen.has(name)) {
        seen.add(name)
        return []
      }
      return lineOf(start)
    })
  })
  return [...new Set(found)].toSorted((a, b) => a - b)
}
