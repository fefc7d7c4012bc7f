import { parse, type YAMLMap } from 'yaml'
import { canonical } from '../canonical.ts'
import { MigrateError } from '../errors.ts'
import { type ConfigDocument, parseConfig } from './document.ts'
import { configFault, lineAt } from './fault.ts'
import { findEntry, pairOf, startOf, verbatim } from './place.ts'
import { urlOf, withFields } from './read.ts'
import { changedPart, type Splice, spliced } from './splice.ts'

/** One change of a server's entry: another URL, or a `server_id` that is pinned or taken out again. */
export type ConfigEdit =
  | { field: 'url'; before: string; after: string }
  | { field: 'server_id'; before: null; after: string }
  | { field: 'server_id'; before: string; after: null }

/** The entry that is edited, with all that is needed to say no. */
interface Target {
  config: ConfigDocument
  name: string
  entry: YAMLMap
  /** What LiteLLM sees there. */
  values: Record<string, unknown>
  refuse: (reason: string, offset?: number) => never
}

function targetOf(config: ConfigDocument, name: string): Target {
  const values = (config.data.mcp_servers as Record<string, Record<string, unknown>> | undefined)?.[name]
  if (!values)
    throw configFault(config.file, null, `there is no MCP server named ${JSON.stringify(name)} in it`)
  const place = findEntry(config, name)
  const refuse = (reason: string, offset = place.offset): never => {
    throw configFault(config.file, lineAt(config.body, offset), reason)
  }
  return place.kind === 'here' ? { config, name, entry: place.entry, values, refuse } : refuse(place.reason)
}

function urlSplice({ config, name, entry, values, refuse }: Target, before: string, after: string): Splice {
  const url = urlOf(config, name, values.url)
  const pair = pairOf(entry, 'url')
  if (url.kind === 'env') return refuse('its URL comes from an environment variable')
  if (url.kind === 'elsewhere') return refuse(`its URL cannot be changed here: ${url.reason}`)
  if (url.kind === 'absent' || !pair || url.value !== before) return refuse('its URL is not the expected one')
  const place = verbatim(config.body, pair)
  const part = changedPart(before, after)
  if (before === after) return { start: 0, remove: 0, insert: '' }
  if (place.kind === 'elsewhere' || part.start + part.remove > place.text.length)
    return refuse('its URL differs in the line break at its end')
  return { ...part, start: place.start + part.start }
}

/** An id as a YAML scalar that every reader takes for a text: `12345678e9…` would be a number without quotes. */
function idText(id: string): string {
  const plain = /^[\w-]*[a-df-z][\w-]*$/i.test(id) && parse(id) === id && parse(id, { version: '1.1' }) === id
  return plain ? id : `'${id.replaceAll("'", "''")}'`
}

/** The text of a line before an offset. */
const lineBefore = (body: string, offset: number): string =>
  body.slice(body.lastIndexOf('\n', offset - 1) + 1, offset)

/** A new line takes the line end of the one above it, as the last line of a file may have none. */
function pinSplice({ config: { body }, entry, values, refuse }: Target, id: string): Splice {
  const url = pairOf(entry, 'url')
  if ('server_id' in values || pairOf(entry, 'server_id')) return refuse('it has a server_id already')
  if (!url) return refuse('a server_id belongs before its URL, which does not stand in this entry')
  const start = startOf(url)
  if (entry.flow) return { start, remove: 0, insert: `server_id: ${idText(id)}, ` }
  const indent = lineBefore(body, start)
  if (indent.trim() !== '') return refuse('its URL does not stand on a line of its own', start)
  const lineStart = start - indent.length
  const lineEnd = body.slice(0, lineStart).endsWith('\r\n') ? '\r\n' : '\n'
  return { start: lineStart, remove: 0, insert: `${indent}server_id: ${idText(id)}${lineEnd}` }
}

/** Takes out what `pinSplice` put in, and only that: not a line to which somebody added a comment. */
function unpinSplice({ config: { body }, entry, values, refuse }: Target, id: string): Splice {
  const pair = pairOf(entry, 'server_id')
  if (!pair || values.server_id !== id) return refuse('its server_id is not the expected one')
  const key = startOf(pair)
  const indent = entry.flow ? '' : lineBefore(body, key)
  const start = key - indent.length
  const text = `${indent}server_id: ${idText(id)}`
  const ends = entry.flow ? [', '] : ['\r\n', '\n']
  const end = ends.find((ending) => body.startsWith(text + ending, start))
  if (end === undefined || indent.trim() !== '') return refuse('its server_id was edited by hand', key)
  return { start, remove: text.length + end.length, insert: '' }
}

function spliceOf(target: Target, edit: ConfigEdit): Splice {
  if (edit.field === 'url') return urlSplice(target, edit.before, edit.after)
  return edit.before === null ? pinSplice(target, edit.after) : unpinSplice(target, edit.before)
}

/** The data of a text, `null` where it is no configuration any more. */
function dataAfter(text: string, file: string): unknown {
  try {
    return parseConfig(text, file).data
  } catch (error) {
    if (error instanceof MigrateError) return null
    throw error
  }
}

/**
 * Edits the entry of one server and returns the whole text. Only characters that differ are touched: quotes, comments,
 * anchors, order, line ends, indentation and a byte order mark stay, and the reverse edits restore the text. A new
 * `server_id` goes immediately before `url`. Throws `config-invalid` where the file does not hold `before`, and where
 * the result, read again, would differ in anything but these fields of this server (through an anchor, for example).
 */
export function editConfig(text: string, file: string, name: string, edits: readonly ConfigEdit[]): string {
  const config = parseConfig(text, file)
  const target = targetOf(config, name)
  const edited = spliced(
    config.body,
    edits.map((edit) => spliceOf(target, edit)),
  )
  const fields = Object.fromEntries(edits.map(({ field, after }) => [field, after ?? undefined]))
  const expected = withFields(config.data, name, fields)
  if (canonical(dataAfter(edited, file)) !== canonical(expected))
    return target.refuse(
      'the change would alter another place of the file too, or cannot be written as it stands',
    )
  return config.bom + edited
}
