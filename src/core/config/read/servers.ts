import { z } from 'zod'
import { type ConfigDocument, parseConfig } from './document.ts'
import { configFault } from './fault.ts'
import { type EntrySpot, entriesOf, twiceIn } from './entries.ts'
import { plainValue, TooMuch } from './plain.ts'
import { PyDict, type PyValue } from '../pyyaml/construct/values.ts'
import { isTemplate, serverAt } from './sections.ts'
import { heldPairs, Sightings } from './sightings.ts'
import { type ConfigUrl, elsewhere, REFERENCE, type Surroundings, urlOf } from './url.ts'

/** A server of a config.yaml: `name` is its key, `entry` what LiteLLM sees there, `line` counts from 1. */
export interface ConfigServer {
  name: string
  entry: Record<string, unknown>
  line: number
  url: ConfigUrl
}

/** What this program reads from one config.yaml. */
export interface Config {
  document: ConfigDocument
  /** The paths under `include`, as written. */
  includes: string[]
  /** Does the file have the key `mcp_servers`, be it empty? If so it replaces that of the files merged before. */
  declaresServers: boolean
  servers: ConfigServer[]
  /** The lines in which a key appears a second time, among the servers or in an entry: LiteLLM takes the last. */
  twice: number[]
  /** Where each of them stands, by name. */
  entries: ReadonlyMap<string, EntrySpot>
  /** `litellm_settings.mcp_aliases` (alias to name); `null` where the file has no `litellm_settings` to replace others. */
  aliases: Record<string, string> | null
}

const members = z.record(z.string(), z.unknown())

/** What LiteLLM sees in an entry, or what is wrong with an entry that is no mapping. */
function fieldsOf(value: PyValue): { fields: Record<string, unknown> } | { reason: string } {
  try {
    const read = members.safeParse(plainValue(value))
    return read.success ? { fields: read.data } : { reason: 'the entry of this MCP server is not a mapping' }
  } catch (error) {
    if (error instanceof TooMuch)
      return { reason: 'its entry stands for more values than this program takes' }
    throw error
  }
}

function readServer(entry: EntrySpot, around: Surroundings): ConfigServer {
  const { name, offset, value } = entry
  const line = around.document.lineOf(offset)
  const read = fieldsOf(value)
  if ('reason' in read) return { name, entry: {}, line, url: elsewhere(read.reason) }
  const { fields } = read
  return { name, entry: fields, line, url: urlOf(entry, fields['url'], around) }
}

/** Throws `config-invalid` with the line of a top-level key. */
function refuse({ loaded, top, lineOf, file }: ConfigDocument, key: string, what: string): never {
  const pair = top && heldPairs(loaded, top.node).get(key)?.pair
  throw configFault(file, pair ? lineOf(pair.start) : 1, what)
}

function includesOf(document: ConfigDocument): string[] {
  const value = document.top?.data.get('include')
  if (value === undefined) return []
  const paths = Array.isArray(value) ? value.filter((path) => typeof path === 'string') : null
  if (!Array.isArray(value) || paths?.length !== value.length)
    return refuse(document, 'include', 'include is not a list of paths')
  return paths
}

// Itself, not a copy: zod's own records lose a member that is called `__proto__`.
const aliases = z.custom<Record<string, string>>((value) =>
  Object.values(Object(value)).every((name) => typeof name === 'string'),
)

/** `litellm_settings.mcp_aliases`, `null` where there are no such settings. */
function aliasesOf({ top }: ConfigDocument): Config['aliases'] {
  if (!top?.data.has('litellm_settings')) return null
  const settings = top.data.get('litellm_settings')
  const found = settings instanceof PyDict ? (settings.get('mcp_aliases') ?? null) : null
  const read = found instanceof PyDict ? aliases.safeParse(plainValue(found)) : null
  return read?.success ? read.data : {}
}

/** The variables to which something else of LiteLLM's refers than the URL of a server. */
export function variablesBesides({ document }: Config): Set<string> {
  const sightings = new Sightings(document)
  const others = sightings.beginning(REFERENCE).filter((node) => {
    const paths = sightings.of(node)
    return !paths?.every((path) => serverAt(path) !== null || isTemplate(path))
  })
  return new Set(others.map(({ value }) => value.slice(REFERENCE.length)))
}

/** Loads what it makes when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}

/** The servers of a document and where they stand. Throws `config-invalid` where `mcp_servers` is not a mapping. */
function serversOf(document: ConfigDocument): Pick<Config, 'servers' | 'entries'> {
  const section = document.top?.data.get('mcp_servers') ?? null
  if (section !== null && !(section instanceof PyDict))
    return refuse(document, 'mcp_servers', 'mcp_servers is not a mapping')
  const entries = entriesOf(document)
  const around = {
    document,
    names: entries.map(({ name }) => name),
    sightings: once(() => new Sightings(document)),
    shared: new Map(),
  }
  return {
    servers: entries.map((entry) => readServer(entry, around)),
    entries: new Map(entries.map((entry) => [entry.name, entry])),
  }
}

/**
 * Reads one config.yaml: its servers with what can be done with their URLs. Aliases and merge keys are followed,
 * fields that nobody knows are kept. Throws `config-invalid` with file and line for what is no such file.
 */
export function readConfig(text: string, file: string): Config {
  const document = parseConfig(text, file)
  const includes = includesOf(document)
  const { servers, entries } = serversOf(document)
  return {
    document,
    includes,
    declaresServers: document.top?.data.has('mcp_servers') ?? false,
    servers,
    entries,
    twice: twiceIn(document, entries.values()),
    aliases: aliasesOf(document),
  }
}
