import type { Target } from './target.ts'
import { ownPair } from '../read/entries.ts'
import { load } from '../pyyaml/load.ts'
import type { Pair } from '../pyyaml/compose/nodes.ts'
import type { Splice } from './splice.ts'

/** No line is indented by more. */
const LONGEST = 4096

/** Does PyYAML take a plain scalar for this very text? */
function isPlainText(text: string): boolean {
  return /^[\w-]*[a-df-z][\w-]*$/i.test(text) && load(text).value === text
}

/** An id as a YAML scalar that every reader takes for a text: `12345678e9…` would be a number without quotes. */
export function idText(id: string): string {
  return isPlainText(id) ? id : `'${id.replaceAll("'", "''")}'`
}

/** The line break before an offset, as it is written, and the text after it. */
function lineBefore(text: string, offset: number): { end: string; indent: string } {
  const [, end = '', indent = ''] =
    /(\r\n|[\n\r\u0085\u2028\u2029]|^)([^\n\r\u0085\u2028\u2029]*)$/.exec(
      text.slice(Math.max(0, offset - LONGEST), offset),
    ) ?? []
  return { end, indent }
}

/** The pair before which a new one goes: the URL where the entry has it, else the first one. */
function anchorPair({ entry, refuse }: Target): Pair {
  const first = entry.node && (ownPair(entry.node, 'url') ?? entry.node.pairs[0])
  return first ?? refuse('its entry is not a mapping with a line to put a server_id before')
}

/** Puts text before a pair of an entry, on a line of its own or within the braces. A new line takes the line end of the one above it. */
export function insertBefore(pair: Pair, written: string, { text, entry, refuse }: Target): Splice {
  const { start } = pair
  if (entry.node?.flow) return { start, remove: 0, insert: `${written}, ` }
  const { end, indent } = lineBefore(text, start)
  if (indent.trim() !== '' || (end === '' && start > indent.length))
    return refuse('its URL does not stand on a line of its own', start)
  // As the line above it ends: its own may be the last of the file, and have no end.
  return { start: start - indent.length, remove: 0, insert: `${indent}${written}${end || '\n'}` }
}

/** Pins an id in an entry that has none. */
export function pinSplice(target: Target, id: string): Splice {
  const { entry, server, refuse } = target
  if (entry.hindrance !== null) return refuse(entry.hindrance)
  if (server.entry['server_id'] === null) {
    const pair = entry.node && ownPair(entry.node, 'server_id')
    return refuse('its server_id is there and is empty', pair?.start)
  }
  if ('server_id' in server.entry) return refuse('it has a server_id already')
  return insertBefore(anchorPair(target), `server_id: ${idText(id)}`, target)
}

/** Takes out what `pinSplice` put in, and only that: not a line to which somebody added a comment. */
export function unpinSplice({ text, entry, server, refuse }: Target, id: string): Splice {
  const pair = entry.node && ownPair(entry.node, 'server_id')
  if (!pair || server.entry['server_id'] !== id) return refuse('its server_id is not the expected one')
  const indent = entry.node?.flow ? '' : lineBefore(text, pair.start).indent
  const start = pair.start - indent.length
  const written = `${indent}server_id: ${idText(id)}`
  const ends = entry.node?.flow ? [', '] : ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u2029']
  const end = ends.find((ending) => text.startsWith(written + ending, start))
  if (end === undefined || indent.trim() !== '') return refuse('its server_id was edited by hand', pair.start)
  return { start, remove: written.length + end.length, insert: '' }
}
