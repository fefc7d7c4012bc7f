import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import { MigrateError } from '../../errors.ts'
import { maskUrl } from '../../show/redact.ts'
import { printable } from '../../show/text.ts'
import { isNested } from '../nested/pointer.ts'
import type { Configured } from '../move/configured.ts'
import { differences } from '../read/differences.ts'
import { parseConfig } from '../read/document.ts'
import { idText, insertBefore } from './pin.ts'
import { ownPair } from '../read/entries.ts'
import type { Config } from '../read/servers.ts'
import { type Splice, spliced } from './splice.ts'
import { type Target, targetOf } from './target.ts'

/** What a person is to write into the entry of a server: `null` leaves a field as it is. */
export interface Wanted {
  url: string | null
  server_id: string | null
  transport: string | null
}

/** A URL as a YAML scalar that needs no escapes. */
const urlText = (url: string): string =>
  /[\s#'"{}[\],&*!|>%@`]|:$/.test(url) ? `'${url.replaceAll("'", "''")}'` : url

const FIELDS = ['server_id', 'url', 'transport'] as const

/** A field of an entry written anew, with its key: in place of what is there, else before the first line of the entry. */
function fieldSplices(target: Target, wanted: Wanted): Splice[] {
  const { entry, refuse, text } = target
  const [first] = entry.node?.pairs ?? []
  const added: string[] = []
  const splices: Splice[] = []
  for (const field of FIELDS) {
    const value = wanted[field]
    if (value === null) continue
    const written = `${field}: ${field === 'server_id' ? idText(value) : urlText(value)}`
    const pair = entry.node && ownPair(entry.node, field)
    if (!pair) added.push(written)
    else if (pair.complex) refuse('it is written with a complex key')
    else {
      const { key, value: present } = pair
      const start = pair.start
      const end =
        present.alias === null ? present.node.end : present.alias + 1 + (present.node.anchor?.length ?? 0)
      const isEmpty = present.node.start === present.node.end
      // A block of text ends after its last line.
      const last = text.slice(0, end).trimEnd().length
      const stop = isEmpty ? text.indexOf(':', key.alias ?? key.node.end) + 1 : last
      splices.push({ start, remove: stop - start, insert: written })
    }
  }
  if (added.length === 0) return splices
  const at = (entry.node && ownPair(entry.node, 'url')) ?? first
  if (!at || entry.hindrance !== null) return refuse('it has no entry of its own')
  // Of splices at one place the last one made comes first.
  return [...splices, ...added.toReversed().map((written) => insertBefore(at, written, target))]
}

/** Does a text, read again, hold what is wanted, and nothing else that is new? */
function isRight(text: string, { document }: Config, name: string, wanted: Wanted): boolean {
  const found = differences(document.loaded.value, parseConfig(text, document.file).loaded.value) ?? []
  const expected = FIELDS.filter((field) => wanted[field] !== null)
  return (
    found.length === expected.length &&
    found.every(({ path, after }) =>
      expected.some(
        (field) =>
          JSON.stringify(path) === JSON.stringify(['mcp_servers', name, field]) && after === wanted[field],
      ),
    )
  )
}

/** A unified diff of a file that `patch` applies, without lines around what changes. */
function unified(path: string, before: string, after: string): string[] {
  const file = path.slice(path.lastIndexOf('/') + 1)
  // `patch` takes a name up to its first space.
  const name = /^[\w.@+-]+$/.test(file) ? file : 'config.yaml'
  const options = { context: 0, headerOptions: FILE_HEADERS_ONLY }
  const text = createTwoFilesPatch(name, name, before, after, undefined, undefined, options)
  return text.replace(/\n$/, '').split('\n')
}

const isBlank = (text: string): boolean => text.trim() === ''

/** Do the lines that a splice touches hold that alone? What else stands on a line may be a secret. */
function isAlone(text: string, { start, remove }: Splice): boolean {
  const stop = start + remove
  const end = text.indexOf('\n', stop)
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  if (remove === 0) return before === ''
  return isBlank(before) && isBlank(text.slice(stop, end === -1 ? undefined : end))
}

/**
 * The lines of a patch by which a person would change the entry of a server of a config.yaml, made from the file's own text.
 * Empty where that is not done by changing lines of this entry alone, where such a line holds anything else, and where a
 * terminal would not show its characters as they are.
 */
function patchOf(config: Config, name: string, wanted: Wanted): string[] {
  const { text, file } = config.document
  // Such a text is no file that could be patched.
  if (isNested(file)) return []
  try {
    const splices = fieldSplices(targetOf(config, name), wanted)
    if (!splices.every((splice) => isAlone(text, splice))) return []
    const edited = spliced(text, splices)
    if (edited === text || !isRight(edited, config, name, wanted)) return []
    const lines = unified(file, text, edited)
    return lines.every((line) => printable(line) === line) ? lines : []
  } catch (error) {
    if (error instanceof MigrateError) return []
    throw error
  }
}

/** Why a server that stands in a file is left alone, with what a person would change there, as a patch or in words. */
export function leftWithPatch(
  { config, server }: Configured,
  wanted: Wanted,
  reason: string,
): { message: string; patch: string[] } {
  const patch = patchOf(config, server.name, wanted)
  const { url, server_id: id, transport } = wanted
  const fields = [
    ...(id === null ? [] : [`server_id: ${id}`]),
    ...(url === null ? [] : [`url: ${maskUrl(url)}`]),
    ...(transport === null ? [] : [`transport: ${transport}`]),
  ]
  const words = fields.length === 0 || patch.length > 0 ? '' : `. By hand, in its entry: ${fields.join(', ')}`
  return { message: reason + words, patch }
}

/** What a person would change in a config.yaml that nobody has shown, in its usual form. */
export function sketchByHand(
  name: string,
  { id, url, next, transport }: { id: string | null; url: string; next: string; transport: string | null },
): string[] {
  return [
    ' mcp_servers:',
    `   ${name}:`,
    ...(id === null ? [] : [`+    server_id: ${id}`]),
    `-    url: ${url}`,
    `+    url: ${next}`,
    ...(transport === null ? [] : [`+    transport: ${transport}`]),
  ]
}
