import { step } from './differences.ts'
import type { ConfigDocument } from './document.ts'
import type { Loaded } from '../pyyaml/load.ts'
import type { MappingNode, Pair, ScalarNode, YamlNode } from '../pyyaml/compose/nodes.ts'

/** A pair as it holds in a mapping, and the mapping in which it is written: another one where a merge key brings it. */
export interface HeldPair {
  pair: Pair
  owner: MappingNode
}

/** The pairs of a mapping that hold, by key: merge keys followed, and of two equal keys the later. */
export function heldPairs(loaded: Loaded, node: MappingNode): Map<string, HeldPair> {
  return new Map(loaded.effectivePairs(node).map((held) => [step(loaded.valueOf(held.pair.key.node)), held]))
}

/** Where a node is seen from: in which collection, at which step. */
interface Edge {
  parent: YamlNode
  at: string
}

/** More steps than it takes to find tens of thousands of servers with one URL. */
const MOST = 100_000

function edgesFrom(loaded: Loaded, node: YamlNode): { child: YamlNode; at: string }[] {
  if (node.kind === 'scalar') return []
  if (node.kind === 'sequence') return node.items.map(({ node: child }, i) => ({ child, at: `[${i}]` }))
  // Which of these pairs hold depends on the release of PyYAML.
  if (loaded.disputed.has(node))
    return loaded.effectivePairs(node).map(({ pair }) => ({ child: pair.value.node, at: '\0disputed' }))
  return [...heldPairs(loaded, node)].flatMap(([at, { pair }]) => [
    { child: pair.key.node, at: `\0key ${at}` },
    { child: pair.value.node, at },
  ])
}

/** In which places of the data each node of a file is seen, aliases and merge keys followed. */
export class Sightings {
  readonly #edges = new Map<YamlNode, Edge[]>()
  readonly #root: YamlNode | null

  constructor({ loaded }: ConfigDocument) {
    this.#root = loaded.root
    const pending = loaded.root ? [loaded.root] : []
    const seen = new Set(pending)
    for (let node = pending.pop(); node; node = pending.pop()) {
      for (const { child, at } of edgesFrom(loaded, node)) {
        const edges = this.#edges.get(child) ?? []
        edges.push({ parent: node, at })
        this.#edges.set(child, edges)
        if (seen.has(child)) continue
        seen.add(child)
        pending.push(child)
      }
    }
  }

  /** The texts of the file that begin so, in keys, too. */
  beginning(prefix: string): ScalarNode[] {
    return [...this.#edges.keys()].flatMap((node) =>
      node.kind === 'scalar' && node.value.startsWith(prefix) ? [node] : [],
    )
  }

  /** The paths at which a node is seen; `null` where there are too many to tell them all. */
  of(node: YamlNode): string[][] | null {
    let left = MOST
    const paths = (each: YamlNode): string[][] => {
      if (each === this.#root) return [[]]
      const all: string[][] = []
      for (const { parent, at } of this.#edges.get(each) ?? []) {
        for (const path of paths(parent)) {
          if ((left -= 1) < 0) return all
          all.push([...path, at])
        }
      }
      return all
    }
    const all = paths(node)
    return left < 0 ? null : all
  }
}
