import type { EnvVariable } from '../../core/config/edit/env-file.ts'
import type { GivenFile } from '../../core/config/move/given.ts'
import type { ConfigTree } from '../../files/config-tree.ts'

/** LiteLLM's configuration as it was given: config files with their includes, and the variables of `.env` files. */
export interface Configuration {
  trees: ConfigTree[]
  /** The config files as they were given, and what was found in each; and `.env` files with something wrong. */
  files: GivenFile[]
  variables: (EnvVariable & { path: string })[]
  /** Variables to which something else refers than URLs of servers, each with the config file in which that stands. */
  used: ReadonlyMap<string, string>
}

/** Nothing was given. */
export const NO_FILES: Configuration = { trees: [], files: [], variables: [], used: new Map() }
