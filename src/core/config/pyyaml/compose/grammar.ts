import type { Reference, YamlNode } from './nodes.ts'
import type { Scanner } from '../scan/scanner.ts'

/** What may stand at a place besides scalars, aliases and brackets. */
export interface Allowed {
  /** Blocks that are indented further. */
  block: boolean
  /** Entries of a list that are not indented further than the key before them. */
  indentless: boolean
}

export const IN_FLOW: Allowed = { block: false, indentless: false }
export const IN_LIST: Allowed = { block: true, indentless: false }
export const IN_MAPPING: Allowed = { block: true, indentless: true }

/** What the parts of the grammar need of each other. */
export interface Grammar {
  readonly scanner: Scanner
  /** Composes the node, or follows the alias, that comes next. */
  node(allowed: Allowed): Reference
  /** Composes what lies inside of a node. */
  deepen(node: YamlNode, fill: () => void): void
}

/** The reference to a node that is written where it stands. */
export const here = (node: YamlNode): Reference => ({ node, alias: null })
