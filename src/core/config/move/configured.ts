import type { EnvValue } from '../edit/env-file.ts'
import type { Config, ConfigServer } from '../read/read.ts'

/** What the configuration files say of a server that stands in them. */
export interface Configured {
  /** The config.yaml with its entry, and all that was read there. */
  path: string
  config: Config
  server: ConfigServer
  /** `litellm_settings.mcp_aliases` that hold. */
  aliases: Record<string, string>
  /**
   * Where its URL comes from an environment variable: the `.env` file that holds it, and all servers that have their URL
   * from there, in the order of the files. The first of them stands for the variable.
   */
  variable: { name: string; path: string; value: EnvValue; sharers: string[] } | null
}

/** Who holds a server by its id, as far as that is known. */
export interface HeldBy {
  /** In words: `key ci`, `team platform`. */
  holders: readonly string[]
  complete: boolean
  reason: string | null
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
  return variable ? variable.name : `one place of ${path}`
}
