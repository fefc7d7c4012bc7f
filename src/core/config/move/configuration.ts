import type { EnvVariable } from '../edit/env-file.ts'
import type { Config, ConfigServer } from '../read/servers.ts'
import type { GivenFile } from './given.ts'

/** One file of a configuration: its absolute path, its text, and what is in it. */
export interface ConfigFile extends Config {
  path: string
  text: string
}

/** A configuration with all that it includes, as LiteLLM puts it together. */
export interface ConfigTree {
  /** The files in the order in which LiteLLM merges them, the named one first. */
  files: ConfigFile[]
  /** The file whose `mcp_servers` holds: the last one with that key, `null` where none has it. */
  source: ConfigFile | null
  /** The servers of that file. Those of any other are dead text. */
  servers: ConfigServer[]
  /** `litellm_settings.mcp_aliases` that hold: those of the last file with `litellm_settings`. */
  aliases: Record<string, string>
}

/** LiteLLM's configuration as it was given: config files with their includes, and the variables of `.env` files. */
export interface Configuration {
  trees: ConfigTree[]
  /** The config files as they were given, and what was found in each; and `.env` files with something wrong. */
  files: GivenFile[]
  variables: (EnvVariable & { path: string })[]
  /** The names of variables that are made of others, or of which others are made. */
  made: ReadonlySet<string>
  /** Variables to which something else refers than URLs of servers, each with the config file in which that stands. */
  used: ReadonlyMap<string, string>
}

/** Nothing was given. */
export const NO_FILES: Configuration = {
  trees: [],
  files: [],
  variables: [],
  made: new Set(),
  used: new Map(),
}
