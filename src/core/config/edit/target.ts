import { configFault } from '../read/fault.ts'
import type { EntrySpot } from '../read/entries.ts'
import type { Config, ConfigServer } from '../read/servers.ts'

/** The entry of a server that is edited, with all that is needed to say no. */
export interface Target {
  config: Config
  text: string
  entry: EntrySpot
  server: ConfigServer
  /** Throws `config-invalid` with the line of an offset, else of the entry. */
  refuse: (reason: string, offset?: number) => never
}

/** The entry of a server of a config.yaml. Throws `config-invalid` where there is none. */
export function targetOf(config: Config, name: string): Target {
  const { file, text, lineOf } = config.document
  const entry = config.entries.get(name)
  const server = config.servers.find((each) => each.name === name)
  if (!entry || !server)
    throw configFault(file, null, `there is no MCP server named ${JSON.stringify(name)} in it`)
  const refuse = (reason: string, offset = entry.offset): never => {
    throw configFault(file, lineOf(offset), reason)
  }
  return { config, text, entry, server, refuse }
}
