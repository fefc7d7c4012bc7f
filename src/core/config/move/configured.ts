import { endsAmong, envChange, referredBy } from '../edit/env-change.ts'
import type { EnvValue } from '../edit/env-file.ts'
import type { Config, ConfigServer } from '../read/servers.ts'
import { startFaults } from '../read/startup.ts'
import type { ConfigUrl } from '../read/url.ts'
import type { ListedServer } from '../../record/server.ts'
import type { Configuration } from './configuration.ts'

/** What the configuration files say of a server that stands in them. */
export interface Configured {
  /** The config.yaml with its entry, and all that was read there. */
  path: string
  config: Config
  server: ConfigServer
  /** `litellm_settings.mcp_aliases` that hold. */
  aliases: Record<string, string>
  /** Where its URL comes from an environment variable. */
  variable: UrlVariable | null
}

/** An environment variable that is the URL of a server. */
export interface UrlVariable {
  name: string
  /** The `.env` file that holds it. */
  path: string
  value: EnvValue
  /** The variable in whose own text it would be changed: itself, or one of which it is made. */
  place: string
  /** All servers that have their URL from that place, in the order of the files. The first of them stands for it. */
  sharers: readonly string[]
  /** What the variables become that are made of that place, by name; empty where it is none but itself. */
  becomes: ReadonlyMap<string, string>
  /** The files in which all this was read. */
  within: Configuration
}

/** Who holds a server by its id, as far as that is known. */
export interface HeldBy {
  /** In words: `key ci`, `team platform`. */
  holders: readonly string[]
  complete: boolean
  reason: string | null
}

/** What a search for those who hold servers by their ids found. */
export interface HolderSearch {
  grants: readonly { serverId: string; holder: { kind: string; name: string } }[]
  complete: boolean
  reason: string | null
}

/** Who holds one server, in words. */
export function heldBy({ grants, complete, reason }: HolderSearch, id: string): HeldBy {
  const own = grants.filter(({ serverId }) => serverId === id)
  const holders = own.map(({ holder }) => `${holder.kind.replace('-', ' ')} ${holder.name}`)
  return { holders: [...new Set(holders)], complete, reason }
}

/** What would keep LiteLLM from starting with these files, in sentences. */
export function startFaultsOf({ trees }: Configuration, version: string | null): string[] {
  return trees.flatMap(({ source, servers }) =>
    servers.flatMap((server) =>
      startFaults(server, version).map(
        (fault) => `${source?.path}, line ${server.line}: ${server.name} ${fault}`,
      ),
    ),
  )
}

/** The servers that have their URL from any of these variables, in the order of the files. */
function serversWith({ trees }: Configuration, isMeant: (variable: string) => boolean): string[] {
  const all = trees.flatMap(({ servers }) => servers)
  return [...new Set(all.flatMap(({ url, name }) => (url.kind === 'env' && isMeant(url.name) ? [name] : [])))]
}

function variableOf(name: string, configuration: Configuration): Configured['variable'] {
  const { variables, used } = configuration
  const [found, second] = variables.filter((each) => each.name === name)
  if (!found) return null
  const sharers = serversWith(configuration, (each) => each === name)
  const user = used.get(name)
  const reason = second
    ? `it stands in ${second.path}, too`
    : user !== undefined && `other settings in ${user} have their value from it, too`
  const value = reason ? { kind: 'elsewhere' as const, reason } : found.value
  const { path } = found
  return { name, path, value, place: name, sharers, becomes: new Map(), within: configuration }
}

/** Why a place of a `.env` file stays that is more than the URL of servers: what else is made of it, or has its value from there. */
function otherUse(
  changed: readonly string[],
  { path, within }: UrlVariable,
  urls: ReadonlySet<string>,
): string | null {
  const { variables, used } = within
  const own = variables.filter((each) => each.path === path)
  const elsewhere = new Map(
    variables
      .filter((each) => each.path !== path)
      .flatMap((each) => [each.name, ...referredBy(each)].map((name) => [name, each])),
  )
  for (const name of changed) {
    const user = used.get(name)
    if (user !== undefined) return `other settings in ${user} have their value from ${name}, too`
    const other = elsewhere.get(name)
    if (other) return `${name} stands in ${other.path}, too`
  }
  const end = endsAmong(own, changed).find((name) => !urls.has(name))
  return end === undefined ? null : `${end} is made of it, too, and is the URL of no server`
}

/**
 * A server with the place in which its variable has to be changed for it to have another URL: its own, or that of a variable of which
 * it is made, with all servers that move with it. `reason`: why there is none.
 */
export function placedFor(configured: Configured, next: string): Configured | { reason: string } {
  const { variable } = configured
  if (!variable?.within.made.has(variable.name)) return configured
  const { name, path, within } = variable
  const variables = within.variables.filter((each) => each.path === path)
  const change = envChange(variables, name, next)
  const left = (reason: string): { reason: string } => ({
    reason: `${name} in ${path} cannot be changed: ${reason}`,
  })
  if ('reason' in change) return left(change.reason)
  const { place, becomes } = change
  const sharers = serversWith(within, (each) => becomes.has(each))
  const urls = within.trees.flatMap(({ servers }) =>
    servers.map(({ url }) => (url.kind === 'env' ? url.name : '')),
  )
  const other = otherUse([...becomes.keys()], variable, new Set(urls))
  if (other !== null)
    return left(place === name ? other : `${place} would have to change, of which it is made; ${other}`)
  return { ...configured, variable: { ...variable, place, becomes, sharers } }
}

/**
 * What the files say of a listed server, `null` where they do not have it. The URL of one that two files have cannot be
 * changed, and says why.
 */
export function configuredServer(configuration: Configuration, listed: ListedServer): Configured | null {
  const { trees } = configuration
  const found = trees.flatMap((tree) =>
    tree.servers
      .filter(({ name }) => name === listed.server_name)
      .flatMap((server) => (tree.source ? [{ tree, source: tree.source, server }] : [])),
  )
  const [first] = found
  if (!first) return null
  const { tree, source, server } = first
  const second = found.find((each) => each.source.path !== source.path)
  const url: ConfigUrl = second
    ? { kind: 'elsewhere', reason: `it stands in ${second.source.path}, too` }
    : server.url
  return {
    path: source.path,
    config: source,
    server: { ...server, url },
    aliases: tree.aliases,
    variable: url.kind === 'env' ? variableOf(url.name, configuration) : null,
  }
}

/** The URL that LiteLLM will read at its next start, or why that cannot be told. */
export function configuredUrl({ server, variable, path }: Configured): { url: string } | { reason: string } {
  const { url } = server
  if (url.kind === 'here') return { url: url.value }
  if (url.kind === 'absent') return { reason: `its entry in ${path} has no URL` }
  if (url.kind === 'elsewhere') return { reason: `its URL cannot be changed in ${path}: ${url.reason}` }
  if (!variable)
    return {
      reason: `its URL comes from the variable ${url.name}, which no --litellm-env holds: change it where it is set`,
    }
  return variable.value.kind === 'here'
    ? { url: variable.value.value }
    : { reason: `${url.name} in ${variable.path} cannot be changed: ${variable.value.reason}` }
}

/** All servers that have their URL from one place, in order: of a variable, or of an anchor in one file. */
export function sharersOf({ server, variable }: Configured): readonly string[] {
  if (variable) return variable.sharers
  return server.url.kind === 'here' ? server.url.sharers : [server.name]
}

/** What the URL of some servers is written in, in words. */
export function sharedPlace({ variable, path }: Configured): string {
  return variable ? variable.place : `one place of ${path}`
}
