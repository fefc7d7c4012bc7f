import { sha256 } from '../../canonical.ts'
import type { ConfigServer } from '../read/servers.ts'

/**
 * What LiteLLM hashes into the id of a server of a config.yaml. `undefined` is a key that is absent, which is not the
 * same as `null`: an absent transport is the default of the release, a null one the text `None`.
 */
export interface HashedServer {
  name: string
  url: string
  transport?: unknown
  auth_type?: unknown
  alias?: unknown
  /** Part of the hash up to 1.77.1. */
  spec_version?: unknown
  /** The id that the entry pins, honoured from 1.102. */
  server_id?: unknown
}

/** A value as Python's f-strings write it. YAML's dates come here with a time. */
function pythonText(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return (typeof value === 'string' ? value : JSON.stringify(value)).replace(/T00:00:00\.000Z$/, '')
}

const orEmpty = (value: unknown): string => (value ? pythonText(value) : '')

// A default is a `(str, Enum)`: Python 3.11 and newer format it as `MCPTransport.http`, older ones as its value.
const TRANSPORTS = ['MCPTransport.http', 'http']
const SPEC_VERSIONS = ['MCPSpecVersion.jun_2025', '2025-06-18', 'MCPSpecVersion.mar_2025', '2025-03-26']

const choices = (value: unknown, defaults: string[]): string[] =>
  value === undefined ? defaults : [pythonText(value)]

/** All texts that some release with some Python would hash, always in the same order for the same keys. */
function hashedTexts(server: HashedServer): string[] {
  const [auth, alias] = [orEmpty(server.auth_type), orEmpty(server.alias)]
  const specs = choices(server.spec_version, SPEC_VERSIONS)
  return choices(server.transport, TRANSPORTS).flatMap((transport) => {
    const start = `${server.name}|${server.url}|${transport}`
    const older = specs.flatMap((spec) => [`${start}|${spec}|${auth}|${alias}`, `${start}|${spec}|${auth}`])
    return [`${start}|${auth}|${alias}`, ...older]
  })
}

/**
 * Every id that LiteLLM may compute for this server: the first 32 digits of the SHA-256 of
 * `name|url|transport|auth_type|alias` (`_generate_stable_server_id` in `mcp_server_manager.py`, the same on 1.77.7,
 * 1.81.14, 1.105.7 and 1.106.2); 1.77.1 has the `spec_version` before the auth type, and 1.74.0 has no alias besides. Which one
 * holds depends on the release and on the gateway's Python.
 */
export function configServerIds(server: HashedServer): string[] {
  return hashedTexts(server).map((text) => sha256(text).slice(0, 32))
}

/**
 * The id that LiteLLM will give a server once its URL, and its transport, are others, found by the way in which it made the present one.
 * A pinned id stays. `null` where no known way makes the present id, so that nothing can be foretold.
 */
export function changedServerId(
  server: HashedServer,
  presentId: string,
  next: Pick<HashedServer, 'url'> & Partial<Pick<HashedServer, 'transport'>>,
): string | null {
  if (typeof server.server_id === 'string' && server.server_id.trim() === presentId) return presentId
  const way = configServerIds(server).indexOf(presentId)
  return configServerIds({ ...server, ...next })[way] ?? null
}

/**
 * What LiteLLM hashes for an entry. `url` is the value that `os.environ/NAME` stands for: references are resolved in
 * `get_config` (`proxy_server.py`), before the servers are loaded. An entry without an alias takes the first of
 * `litellm_settings.mcp_aliases` that names it (1.105.7, 1.106.2).
 */
export function hashedServer(
  { name, entry }: Pick<ConfigServer, 'name' | 'entry'>,
  url: string,
  aliases: Record<string, string> | null = null,
): HashedServer {
  const { transport, auth_type, alias, spec_version, server_id } = entry
  const mapped = Object.entries(aliases ?? {}).find(([, target]) => target === name)?.[0]
  return { name, url, transport, auth_type, alias: alias ?? mapped, spec_version, server_id }
}

/**
 * The same with every alias that some release takes: `load_servers_from_config` of 1.77.7 and 1.81.14 goes through
 * `mcp_aliases` twice and the second time passes over the first that names the server, so that mostly none is left.
 */
export function hashedServers(
  server: Pick<ConfigServer, 'name' | 'entry'>,
  url: string,
  aliases: Record<string, string>,
): HashedServer[] {
  const newest = hashedServer(server, url, aliases)
  const [, ...later] = Object.entries(aliases).flatMap(([alias, target]) =>
    target === server.name ? [alias] : [],
  )
  return [newest, { ...newest, alias: server.entry['alias'] ?? later[0] }]
}
