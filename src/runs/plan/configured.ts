import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readEnvFile } from '../../core/config/edit/env-file.ts'
import { type GivenFile, looksLike } from '../../core/config/move/given.ts'
import type { Configured, HeldBy } from '../../core/config/move/configured.ts'
import { variablesBesides } from '../../core/config/read/read.ts'
import type { ConfigUrl } from '../../core/config/read/url.ts'
import { startFaults } from '../../core/config/read/startup.ts'
import { MigrateError } from '../../core/errors.ts'
import { entryUrl, type InventoryEntry } from '../../core/plan/inventory.ts'
import { judgeUrl, type Migration } from '../../core/rule/migration.ts'
import type { ListedServer } from '../../core/record/server.ts'
import { type ConfigTree, readConfigTree } from '../../files/config-tree.ts'
import type { Gateway, GrantSearch } from '../../gateway/port.ts'
import { readText } from '../../files/text-file.ts'
import type { Configuration } from './configuration.ts'

/** A file with wrong content. Throws on what is anything else. */
function faultyFile(path: string, error: unknown): GivenFile {
  if (!(error instanceof MigrateError) || error.code !== 'config-invalid') throw error
  return { path, source: path, fault: error.message, servers: [], twice: [], looksLike: null }
}

/** What was found in a config file; what is wrong with its content, or that of what it includes, is told of it. */
async function readGiven(path: string): Promise<{ tree: ConfigTree | null; file: GivenFile }> {
  try {
    const tree = await readConfigTree(path)
    const [first] = tree.files
    const looks = first && tree.source === null ? looksLike(first.document) : null
    const servers = tree.servers.map(({ name }) => name)
    const twice = tree.source?.twice.map((line) => `${tree.source?.path}, line ${line}`) ?? []
    const source = tree.source?.path ?? path
    return { tree, file: { path, source, fault: null, servers, twice, looksLike: looks } }
  } catch (error) {
    return { tree: null, file: faultyFile(path, error) }
  }
}

/** Absolute paths, as the journal keeps them: a revert may be started in another folder. A file counts once, whatever its names. */
async function eachOnce(paths: readonly string[]): Promise<string[]> {
  const named = await Promise.all(
    paths.map(async (path) => [await realpath(path).catch(() => resolve(path)), resolve(path)] as const),
  )
  return [...new Map(named.toReversed()).values()].toReversed()
}

/** The variables of a `.env` file; what is wrong with its content is told of it. */
async function readVariables(path: string): Promise<Pick<Configuration, 'files' | 'variables'>> {
  try {
    const variables = readEnvFile(await readText(path))
    return { files: [], variables: variables.map((variable) => ({ ...variable, path })) }
  } catch (error) {
    return { files: [faultyFile(path, error)], variables: [] }
  }
}

/**
 * Reads the files. What is wrong in one of them is told with it, and concerns its servers alone. Throws `file-unreadable`
 * where a file is missing or cannot be read.
 */
export async function readConfiguration(
  configs: readonly string[],
  envFiles: readonly string[],
): Promise<Configuration> {
  const given = []
  for (const path of await eachOnce(configs)) given.push(await readGiven(path))
  const variables = []
  for (const path of await eachOnce(envFiles)) variables.push(await readVariables(path))
  const trees = given.flatMap(({ tree }) => (tree ? [tree] : []))
  const read = envFiles.length === 0 ? [] : trees.flatMap(({ files }) => files)
  return {
    trees,
    used: new Map(read.flatMap((file) => [...variablesBesides(file)].map((name) => [name, file.path]))),
    files: [...given.map(({ file }) => file), ...variables.flatMap(({ files }) => files)],
    variables: variables.flatMap((each) => each.variables),
  }
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

function variableOf(name: string, configuration: Configuration): Configured['variable'] {
  const { trees, variables, used } = configuration
  const [found, second] = variables.filter((each) => each.name === name)
  if (!found) return null
  const sharers = trees
    .flatMap(({ servers }) => servers)
    .flatMap((each) => (each.url.kind === 'env' && each.url.name === name ? [each.name] : []))
  const user = used.get(name)
  const reason = second
    ? `it stands in ${second.path}, too`
    : user !== undefined && `other settings in ${user} have their value from it, too`
  const value = reason ? { kind: 'elsewhere' as const, reason } : found.value
  return { name, path: found.path, value, sharers: [...new Set(sharers)] }
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
