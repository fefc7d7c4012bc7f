import type { ConfigDocument } from './document.ts'
import { type EntrySpot, verbatim } from './entries.ts'
import type { YamlNode } from '../pyyaml/compose/nodes.ts'
import { isTemplate, serverAt } from './sections.ts'
import { type HeldPair, heldPairs, type Sightings } from './sightings.ts'

/** What can be done with the URL of a server in a config.yaml. */
export type ConfigUrl =
  /**
   * It stands in the file and can be changed there. `sharers`: all servers that have their URL from that place, in the
   * order of the file; one, unless an anchor makes it that of several.
   */
  | { kind: 'here'; value: string; sharers: readonly string[] }
  /** It is `os.environ/NAME`: LiteLLM puts the variable's value in its place, before it computes the server's id. */
  | { kind: 'env'; name: string }
  /** There is none. */
  | { kind: 'absent' }
  /** It cannot be changed without a person; `reason` continues "its URL cannot be changed here: ". */
  | { kind: 'elsewhere'; reason: string }

/** What stands before the name of an environment variable. */
export const REFERENCE = 'os.environ/'

/** A URL that a person has to change, for this reason. */
export const elsewhere = (reason: string): ConfigUrl => ({ kind: 'elsewhere', reason })

function reference(text: string): ConfigUrl {
  const name = text.slice(REFERENCE.length)
  if (/^[A-Za-z_]\w*$/.test(name)) return { kind: 'env', name }
  return elsewhere('it refers to something that is not an environment variable')
}

/** What the URLs of a file are judged by, besides their own entries. */
export interface Surroundings {
  document: ConfigDocument
  /** The names of its servers, in their order. */
  names: readonly string[]
  /** Made when it is first needed. */
  sightings: () => Sightings
  /** What was found of a place before. */
  shared: Map<YamlNode, Shared>
}

/** Who has a URL from one place of the file, or why it is not theirs alone. */
type Shared = { sharers: readonly string[] } | { reason: string }

function seenOf(node: YamlNode, { names, sightings }: Surroundings): Shared {
  const paths = sightings().of(node)
  if (paths === null) return { reason: 'too many places of the file refer to it' }
  if (!paths.every((path) => serverAt(path) !== null || isTemplate(path)))
    return { reason: 'another place of the file refers to it' }
  const found = new Set(paths.map(serverAt))
  return { sharers: names.filter((name) => found.has(name)) }
}

function sharedBy(node: YamlNode, around: Surroundings): Shared {
  const found = around.shared.get(node) ?? seenOf(node, around)
  around.shared.set(node, found)
  return found
}

/** Is a URL written in its own entry, and no anchor round it that something else could refer to? So it is in most files. */
function isOwn({ owner, pair }: HeldPair, { node, hindrance, anchored }: EntrySpot): boolean {
  const { node: scalar, alias } = pair.value
  return owner === node && alias === null && scalar.anchor === null && hindrance === null && !anchored
}

function locate(entry: EntrySpot, around: Surroundings): ConfigUrl {
  const { node, name } = entry
  const { loaded, text } = around.document
  const held = node && heldPairs(loaded, node).get('url')
  const pair = held?.pair
  if (!held || !pair) return elsewhere('it is not text')
  if (pair.complex) return elsewhere('it is written with a complex key (a question mark)')
  const scalar = pair.value.node
  const found = verbatim(text, scalar)
  if (found.kind === 'elsewhere') return found
  const shared = isOwn(held, entry) ? { sharers: [name] } : sharedBy(scalar, around)
  return 'reason' in shared ? elsewhere(shared.reason) : { kind: 'here', value: found.value, ...shared }
}

/** What can be done with the URL of a server that the document holds. */
export function urlOf(entry: EntrySpot, url: unknown, around: Surroundings): ConfigUrl {
  if (url === undefined || url === null || url === '') return { kind: 'absent' }
  if (entry.disputed) return elsewhere('which of its merged values counts depends on the release of PyYAML')
  if (typeof url !== 'string') return elsewhere('it is not text')
  return url.startsWith(REFERENCE) ? reference(url) : locate(entry, around)
}
