import { YamlFault } from '../fault.ts'
import type { MappingNode, Pair, YamlNode } from '../compose/nodes.ts'
import { MERGE, TEXT, VALUE } from './resolve.ts'

/** A pair as a mapping has it, with the mapping in which it is written. */
export interface EffectivePair {
  pair: Pair
  owner: MappingNode
}

/** The pairs of a mapping under the rules of two releases. */
interface Flat {
  /** PyYAML 6.0.3 and before: in a list of mappings the last comes first. */
  old: readonly EffectivePair[]
  /** PyYAML 6.0.4: in order, and a key that is the same object in memory only once. */
  recent: readonly EffectivePair[]
}

/** More pairs than this is a file built to explode. */
const MOST_MERGED = 1_000_000

/** Python gives up somewhere near a thousand. */
const DEEPEST = 400

const written = (node: MappingNode): EffectivePair[] => node.pairs.map((pair) => ({ pair, owner: node }))

/**
 * Two keys with the same mark are one object in CPython: an aliased key, the empty text, and a text of one character
 * below U+0100, if it was scanned in one piece.
 */
function memoryMark({ pair: { key } }: EffectivePair): unknown {
  const { node } = key
  if (node.kind !== 'scalar' || node.value.length > 1) return node
  const isBlock = node.style === 'literal' || node.style === 'folded'
  return node.value > '\u00FF' || (isBlock && node.value === '\n') ? node : node.value
}

function onceInMemory(pairs: readonly EffectivePair[]): EffectivePair[] {
  const marks = new Set<unknown>()
  return pairs.filter((effective) => {
    const mark = memoryMark(effective)
    return !marks.has(mark) && marks.add(mark)
  })
}

/** What `flatten_mapping` does: it puts the pairs behind merge keys into the mappings, once for each mapping. */
export class Merges {
  readonly #flat = new Map<MappingNode, Flat>()
  readonly #retagged = new Set<YamlNode>()
  #merged = 0

  /** The tag of a node at this moment: a key `=` becomes a text when its mapping is flattened. */
  tagOf(node: YamlNode): string {
    return this.#retagged.has(node) ? TEXT : node.tag
  }

  /** The pairs of a mapping at this moment. */
  pairsOf(node: MappingNode): readonly EffectivePair[] {
    return this.#flat.get(node)?.old ?? written(node)
  }

  /** Each mapping with merge keys, and its pairs under both rules. */
  *merging(): Iterable<[MappingNode, Flat]> {
    for (const [node, flat] of this.#flat) if (flat.old !== flat.recent) yield [node, flat]
  }

  /** Follows the merge keys of a mapping, and those of the mappings behind them. */
  flatten(node: MappingNode, depth = 0): Flat {
    const known = this.#flat.get(node)
    if (known) return known
    if (depth > DEEPEST) throw new YamlFault('it is nested too deeply', node.start)
    const pairs = written(node)
    const own = pairs.filter(({ pair }) => pair.key.node.tag !== MERGE)
    for (const { pair } of own) if (pair.key.node.tag === VALUE) this.#retagged.add(pair.key.node)
    const merges = pairs.filter(({ pair }) => pair.key.node.tag === MERGE)
    const sources = merges.map(({ pair }) => this.#sources(pair.value.node, depth))
    const flat = merges.length === 0 ? { old: own, recent: own } : this.#join(node, sources, own)
    this.#flat.set(node, flat)
    return flat
  }

  /** The mappings behind one merge key. */
  #sources(value: YamlNode, depth: number): Flat[] {
    if (value.kind === 'mapping') return [this.flatten(value, depth + 1)]
    if (value.kind === 'scalar')
      throw new YamlFault('a merge key has a value that is not a mapping', value.start)
    return value.items.map(({ node }) => {
      if (node.kind !== 'mapping')
        throw new YamlFault('a merge key has a list with something that is not a mapping', node.start)
      return this.flatten(node, depth + 1)
    })
  }

  #join(node: MappingNode, sources: readonly Flat[][], own: readonly EffectivePair[]): Flat {
    // An empty mapping costs time too.
    for (const { old } of sources.flat()) this.#merged += Math.max(1, old.length)
    if (this.#merged > MOST_MERGED) throw new YamlFault('its merge keys make too much of it', node.start)
    const old = sources.flatMap((list) => list.toReversed().flatMap((source) => source.old))
    const recent = onceInMemory(sources.flat().flatMap((source) => source.recent))
    return { old: [...old, ...own], recent: [...recent, ...own] }
  }
}
