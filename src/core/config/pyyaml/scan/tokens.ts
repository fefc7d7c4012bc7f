import type { Style } from '../compose/nodes.ts'

interface Placed {
  start: number
  end: number
}

/** Signs that carry no text. */
export type Sign =
  | 'stream-end'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-mapping-start'
  | 'flow-sequence-end'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'

export interface SignToken extends Placed {
  kind: Sign
}

export interface ScalarToken extends Placed {
  kind: 'scalar'
  value: string
  style: Style
}

export interface NameToken extends Placed {
  kind: 'anchor' | 'alias'
  name: string
}

/** `handle` is null where the tag is written out, and for the lone `!`. */
export interface TagToken extends Placed {
  kind: 'tag'
  handle: string | null
  suffix: string
}

/** What a line that begins with `%` says. Of a version only the first number matters. */
export type Directive =
  | { name: 'version'; major: number }
  | { name: 'tag'; handle: string; prefix: string }
  | { name: 'other' }

export interface DirectiveToken extends Placed {
  kind: 'directive'
  directive: Directive
}

export type Token = SignToken | ScalarToken | NameToken | TagToken | DirectiveToken
