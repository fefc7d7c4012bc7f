import { Composer } from './compose.ts'
import { YamlFault } from '../fault.ts'
import { here, IN_LIST } from './grammar.ts'
import type { YamlNode } from './nodes.ts'
import type { Handles } from './properties.ts'
import { tagName } from '../construct/resolve.ts'
import type { Scanner } from '../scan/scanner.ts'
import type { DirectiveToken } from '../scan/tokens.ts'

const DEFAULT_HANDLES: Handles = new Map([
  ['!', '!'],
  ['!!', tagName('')],
])

/** The lines before a document that begin with `%`. */
function takeDirectives(scanner: Scanner): Handles {
  const handles = new Map<string, string>()
  let versions = 0
  for (let token = scanner.peek(); token.kind === 'directive'; token = scanner.peek()) {
    scanner.next()
    const { directive } = token
    if (directive.name === 'version') checkVersion(directive.major, ++versions, token)
    if (directive.name !== 'tag') continue
    if (handles.has(directive.handle)) throw new YamlFault('a tag handle is declared twice', token.start)
    handles.set(directive.handle, directive.prefix)
  }
  return new Map([...DEFAULT_HANDLES, ...handles])
}

function checkVersion(major: number, count: number, { start }: DirectiveToken): void {
  if (count > 1) throw new YamlFault('the version of YAML is declared twice', start)
  if (major !== 1) throw new YamlFault('it is declared as another version of YAML than 1', start)
}

/** Goes past the `---` of a document. Null where the text ends before. */
function enterDocument(scanner: Scanner): { start: number; handles: Handles } | null {
  while (scanner.is('document-end')) scanner.next()
  const { kind, start } = scanner.peek()
  if (kind === 'stream-end') return null
  const handles = takeDirectives(scanner)
  const marker = scanner.peek()
  if (marker.kind !== 'document-start')
    throw new YamlFault('something follows the document that does not begin another', marker.start)
  scanner.next()
  return { start, handles }
}

function emptyDocument(at: number): YamlNode {
  const placed = { anchor: null, start: at, end: at, token: at }
  return { kind: 'scalar', tag: tagName('null'), value: '', style: 'plain', ...placed }
}

const BEHIND_EMPTY = ['directive', 'document-start', 'document-end', 'stream-end'] as const

/** Composes the only document of a text, null where there is none. `loop`: an alias in it that refers to what contains it. */
export function composeText(scanner: Scanner): { root: YamlNode | null; loop: number | null } {
  const marked = scanner.is('directive', 'document-start', 'stream-end')
  const entered = marked ? enterDocument(scanner) : { handles: DEFAULT_HANDLES }
  if (!entered) return { root: null, loop: null }
  const composer = new Composer(scanner, entered.handles)
  const isEmpty = marked && scanner.is(...BEHIND_EMPTY)
  const { node } = isEmpty ? here(emptyDocument(scanner.peek().start)) : composer.node(IN_LIST)
  const another = enterDocument(scanner)
  if (another) throw new YamlFault('a second document begins', another.start)
  return { root: node, loop: composer.loop }
}
