import { MigrateError } from '../../errors.ts'
import { type Difference, differences } from '../read/differences.ts'
import { type ConfigDocument, parseConfig } from '../read/document.ts'
import { configFault } from '../read/fault.ts'
import { pinSplice, unpinSplice } from './pin.ts'
import { verbatim } from '../read/entries.ts'
import { type Config, readConfig } from '../read/servers.ts'
import { isTemplate } from '../read/sections.ts'
import { heldPairs } from '../read/sightings.ts'
import { changedPart, type Splice, spliced } from './splice.ts'
import { type Target, targetOf } from './target.ts'
import { dataSteps, textSplice } from './text.ts'

/**
 * One change of a server's entry: another URL, another text at a path of it, or a `server_id` that is pinned or taken out again.
 * `sharers`: all servers that have their URL from the same place and are to have the new one; without it the server alone.
 */
export type ConfigEdit =
  | { field: 'text'; path: string; before: string; after: string }
  | { field: 'url'; before: string; after: string; sharers?: readonly string[] }
  | { field: 'server_id'; before: null; after: string }
  | { field: 'server_id'; before: string; after: null }

/** The edits of one server. */
export interface ServerEdits {
  name: string
  edits: readonly ConfigEdit[]
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name))

function urlSplice(
  { config, text, entry, server, refuse }: Target,
  edit: ConfigEdit & { field: 'url' },
): Splice {
  const { url } = server
  const { before, after, sharers = [server.name] } = edit
  const pair = entry.node && heldPairs(config.document.loaded, entry.node).get('url')?.pair
  if (url.kind === 'env') return refuse('its URL comes from an environment variable')
  if (url.kind === 'elsewhere') return refuse(`its URL cannot be changed here: ${url.reason}`)
  if (url.kind === 'absent' || !pair || url.value !== before) return refuse('its URL is not the expected one')
  if (!isSame(url.sharers, sharers))
    return refuse(
      `its URL stands in one place with that of ${url.sharers.filter((name) => name !== server.name).join(', ')}`,
    )
  if (before === after) return { start: 0, remove: 0, insert: '' }
  const place = verbatim(text, pair.value.node)
  const part = changedPart(before, after)
  if (place.kind === 'elsewhere' || part.start + part.remove > place.text.length)
    return refuse('its URL differs in the line break at its end')
  return { ...part, start: place.start + part.start }
}

function spliceOf(target: Target, edit: ConfigEdit): Splice {
  if (edit.field === 'url') return urlSplice(target, edit)
  if (edit.field === 'text') return textSplice(target, edit)
  return edit.before === null ? pinSplice(target, edit.after) : unpinSplice(target, edit.before)
}

const key = (path: readonly string[]): string => JSON.stringify(path)

/** The places of the data that some edits change, with what must be there before and after. */
function meantBy(all: readonly ServerEdits[]): Map<string, ConfigEdit> {
  const each = all.flatMap(({ name, edits }) =>
    edits.flatMap((edit) => {
      const servers = edit.field === 'url' ? (edit.sharers ?? [name]) : [name]
      const place = edit.field === 'text' ? dataSteps(edit.path) : [edit.field]
      return servers.map((server): [string, ConfigEdit] => [key(['mcp_servers', server, ...place]), edit])
    }),
  )
  return new Map(each.filter(([, { before, after }]) => before !== after))
}

const makes = ({ before, after }: Difference, edit: ConfigEdit): boolean =>
  (before ?? null) === edit.before && (after ?? null) === edit.after

const shown = (path: readonly string[]): string =>
  path.map((step) => (/^[\w-]+$/.test(step) ? step : '…')).join('.')

/**
 * Why a text, read again, does not differ from a document in what these edits are to change, and in nothing else; or `null`
 * where it does.
 */
function objection(text: string, document: ConfigDocument, all: readonly ServerEdits[]): string | null {
  const meant = meantBy(all)
  const edits = all.flatMap((each) => each.edits)
  const isMeant = (each: Difference): boolean => {
    const edit = meant.get(key(each.path))
    if (edit) return makes(each, edit)
    // The place of an anchor that LiteLLM does not look at itself.
    return isTemplate(each.path) && edits.some((one) => makes(each, one))
  }
  try {
    const found = differences(document.loaded.value, parseConfig(text, document.file).loaded.value)
    const other = found?.find((each) => !isMeant(each))
    if (other) return `the change would alter ${shown(other.path)}, too`
    const seen = found?.filter(({ path }) => !isTemplate(path)).length
    return seen === meant.size ? null : 'the change cannot be written as it stands'
  } catch (error) {
    if (error instanceof MigrateError) return 'the file would no longer be a configuration'
    throw error
  }
}

/**
 * Makes the edits of some servers of a config.yaml that was read, and returns the whole text. Throws as `editConfig`
 * does.
 */
export function editAll(config: Config, all: readonly ServerEdits[]): string {
  const { document } = config
  const splices = all.flatMap(({ name, edits }) => {
    const target = targetOf(config, name)
    return edits.map((edit) => spliceOf(target, edit))
  })
  const edited = spliced(document.text, splices)
  const reason = objection(edited, document, all)
  if (reason === null) return edited
  const [first] = all
  if (first && all.length === 1) return targetOf(config, first.name).refuse(reason)
  throw configFault(document.file, null, reason)
}

/**
 * Edits the entry of one server and returns the whole text. Only characters that differ are touched: quotes, comments,
 * anchors, order, line ends, indentation and a byte order mark stay, and the reverse edits restore the text. A new
 * `server_id` goes immediately before `url`. Throws `config-invalid` where the file does not hold `before`, and where
 * the result, read again, would differ in anything but these fields of this server and those that share its URL.
 */
export function editConfig(text: string, file: string, name: string, edits: readonly ConfigEdit[]): string {
  return editAll(readConfig(text, file), [{ name, edits }])
}
