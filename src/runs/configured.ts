import { configFault } from '../core/config/fault.ts'
import type { Configured } from '../core/config/move.ts'
import { type EnvVariable, readEnvFile } from '../core/config/env-file.ts'
import type { ListedServer } from '../core/server.ts'
import { type ConfigTree, readConfigTree } from '../gateway/config-file.ts'
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
  for (const path of envFiles)
    for (const variable of readEnvFile(await readText(path))) variables.push({ ...variable, path })
  return { trees, variables }
}

function variableOf(
  name: string,
  { servers }: ConfigTree,
  variables: Configuration['variables'],
): Configured['variable'] {
  const [found, second] = variables.filter((each) => each.name === name)
  if (!found) return null
  const sharers = servers.flatMap((each) =>
    each.url.kind === 'env' && each.url.name === name ? [each.name] : [],
  )
  const value = second
    ? { kind: 'elsewhere' as const, reason: `it stands in ${second.path}, too` }
    : found.value
  return { name, path: found.path, value, sharers }
}

/** What the files say of a listed server, `null` where they do not have it. Throws `config-invalid` where two have it. */
export function configuredServer(
  { trees, variables }: Configuration,
  listed: ListedServer,
): Configured | null {
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
    variable: server.url.kind === 'env' ? variableOf(server.url.name, tree, variables) : null,
  }
}
