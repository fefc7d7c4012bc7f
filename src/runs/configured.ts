import { resolve } from 'node:path'
import { configFault } from '../core/config/fault.ts'
import type { Configured, HeldBy } from '../core/config/move.ts'
import { type EnvVariable, readEnvFile } from '../core/config/env-file.ts'
import { entryUrl, type InventoryEntry } from '../core/inventory.ts'
import { judgeUrl, type Migration } from '../core/migration.ts'
import type { ListedServer } from '../core/server.ts'
import { type ConfigTree, readConfigTree } from '../gateway/config-file.ts'
import type { Gateway, GrantSearch } from '../gateway/port.ts'
import { readText } from '../gateway/text-file.ts'

/** LiteLLM's configuration as it was given: config files with their includes, and the variables of `.env` files. */
export interface Configuration {
  trees: ConfigTree[]
  variables: (EnvVariable & { path: string })[]
}

/** Reads the files. Throws `config-invalid` with the path and line of what is no such file. */
export async function readConfiguration(
  configs: readonly string[],
  envFiles: readonly string[],
): Promise<Configuration> {
  const trees: ConfigTree[] = []
  for (const path of configs) trees.push(await readConfigTree(path))
  const variables: Configuration['variables'] = []
  // Absolute, as the journal keeps them: a revert may be started in another folder.
  for (const path of envFiles.map((file) => resolve(file)))
    for (const variable of readEnvFile(await readText(path))) variables.push({ ...variable, path })
  return { trees, variables }
}

function variableOf(name: string, { trees, variables }: Configuration): Configured['variable'] {
  const [found, second] = variables.filter((each) => each.name === name)
  if (!found) return null
  const sharers = trees
    .flatMap(({ servers }) => servers)
    .flatMap((each) => (each.url.kind === 'env' && each.url.name === name ? [each.name] : []))
  const value = second
    ? { kind: 'elsewhere' as const, reason: `it stands in ${second.path}, too` }
    : found.value
  return { name, path: found.path, value, sharers: [...new Set(sharers)] }
}

/** What the files say of a listed server, `null` where they do not have it. Throws `config-invalid` where two have it. */
export function configuredServer(configuration: Configuration, listed: ListedServer): Configured | null {
  const { trees } = configuration
  const found = trees.flatMap((tree) =>
    tree.servers
      .filter(({ name }) => name === listed.server_name)
      .flatMap((server) => (tree.source ? [{ tree, source: tree.source, server }] : [])),
  )
  const [first, second] = found
  if (!first) return null
  if (second && second.source.path !== first.source.path)
    throw configFault(second.source.path, second.server.line, 'this MCP server stands in another file, too')
  const { tree, source, server } = first
  return {
    path: source.path,
    text: source.text,
    server,
    aliases: tree.aliases,
    variable: server.url.kind === 'env' ? variableOf(server.url.name, configuration) : null,
  }
}

/** What of a gateway the files are asked about. */
export interface FileScope {
  configuration: Configuration
  selected: ReadonlySet<string>
  migration: Migration
}

/** The entries with what the files say of those that stand in one, and who holds those whose id would change. */
export async function withFiles(
  gateway: Gateway,
  entries: readonly InventoryEntry[],
  { configuration, selected, migration }: FileScope,
): Promise<InventoryEntry[]> {
  const found = entries.map((entry) => ({
    ...entry,
    configured: entry.source === 'config' ? configuredServer(configuration, entry.listed) : null,
  }))
  const moving = found.filter(
    (entry) =>
      entry.configured !== null &&
      selected.has(entry.listed.server_id) &&
      judgeUrl(migration, entryUrl(entry)).kind === 'match',
  )
  if (gateway.era.pinsConfigIds || moving.length === 0) return found
  const ids = moving.map(({ listed }) => listed.server_id)
  const search = await gateway.grants(ids)
  return found.map((entry) => {
    const id = entry.listed.server_id
    return ids.includes(id) ? { ...entry, held: heldBy(search, id) } : entry
  })
}

/** Who holds one server, in words. */
export function heldBy({ grants, complete, reason }: GrantSearch, id: string): HeldBy {
  const own = grants.filter(({ serverId }) => serverId === id)
  const holders = own.map(({ holder }) => `${holder.kind.replace('-', ' ')} ${holder.name}`)
  return { holders: [...new Set(holders)], complete, reason }
}
