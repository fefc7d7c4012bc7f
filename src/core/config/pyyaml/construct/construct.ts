import { YamlFault } from '../fault.ts'
import { Merges } from './merge.ts'
import type { YamlNode } from '../compose/nodes.ts'
import { isSharedNan } from './numbers.ts'
import { tagName, VALUE } from './resolve.ts'
import { SCALARS } from './scalars.ts'
import { identityOf, isHashable, PyDict, type PyKey, PySet, PyTuple, type PyValue } from './values.ts'

const TIMESTAMP = tagName('timestamp')

/** A mapping tagged as a scalar stands for its `=`, which may be such a mapping again. */
const MOST_STEPS = 400

/** A collection, still empty, and what fills it. */
interface Begun {
  value: PyValue
  fill: () => void
}

/**
 * Makes values of nodes, as PyYAML's SafeConstructor does: a collection is made empty and filled later, in the order
 * in which they were made. So the order in which faults are found is PyYAML's, and no depth is too much.
 */
export class Construction {
  readonly merges = new Merges()
  readonly #values = new Map<YamlNode, PyValue>()
  /** What tells apart the keys that are equal to nothing, not even to themselves. */
  readonly #nans = new Map<YamlNode, string>()
  readonly #waiting: (() => void)[] = []

  /** The value of a node and of all that lies inside. */
  construct(node: YamlNode): PyValue {
    const value = this.#make(node)
    try {
      // The list grows while it is worked off.
      for (const fill of this.#waiting) fill()
    } finally {
      this.#waiting.length = 0
    }
    return value
  }

  /** What the key of a pair is worth as a key. Throws where Python cannot hash it. */
  identity(node: YamlNode): { key: PyKey; identity: string } {
    const key = this.#make(node)
    if (!isHashable(key)) throw new YamlFault('a key is a list or a mapping', node.start)
    return { key, identity: identityOf(key, this.#nans.get(node)) }
  }

  #make(node: YamlNode): PyValue {
    const known = this.#values.get(node)
    if (known !== undefined) return known
    const value = this.#begin(node)
    this.#values.set(node, value)
    return value
  }

  #begin(node: YamlNode): PyValue {
    const tag = this.merges.tagOf(node)
    const begun = this.#collection(node, tag)
    if (!begun) return this.#scalar(node, tag)
    this.#waiting.push(begun.fill)
    return begun.value
  }

  #collection(node: YamlNode, tag: string): Begun | null {
    switch (tag) {
      case tagName('map'): {
        const value = new PyDict()
        return { value, fill: () => this.#fillDict(node, value) }
      }
      case tagName('set'): {
        const value = new PySet()
        return { value, fill: () => this.#fillSet(node, value) }
      }
      case tagName('seq'): {
        const value: PyValue[] = []
        return { value, fill: () => this.#fillList(node, value) }
      }
      case tagName('omap'):
      case tagName('pairs'): {
        const value: PyValue[] = []
        return { value, fill: () => this.#fillPairs(node, value) }
      }
      default:
        return null
    }
  }

  #scalar(node: YamlNode, tag: string): PyValue {
    const kind = SCALARS.get(tag)
    if (!kind) throw new YamlFault('it has a tag that LiteLLM does not know', node.start)
    const text = this.#textOf(node)
    // PyYAML looks at the date of the node itself, which a mapping has not.
    const value = tag === TIMESTAMP && node.kind !== 'scalar' ? undefined : kind.read(text)
    if (value === undefined) throw new YamlFault(kind.refusal, node.start)
    if (Number.isNaN(value) && !isSharedNan(text)) this.#nans.set(node, String(this.#nans.size))
    return value
  }

  #textOf(node: YamlNode): string {
    let found = node
    for (let steps = 0; found.kind === 'mapping'; steps++) {
      if (steps > MOST_STEPS) throw new YamlFault('it is nested too deeply', node.start)
      const equals = this.merges.pairsOf(found).find(({ pair }) => this.merges.tagOf(pair.key.node) === VALUE)
      if (!equals) break
      found = equals.pair.value.node
    }
    if (found.kind !== 'scalar')
      throw new YamlFault('a list or a mapping has the tag of a single value', found.start)
    return found.value
  }

  #fillDict(node: YamlNode, dict: PyDict): void {
    if (node.kind !== 'mapping')
      throw new YamlFault('a value is tagged as a mapping, but is not one', node.start)
    for (const { pair } of this.merges.flatten(node).old) {
      const { key, identity } = this.identity(pair.key.node)
      dict.set(identity, key, this.#make(pair.value.node))
    }
  }

  #fillSet(node: YamlNode, set: PySet): void {
    if (node.kind !== 'mapping') throw new YamlFault('a value is tagged as a set, but is not one', node.start)
    for (const { pair } of this.merges.flatten(node).old) {
      const { key, identity } = this.identity(pair.key.node)
      this.#make(pair.value.node)
      set.add(identity, key)
    }
  }

  #fillList(node: YamlNode, list: PyValue[]): void {
    if (node.kind !== 'sequence')
      throw new YamlFault('a value is tagged as a list, but is not one', node.start)
    for (const { node: item } of node.items) list.push(this.#make(item))
  }

  #fillPairs(node: YamlNode, list: PyValue[]): void {
    if (node.kind !== 'sequence')
      throw new YamlFault('a value is tagged as a list of pairs, but is not one', node.start)
    for (const { node: entry } of node.items) {
      if (entry.kind !== 'mapping') throw new YamlFault('an entry of a list of pairs is no pair', entry.start)
      const [only, ...others] = this.merges.pairsOf(entry)
      if (!only || others.length > 0)
        throw new YamlFault('an entry of a list of pairs has not one key', entry.start)
      list.push(new PyTuple([this.#make(only.pair.key.node), this.#make(only.pair.value.node)]))
    }
  }
}
