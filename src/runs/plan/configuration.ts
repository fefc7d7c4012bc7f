import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { madeOfOthers } from '../../core/config/edit/env-change.ts'
import { readEnvFile } from '../../core/config/edit/env-file.ts'
import type { ConfigTree, Configuration } from '../../core/config/move/configuration.ts'
import { nestedIn, nestedPath } from '../../core/config/nested/pointer.ts'
import { type GivenFile, looksLike } from '../../core/config/move/given.ts'
import { variablesBesides } from '../../core/config/read/servers.ts'
import { MigrateError } from '../../core/errors.ts'
import { readConfigTree } from '../../files/config-tree.ts'
import { readText } from '../../files/text-file.ts'

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

/** An absolute path; a pointer into a file stays as it is. */
function fullPath(path: string): string {
  const nested = nestedIn(path)
  return nested ? nestedPath({ ...nested, path: resolve(nested.path) }) : resolve(path)
}

/** The same without symbolic links. */
async function realPath(path: string): Promise<string> {
  const nested = nestedIn(path)
  const found = await realpath(path).catch(() => null)
  if (found !== null || !nested) return found ?? resolve(path)
  return nestedPath({ ...nested, path: await realpath(nested.path).catch(() => resolve(nested.path)) })
}

/** Absolute paths, as the journal keeps them: a revert may be started in another folder. A file counts once, whatever its names. */
async function eachOnce(paths: readonly string[]): Promise<string[]> {
  const named = await Promise.all(paths.map(async (path) => [await realPath(path), fullPath(path)] as const))
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
  const all = variables.flatMap((each) => each.variables)
  const trees = given.flatMap(({ tree }) => (tree ? [tree] : []))
  const read = envFiles.length === 0 ? [] : trees.flatMap(({ files }) => files)
  return {
    trees,
    used: new Map(read.flatMap((file) => [...variablesBesides(file)].map((name) => [name, file.path]))),
    files: [...given.map(({ file }) => file), ...variables.flatMap(({ files }) => files)],
    variables: all,
    made: madeOfOthers(all),
  }
}
