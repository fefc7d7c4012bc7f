/** How a scalar is written. */
export type Style = 'plain' | 'single' | 'double' | 'literal' | 'folded'

interface Placed {
  tag: string
  /** Offset of the first character, anchor and tag included. */
  start: number
  end: number
  anchor: string | null
}

/** A single value. */
export interface ScalarNode extends Placed {
  kind: 'scalar'
  value: string
  style: Style
  /** Offset of the first character of the scalar itself: the quote, the `|` or `>`, the first plain character. */
  token: number
}

/** A list. */
export interface SequenceNode extends Placed {
  kind: 'sequence'
  items: Reference[]
  flow: boolean
}

/** Keys and values, as written: merge keys are pairs like any other. */
export interface MappingNode extends Placed {
  kind: 'mapping'
  pairs: Pair[]
  flow: boolean
}

/** Whatever can stand in a document. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode

/** A place at which a node stands: written there, or referred to by an alias. */
export interface Reference {
  node: YamlNode
  /** Offset of the `*` where it is an alias, else null. */
  alias: number | null
}

/** One key with its value. */
export interface Pair {
  key: Reference
  value: Reference
  /** Offset of the `?` of a complex key, else of the key with its anchor and tag. */
  start: number
  /** Is there a `?` */
  complex: boolean
}
