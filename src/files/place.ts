import { type ConfigEdit, editConfig } from '../core/config/edit/edit.ts'
import { editEnvFile, endsAmong, envChange } from '../core/config/edit/env-change.ts'
import { type EnvVariable, readEnvFile } from '../core/config/edit/env-file.ts'
import { type ConfigServer, readConfig } from '../core/config/read/servers.ts'
import { configRecord, PINNED_ID } from '../core/config/read/record.ts'
import { FILE_ERA } from '../core/record/eras.ts'
import { MigrateError } from '../core/errors.ts'
import type { Change, ChangedFile, Edit } from '../core/plan/change.ts'
import type { ServerRecord } from '../core/record/server.ts'
import { textsIn, valueAt } from '../core/record/path.ts'
import type { FieldEdit } from '../core/record/put-body.ts'
import { HELD_BACK, type Place, type Reading, type WriteAnswer } from '../core/record/place.ts'
import { readConfigText, replaceConfigText } from './config-text.ts'

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** The URL as the entry has it; a reference to a variable is told as it stands. */
function urlIn({ url, entry }: ConfigServer): string | null {
  return url.kind === 'here' ? url.value : textOrNull(entry['url'])
}

/** What an edit of a field of a record means for the entry in a config.yaml. */
function configEdits(
  record: ServerRecord,
  { field, after }: FieldEdit,
  sharers: readonly string[],
): ConfigEdit[] {
  const [before, next] = [textOrNull(record[field]), textOrNull(after)]
  if (field === 'url' && before !== null && next !== null) return [{ field, before, after: next, sharers }]
  if (field === PINNED_ID && before === null && next !== null)
    return [{ field: 'server_id', before, after: next }]
  if (field === PINNED_ID && before !== null && next === null)
    return [{ field: 'server_id', before, after: next }]
  // Of a list or a map each text that is another one.
  return textsIn({ [field]: after }).flatMap(({ path, text, isName }): ConfigEdit[] => {
    const present = valueAt(record, path)
    if (isName || present === text) return []
    if (typeof present === 'string') return [{ field: 'text', path, before: present, after: text }]
    throw new MigrateError('config-invalid', `The field ${field} cannot be written that way in a file`)
  })
}

/**
 * A server in a config.yaml, or the variable in a `.env` file that holds its URL, as a place like the API: read, and
 * replaced in one step, and only where the file holds what is expected.
 */
export class FilePlace implements Place {
  readonly era = FILE_ERA
  readonly #file: ChangedFile
  readonly #move: Pick<Edit, 'before' | 'after'> | null

  /** `move`: what the URL is and becomes, `null` where another field alone is changed, or an id pinned. */
  constructor(file: ChangedFile, move: Pick<Edit, 'before' | 'after'> | null) {
    this.#file = file
    this.#move = move
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
    const { servers } = readConfig(await readConfigText(config), config)
    const found = servers.find(({ name }) => name === server)
    if (!found) return { kind: 'absent', message: `${config} has no MCP server of that name any more` }
    const variables = variable === null ? [] : readEnvFile(await readConfigText(path))
    const strangers = this.#strangers(found, servers, variables)
    if (strangers.length > 0)
      return {
        kind: 'unreadable',
        message: `its URL is by now that of ${strangers.join(', ')}, too: ${variable ?? 'one place'} in ${path}`,
        silent: false,
      }
    if (variable === null)
      return { kind: 'record', record: configRecord(id, found, urlIn(found)), source: 'config' }
    const value = variables.find(({ name }) => name === variable)?.value
    if (!value) return { kind: 'absent', message: `${path} has no ${variable} any more` }
    if (value.kind === 'elsewhere')
      return {
        kind: 'unreadable',
        message: `${variable} in ${path} cannot be changed: ${value.reason}`,
        silent: false,
      }
    return { kind: 'record', record: configRecord(id, found, value.value), source: 'config' }
  }

  /** What a change of the variable changes, in whichever direction; itself alone where the file holds neither side. */
  #changed(variable: string, variables: readonly EnvVariable[]): string[] {
    const value = variables.find(({ name }) => name === variable)?.value
    const { before, after } = this.#move ?? { before: null, after: null }
    const next = value?.kind === 'here' && value.value === before ? after : before
    const change = next === null ? null : envChange(variables, variable, next)
    return change && 'becomes' in change ? [variable, ...change.becomes.keys()] : [variable]
  }

  /** Servers that have the URL which is changed, and had not when the change was made; and variables that are made of it. */
  #strangers(
    { url }: ConfigServer,
    servers: readonly ConfigServer[],
    variables: readonly EnvVariable[],
  ): string[] {
    const { sharers, server, variable } = this.#file
    if (this.#move === null) return []
    const known = new Set(sharers ?? [server])
    if (variable === null) return url.kind === 'here' ? url.sharers.filter((name) => !known.has(name)) : []
    // Journals of before do not name them all; those that they leave out had their ids pinned.
    const isOfOld = ({ entry }: ConfigServer): boolean => sharers === undefined && 'server_id' in entry
    const changed = new Set(this.#changed(variable, variables))
    const urls = servers.flatMap((each) =>
      each.url.kind === 'env' && changed.has(each.url.name) ? [{ each, variable: each.url.name }] : [],
    )
    const strangers = urls.filter(({ each }) => !known.has(each.name) && !isOfOld(each))
    const used = new Set(urls.map((each) => each.variable))
    const ends = changed.size > 1 ? endsAmong(variables, changed).filter((name) => !used.has(name)) : []
    return [...strangers.map(({ each }) => each.name), ...ends]
  }

  async write(
    record: ServerRecord,
    edits: readonly FieldEdit[],
    mayLeave: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<WriteAnswer> {
    const { path } = this.#file
    try {
      if (!(await mayLeave())) return HELD_BACK
      const text = await readConfigText(path)
      const next = this.#edited(text, record, edits)
      const outcome = await replaceConfigText(path, text, next)
      if (outcome.kind === 'refused') return { kind: 'refused', sent: [], message: outcome.message }
      const sent = edits.map(({ field }) => field)
      const now = await readConfigText(path).catch(() => null)
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
      const strangers = found ? this.#strangers(found, servers, []) : []
      if (strangers.length > 0)
        throw new MigrateError('config-invalid', `its URL is by now that of ${strangers.join(', ')}, too`)
      // Who has left the place since has no stake in it.
      const sharers = found?.url.kind === 'here' ? found.url.sharers : [server]
      const all = edits.flatMap((each) => configEdits(record, each, sharers))
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
  return file === null ? api : new FilePlace(file, edits.find(({ field }) => field === 'url') ?? null)
}
