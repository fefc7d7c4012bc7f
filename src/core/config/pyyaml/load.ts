import { Construction } from './construct/construct.ts'
import { composeText } from './compose/document.ts'
import { YamlFault } from './fault.ts'
import type { EffectivePair } from './construct/merge.ts'
import type { MappingNode, YamlNode } from './compose/nodes.ts'
import { Scanner } from './scan/scanner.ts'
import type { PyValue } from './construct/values.ts'

/** A text as PyYAML's `safe_load` reads it. */
export interface Loaded {
  /** Null for a file without a document. */
  root: YamlNode | null
  value: PyValue
  /**
   * The value of a node; an aliased node has the same object everywhere. What `safe_load` passes over, such as a merge
   * key, is read when it is asked for, and may turn out to be at fault.
   */
  valueOf(node: YamlNode): PyValue
  /**
   * All pairs of a mapping as `safe_load` sees them, merge keys followed, in PyYAML's order: merged ones first, and of
   * two equal keys the later one counts. Each with the mapping in which it is written.
   */
  effectivePairs(node: MappingNode): readonly EffectivePair[]
  /** The mappings in which PyYAML 6.0.3 and 6.0.4 find different values. */
  disputed: ReadonlySet<MappingNode>
}

const NON_PRINTABLE = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

function checkCharacters(text: string): void {
  const offset = text.search(NON_PRINTABLE)
  if (offset >= 0) throw new YamlFault('it has a character that no YAML file may have', offset)
}

/** The node that each key of these pairs ends up with. */
function winners(construction: Construction, pairs: readonly EffectivePair[]): Map<string, YamlNode> {
  return new Map(
    pairs.map(({ pair }) => [construction.identity(pair.key.node).identity, pair.value.node] as const),
  )
}

function findDisputes(construction: Construction): Set<MappingNode> {
  const disputed = new Set<MappingNode>()
  for (const [node, { old, recent }] of construction.merges.merging()) {
    const ours = winners(construction, old)
    // Where no key comes twice, there is nothing to win.
    if (ours.size === old.length) continue
    const theirs = winners(construction, recent)
    if ([...ours].some(([identity, value]) => theirs.get(identity) !== value)) disputed.add(node)
  }
  return disputed
}

/**
 * Reads a text as `safe_load` of PyYAML 6.0.3 does. Throws `YamlFault` for what that refuses; and for what is nested
 * deeper than 400 levels, for an alias that refers to what it stands in, and for merge keys that make a file explode.
 */
export function load(text: string): Loaded {
  checkCharacters(text)
  const { root, loop } = composeText(new Scanner(text))
  if (loop !== null) throw new YamlFault('an alias refers to what it stands in', loop)
  const construction = new Construction()
  const value = root && construction.construct(root)
  return {
    root,
    value,
    valueOf: (node) => construction.construct(node),
    effectivePairs: (node) => construction.merges.pairsOf(node),
    disputed: findDisputes(construction),
  }
}
