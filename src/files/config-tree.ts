import { dirname, resolve } from 'node:path'
import { configFault } from '../core/config/read/fault.ts'
import type { ConfigFile, ConfigTree } from '../core/config/move/configuration.ts'
import { readConfig } from '../core/config/read/servers.ts'
import { configurationAt, readConfigText } from './config-text.ts'
import { isThere } from './text-file.ts'

/** A path under `include` that is still to be read, with the files through which it came. */
interface Pending {
  written: string
  within: string[]
}

/**
 * The file that LiteLLM means by a path under `include`. Up to 1.81.14 it is relative to the first file, even when an
 * included one names it (`_process_includes` in `proxy_server.py`); on 1.106.2 to the file that names it, and to the
 * first only where there is no such file (`resolve_include_file_path` in `config_includes.py`).
 */
async function locate({ written, within }: Pending, root: string): Promise<string> {
  const declarer = within.at(-1) ?? root
  const choices = [...new Set([declarer, root].map((file) => resolve(dirname(file), written)))]
  const there = await Promise.all(choices.map((choice) => isThere(choice)))
  const found = choices.filter((_, i) => there[i])
  if (found.length > 1)
    throw configFault(
      declarer,
      null,
      `its include means ${found.join(' or ')}, depending on the release of LiteLLM`,
    )
  const [path = choices[0] ?? written] = found
  if (within.includes(path)) throw configFault(path, null, `the file includes itself, through ${declarer}`)
  return path
}

/**
 * Which visit wins: a mapping of a later file replaces the whole mapping of an earlier one; only lists are appended.
 * Up to 1.81.14 a file that is included twice is merged twice, on 1.106.2 once.
 */
function winner(visits: readonly ConfigFile[], holds: (file: ConfigFile) => boolean): ConfigFile | null {
  const last = visits.findLast(holds)
  const once = [...new Set(visits)].findLast(holds)
  if (last !== once)
    throw configFault(
      last?.path ?? '',
      null,
      'it is included twice, and which of the files counts depends on LiteLLM',
    )
  return last ?? null
}

async function visitAll(root: string): Promise<ConfigFile[]> {
  const read = new Map<string, ConfigFile>()
  const visits: ConfigFile[] = []
  const visit = async (path: string, within: string[]): Promise<Pending[]> => {
    const text = read.get(path)?.text ?? (await readConfigText(path, within.at(-1) ?? null))
    const file = read.get(path) ?? { path, text, ...readConfig(text, path) }
    read.set(path, file)
    visits.push(file)
    return file.includes.map((written) => ({ written, within: [...within, path] }))
  }
  const pending = await visit(root, [])
  // The includes of an included file are read after all others: LiteLLM appends them to the list that it walks.
  for (let next = pending.shift(); next; next = pending.shift())
    pending.push(...(await visit(await locate(next, root), next.within)))
  return visits
}

/**
 * Reads a config.yaml and all that it includes. Throws `file-unreadable` where one of them cannot be read, and
 * `config-invalid` with the path for a file that is no such file, or includes itself (which LiteLLM up to 1.81.14 never
 * ends to read), and where releases of LiteLLM would not agree on what is meant.
 */
export async function readConfigTree(path: string): Promise<ConfigTree> {
  const visits = await visitAll(await configurationAt(resolve(path)))
  const source = winner(visits, ({ declaresServers }) => declaresServers)
  const settings = winner(visits, ({ aliases }) => aliases !== null)
  return {
    files: [...new Set(visits)],
    source,
    servers: source?.servers ?? [],
    aliases: settings?.aliases ?? {},
  }
}
