import type { Scalar, YAMLMap } from 'yaml'
import { z } from 'zod'
import { canonical } from '../canonical.ts'
import { type ConfigDocument, dataOf, parseConfig } from './document.ts'
import { configFault, lineAt } from './fault.ts'
import { findEntry, pairOf, startOf, verbatim } from './place.ts'

/** What can be done with the URL of a server in a config.yaml. */
export type ConfigUrl =
  /** It stands in the server's own entry and can be changed there. */
  | { kind: 'here'; value: string }
  /** It is `os.environ/NAME`: LiteLLM puts the variable's value in its place, before it computes the server's id. */
  | { kind: 'env'; name: string }
  /** There is none. */
  | { kind: 'absent' }
  /** It cannot be changed without a person; `reason` continues "its URL cannot be changed here: ". */
  | { kind: 'elsewhere'; reason: string }

/** A server of a config.yaml: `name` is its key, `entry` what LiteLLM sees there, `line` counts from 1. */
export interface ConfigServer {
  name: string
  entry: Record<string, unknown>
  line: number
  url: ConfigUrl
}

/** What this program reads from one config.yaml. */
export interface Config {
  /** The paths under `include`, as written. */
  includes: string[]
  /** Does the file have the key `mcp_servers`, be it empty? If so it replaces that of the files merged before. */
  declaresServers: boolean
  servers: ConfigServer[]
  /** `litellm_settings.mcp_aliases` (alias to name); `null` where the file has no `litellm_settings` to replace others. */
  aliases: Record<string, string> | null
}

const entry = z.record(z.string(), z.unknown())
const shape = z.looseObject({
  include: z.array(z.string()).default([]),
  mcp_servers: z.record(z.string(), z.unknown()).nullish(),
  litellm_settings: z
    .looseObject({ mcp_aliases: z.record(z.string(), z.string()).nullish() })
    .nullish()
    .catch(null),
})

/** Would another text in this scalar show in a second place, through an anchor on it or on something round it? */
function isShared(config: ConfigDocument, name: string, scalar: Scalar, round: readonly YAMLMap[]): boolean {
  const { doc, data, file, aliased } = config
  // Most files end here: what follows reads the whole file once more.
  if (![scalar, ...round].some(({ anchor }) => anchor !== undefined && aliased.has(anchor))) return false
  const value = scalar.value
  const trial = `${String(value)}.`
  scalar.value = trial
  const found = dataOf(doc, file)
  scalar.value = value
  return canonical(found) !== canonical(withFields(data, name, { url: trial }))
}

/** The data of a file with some fields of one server replaced; `undefined` takes a field away. */
export function withFields(
  data: Record<string, unknown>,
  name: string,
  fields: Record<string, string | undefined>,
): Record<string, unknown> {
  const servers = entry.parse(data.mcp_servers)
  const changed = Object.entries({ ...entry.parse(servers[name]), ...fields })
  const kept = Object.fromEntries(changed.filter(([, value]) => value !== undefined))
  return { ...data, mcp_servers: { ...servers, [name]: kept } }
}

const REFERENCE = 'os.environ/'

function reference(text: string): ConfigUrl {
  const name = text.slice(REFERENCE.length)
  if (/^[A-Za-z_]\w*$/.test(name)) return { kind: 'env', name }
  return { kind: 'elsewhere', reason: 'it refers to something that is no environment variable' }
}

function locate(config: ConfigDocument, name: string): ConfigUrl {
  const place = findEntry(config, name)
  if (place.kind === 'elsewhere') return { kind: 'elsewhere', reason: place.reason }
  const pair = pairOf(place.entry, 'url')
  if (!pair) return { kind: 'elsewhere', reason: 'it comes through a merge key' }
  const found = verbatim(config.body, pair)
  if (found.kind === 'elsewhere') return found
  if (isShared(config, name, found.scalar, [place.entry, place.section]))
    return { kind: 'elsewhere', reason: 'another place of the file refers to it' }
  return { kind: 'here', value: String(found.scalar.value) }
}

/** What can be done with the URL of a server that the document holds. */
export function urlOf(config: ConfigDocument, name: string, url: unknown): ConfigUrl {
  if (url === undefined || url === null || url === '') return { kind: 'absent' }
  return typeof url === 'string' && url.startsWith(REFERENCE) ? reference(url) : locate(config, name)
}

function readServer(config: ConfigDocument, name: string, value: unknown): ConfigServer {
  const line = lineAt(config.body, findEntry(config, name).offset)
  const read = entry.safeParse(value)
  if (!read.success) throw configFault(config.file, line, 'the entry of this MCP server is no mapping')
  return { name, entry: read.data, line, url: urlOf(config, name, read.data.url) }
}

function lineOfKey({ root, body }: ConfigDocument, key: string): number {
  const pair = root && pairOf(root, key)
  return pair ? lineAt(body, startOf(pair)) : 1
}

/**
 * Reads one config.yaml: its servers with what can be done with their URLs. Aliases and merge keys are followed,
 * fields that nobody knows are kept. Throws `config-invalid` with file and line for what is no such file.
 */
export function readConfig(text: string, file: string): Config {
  const config = parseConfig(text, file)
  const read = shape.safeParse(config.data)
  if (!read.success) {
    const key = String(read.error.issues[0]?.path[0])
    const what = key === 'include' ? 'include is no list of paths' : `${key} is no mapping`
    throw configFault(file, lineOfKey(config, key), what)
  }
  const { include, mcp_servers: servers, litellm_settings: settings } = read.data
  return {
    includes: include,
    declaresServers: 'mcp_servers' in config.data,
    servers: Object.entries(servers ?? {}).map(([name, value]) => readServer(config, name, value)),
    aliases: 'litellm_settings' in config.data ? (settings?.mcp_aliases ?? {}) : null,
  }
}
