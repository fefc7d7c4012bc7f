import type { Era } from '../eras.ts'
import { MigrateError } from '../errors.ts'
import type { ChangedFile, Edit, Effect } from '../plan.ts'
import type { ServerRecord } from '../server.ts'
import { editConfig } from './edit.ts'
import type { EnvValue } from './env-file.ts'
import type { ConfigServer } from './read.ts'
import { configRecord, PINNED_ID } from './record.ts'
import { changedServerId, hashedServers } from './server-id.ts'

/** What the configuration files say of a server that stands in them. */
export interface Configured {
  /** The config.yaml with its entry, whole. */
  path: string
  text: string
  server: ConfigServer
  /** `litellm_settings.mcp_aliases` that hold. */
  aliases: Record<string, string>
  /**
   * Where its URL comes from an environment variable: the `.env` file that holds it, and all servers that have their URL
   * from there, in the order of the files. The first of them stands for the variable.
   */
  variable: { name: string; path: string; value: EnvValue; sharers: string[] } | null
}

/** Who holds a server by its id, as far as that is known. */
export interface HeldBy {
  /** In words: `key ci`, `team platform`. */
  holders: readonly string[]
  complete: boolean
  reason: string | null
}

/** LiteLLM reads its files when it starts. */
export const RESTART: Effect = {
  code: 'restart',
  message: 'takes effect when LiteLLM is restarted',
  reversible: true,
}

/** The URL that LiteLLM will read at its next start, or why that cannot be told. */
export function configuredUrl({ server, variable, path }: Configured): { url: string } | { reason: string } {
  const { url } = server
  if (url.kind === 'here') return { url: url.value }
  if (url.kind === 'absent') return { reason: `its entry in ${path} has no URL` }
  if (url.kind === 'elsewhere') return { reason: `its URL cannot be changed in ${path}: ${url.reason}` }
  if (!variable)
    return {
      reason: `its URL comes from the variable ${url.name}, which no --env-file holds: change it where it is set`,
    }
  return variable.value.kind === 'here'
    ? { url: variable.value.value }
    : { reason: `${url.name} in ${variable.path} cannot be changed: ${variable.value.reason}` }
}

/** The files of a change of this server: its entry, and the variable behind its URL. */
export function filesOf({ path, server, variable }: Configured): { entry: ChangedFile; url: ChangedFile } {
  const entry = { path, config: path, server: server.name, variable: null }
  return { entry, url: variable ? { ...entry, path: variable.path, variable: variable.name } : entry }
}

function idEffect(id: string, next: string | null, { holders, complete, reason }: HeldBy): Effect {
  const becomes = next === null ? 'its id changes to one that cannot be foretold' : `its id becomes ${next}`
  if (holders.length === 0 && complete)
    return { code: 'id-changes', message: `${becomes}; nobody holds ${id}`, reversible: true }
  const held = holders.length > 0 ? holders.join(', ') : 'nobody that was found'
  const search = complete ? '' : ` (not fully searched: ${reason ?? 'it took too long'})`
  return {
    code: 'grants',
    message: `${becomes}, and who holds ${id} loses access until they are granted the new one: ${held}${search}`,
    reversible: true,
  }
}

/** That a variable is the URL of other servers, too, which move with the one that stands for it. */
function sharing([first, ...others]: readonly string[]): Effect[] {
  if (first === undefined || others.length === 0) return []
  const message = `${others.join(', ')} ${others.length === 1 ? 'has its URL' : 'have their URL'} from this variable, too`
  return [{ code: 'shared-variable', message, reversible: true }]
}

/** What is to be written where, in this order, so that the server goes on under its id wherever the release lets it. */
export interface FileEdits {
  file: ChangedFile
  record: ServerRecord
  edits: Edit[]
  effects: Effect[]
}

/** Does the entry give the id that the gateway lists, so that it is this gateway's? */
function expectedId(configured: Configured, id: string, url: string, next: string): string | null {
  const { server, aliases } = configured
  for (const hashed of hashedServers(server, url, aliases)) {
    const found = changedServerId(hashed, id, next)
    if (found !== null) return found
  }
  return null
}

/** Why an entry cannot be edited so, or `null`. Tried on the text that was read. */
function refusal({ path, text, server }: Configured, edits: readonly Edit[]): string | null {
  try {
    const all = edits.map(({ field, before, after }) =>
      field === PINNED_ID
        ? { field: 'server_id' as const, before: null, after: after ?? '' }
        : { field: 'url' as const, before: before ?? '', after: after ?? '' },
    )
    editConfig(text, path, server.name, all)
    return null
  } catch (error) {
    if (error instanceof MigrateError) return error.message
    throw error
  }
}

/**
 * The edits that move a server of a config.yaml to another URL: with its present id pinned where the release honours
 * that, otherwise with what becomes of those who hold it. `held` is asked where the id changes.
 */
export function moveConfigured(
  configured: Configured,
  { id, url, next, era, held }: { id: string; url: string; next: string; era: Era; held: HeldBy },
): FileEdits[] | { reason: string } {
  const { entry, url: urlFile } = filesOf(configured)
  const { server, variable } = configured
  const sharers = variable?.sharers ?? []
  if (sharers.length > 1 && !era.pinsConfigIds)
    return {
      reason: `${variable?.name} is the URL of ${sharers.join(', ')}, and on this release each of them gets another id with it: change it by hand`,
    }
  const nextId = expectedId(configured, id, url, next)
  if (nextId === null && era.pinsConfigIds && !('server_id' in server.entry))
    return {
      reason: `its entry in ${configured.path} does not make the id that the gateway lists; is this the file that LiteLLM was started with?`,
    }
  const record = configRecord(id, server, url)
  const move: Edit = { field: 'url', before: url, after: next }
  const isPinned = nextId === id
  const pin: Edit = { field: PINNED_ID, before: null, after: id }
  const pins = isPinned || !era.pinsConfigIds ? [] : [pin]
  const effects = isPinned || era.pinsConfigIds ? [RESTART] : [RESTART, idEffect(id, nextId, held)]
  const inEntry = urlFile.variable === null ? [...pins, move] : pins
  const no = inEntry.length > 0 ? refusal(configured, inEntry) : null
  if (no !== null) return { reason: no }
  if (urlFile.variable === null) return [{ file: entry, record, edits: inEntry, effects }]
  const pinned = pins.length > 0 ? { ...record, [PINNED_ID]: id } : record
  return [
    ...(pins.length > 0
      ? [
          {
            file: entry,
            record: configRecord(id, server, `os.environ/${urlFile.variable}`),
            edits: pins,
            effects: [RESTART],
          },
        ]
      : []),
    ...(sharers[0] === server.name
      ? [{ file: urlFile, record: pinned, edits: [move], effects: [...effects, ...sharing(sharers)] }]
      : []),
  ]
}

/** The lines by which a person would move a server of a config.yaml by hand. */
export function patchByHand(
  name: string,
  { id, url, next, era }: { id: string; url: string; next: string; era: Era },
): string[] {
  return [
    ' mcp_servers:',
    `   ${name}:`,
    ...(era.pinsConfigIds ? [`+    server_id: ${id}`] : []),
    `-    url: ${url}`,
    `+    url: ${next}`,
  ]
}
