import { z } from 'zod'
import { parsedJson } from '../parsed-json.ts'
import { readAddress } from '../rule/address.ts'
import { nearestOf } from '../show/nearest.ts'
import { printable } from '../show/text.ts'

const status = z.looseObject({ server_instances: z.record(z.string(), z.unknown()) })
const servers = z.looseObject({
  mcpServers: z.record(z.string(), z.looseObject({ enabled: z.boolean().optional() })),
})

/** The transport that an MCP proxy speaks at a path, as LiteLLM names it. */
export const transportAt = (path: string): 'http' | 'sse' => (path.endsWith('/mcp') ? 'http' : 'sse')

/** The services of an MCP proxy's `/status`; `null` where the text is not that, as of another server. */
export function servicesInStatus(text: string): string[] | null {
  const read = status.safeParse(parsedJson(text))
  return read.success ? Object.keys(read.data.server_instances) : null
}

/** The services of a `servers.json`, and those in it that are disabled; `null` where the text is not that. */
export function servicesInFile(text: string): { enabled: string[]; disabled: string[] } | null {
  const read = servers.safeParse(parsedJson(text))
  if (!read.success) return null
  const entries = Object.entries(read.data.mcpServers)
  const names = (wanted: boolean): string[] =>
    entries.filter(([, { enabled }]) => (enabled ?? true) === wanted).map(([name]) => name)
  return { enabled: names(true), disabled: names(false) }
}

/** The named service that a URL asks for, as in `/servers/NAME/sse`; `null` where it names none. */
export function serviceIn(url: string): string | null {
  const address = readAddress(url)
  const name = address.kind === 'address' ? /^\/servers\/([^/?#]+)\//.exec(address.rest)?.[1] : undefined
  if (name === undefined) return null
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** The path of the file that names the services, in an MCP proxy's command line; `null` where it has none. */
export function serversFile(command: readonly string[]): string | null {
  const option = '--named-server-config'
  const joined = command.find((part) => part.startsWith(`${option}=`))
  if (joined !== undefined) return joined.slice(option.length + 1)
  const at = command.indexOf(option)
  return at === -1 ? null : (command[at + 1] ?? null)
}

/** Why each service that is asked for and not there is missing, in `where`. */
export function missingServices(
  wanted: readonly string[],
  there: { enabled: readonly string[]; disabled: readonly string[] },
  where: string,
): string[] {
  return [...new Set(wanted)]
    .filter((name) => !there.enabled.includes(name))
    .map((name) => {
      const shown = printable(name)
      if (there.disabled.includes(name)) return `${shown} is disabled in ${where}`
      const meant = nearestOf(name, there.enabled)
      return `${shown} is not in ${where}${meant === null ? '' : `; did you mean ${printable(meant)}?`}`
    })
}
