import { type ConfigEdit, editConfig } from '../core/config/edit/edit.ts'
import { editEnvFile, readEnvFile } from '../core/config/edit/env-file.ts'
import { type ConfigServer, readConfig } from '../core/config/read/servers.ts'
import { configRecord, PINNED_ID } from '../core/config/read/record.ts'
import { FILE_ERA } from '../core/record/eras.ts'
import { MigrateError } from '../core/errors.ts'
import type { Change, ChangedFile } from '../core/plan/change.ts'
import type { ServerRecord } from '../core/record/server.ts'
import type { FieldEdit } from '../core/record/put-body.ts'
import { HELD_BACK, type Place, type Reading, type WriteAnswer } from '../core/record/place.ts'
import { replaceFile } from './replace-file.ts'
import { readText } from './text-file.ts'

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** The URL as the entry has it; a reference to a variable is told as it stands. */
function urlIn({ url, entry }: ConfigServer): string | null {
  return url.kind === 'here' ? url.value : textOrNull(entry['url'])
}

/** What an edit of a record means for the entry in a config.yaml. */
function configEdit(
  record: ServerRecord,
  { field, after }: FieldEdit,
  sharers: readonly string[],
): ConfigEdit {
  const [before, next] = [textOrNull(record[field]), textOrNull(after)]
  if (field === 'url' && before !== null && next !== null) return { field, before, after: next, sharers }
  if (field === PINNED_ID && before === null && next !== null)
    return { field: 'server_id', before, after: next }
  if (field === PINNED_ID && before !== null && next === null)
    return { field: 'server_id', before, after: next }
  throw new MigrateError('config-invalid', `The field ${field} cannot be written that way in a file`)
}

/**
 * A server in a config.yaml, or the variable in a `.env` file that holds its URL, as a place like the API: read, and
 * replaced in one step, and only where the file holds what is expected.
 */
export class FilePlace implements Place {
  readonly era = FILE_ERA
  readonly #file: ChangedFile
  readonly #movesUrl: boolean

  /** `movesUrl`: is the URL changed there, and not only an id pinned? */
  constructor(file: ChangedFile, movesUrl: boolean) {
    this.#file = file
    this.#movesUrl = movesUrl
  }

  async read(id: string): Promise<Reading> {
    try {
      return await this.#look(id)
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error
      return { kind: 'unreadable', message: error.message, silent: false }
    }
  }

  async #look(id: string): Promise<Reading> {
    const { path, config, server, variable } = this.#file
    const { servers } = readConfig(await readText(config), config)
    const found = servers.find(({ name }) => name === server)
    if (!found) return { kind: 'absent', message: `${config} has no MCP server of that name any more` }
    const strangers = this.#strangers(found, servers)
    if (strangers.length > 0)
      return {
        kind: 'unreadable',
        message: `its URL is by now that of ${strangers.join(', ')}, too: ${variable ?? 'one place'} in ${path}`,
        silent: false,
      }
    if (variable === null)
      return { kind: 'record', record: configRecord(id, found, urlIn(found)), source: 'config' }
    const value = readEnvFile(await readText(path)).find(({ name }) => name === variable)?.value
    if (!value) return { kind: 'absent', message: `${path} has no ${variable} any more` }
    if (value.kind === 'elsewhere')
      return {
        kind: 'unreadable',
        message: `${variable} in ${path} cannot be changed: ${value.reason}`,
        silent: false,
      }
    return { kind: 'record', record: configRecord(id, found, value.value), source: 'config' }
  }

  /** Servers that have the URL which is changed, and had not when the change was made. */
  #strangers({ url }: ConfigServer, servers: readonly ConfigServer[]): string[] {
    const { sharers, server, variable } = this.#file
    if (!this.#movesUrl) return []
    const known = new Set(sharers ?? [server])
    if (variable === null) return url.kind === 'here' ? url.sharers.filter((name) => !known.has(name)) : []
    // Journals of before do not name them all; those that they leave out had their ids pinned.
    const isOfOld = ({ entry }: ConfigServer): boolean => sharers === undefined && 'server_id' in entry
    const users = servers.filter((each) => each.url.kind === 'env' && each.url.name === variable)
    return users.filter((each) => !known.has(each.name) && !isOfOld(each)).map(({ name }) => name)
  }

  async write(
    record: ServerRecord,
    edits: readonly FieldEdit[],
    mayLeave: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<WriteAnswer> {
    const { path } = this.#file
    try {
      if (!(await mayLeave())) return HELD_BACK
      const text = await readText(path)
      const next = this.#edited(text, record, edits)
      const outcome = await replaceFile(path, text, next)
      if (outcome.kind === 'refused') return { kind: 'refused', sent: [], message: outcome.message }
      const sent = edits.map(({ field }) => field)
      const now = await readText(path).catch(() => null)
      return now === next
        ? { kind: 'accepted', sent, record: null }
        : {
            kind: 'unsettled',
            sent,
            message: `${path} was changed by somebody else right after it was written`,
            answered: true,
            silent: false,
          }
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error
      return { kind: 'refused', sent: [], message: error.message }
    }
  }

  #edited(text: string, record: ServerRecord, edits: readonly FieldEdit[]): string {
    const { path, server, variable } = this.#file
    if (variable === null) {
      const { servers } = readConfig(text, path)
      const found = servers.find(({ name }) => name === server)
      const strangers = found ? this.#strangers(found, servers) : []
      if (strangers.length > 0)
        throw new MigrateError('config-invalid', `its URL is by now that of ${strangers.join(', ')}, too`)
      // Who has left the place since has no stake in it.
      const sharers = found?.url.kind === 'here' ? found.url.sharers : [server]
      const all = edits.map((each) => configEdit(record, each, sharers))
      return editConfig(text, path, server, all)
    }
    return edits.reduce((rest, { after }) => {
      const [before, next] = [record.url ?? '', textOrNull(after) ?? '']
      return editEnvFile(rest, path, variable, before, next)
    }, text)
  }
}

/** Where a change is made: through LiteLLM's API (`api`), or in a file. */
export function placeOf(api: Place, { file, edits }: Pick<Change, 'file' | 'edits'>): Place {
  return file === null
    ? api
    : new FilePlace(
        file,
        edits.some(({ field }) => field === 'url'),
      )
}
