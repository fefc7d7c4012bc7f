import type { Configuration } from '../../config/move/configuration.ts'
import { configuredServer, configuredUrl } from '../../config/move/configured.ts'
import { entryTransport } from '../../config/read/record.ts'
import type { ListedServer } from '../../record/server.ts'
import type { Rule } from '../../rule/rule.ts'
import { verdictOnUrl } from '../../rule/verdict.ts'
import { firstOf } from '../../show/text.ts'
import type { Note } from '../plan.ts'

const SHOWN = 5

/** The servers of given files that rules would move, and that the gateway does not list: a note for each file. */
export function notListed(
  configuration: Configuration,
  listed: readonly Pick<ListedServer, 'server_name'>[],
  rules: readonly Rule[],
): Note[] {
  const known = new Set(listed.map(({ server_name: name }) => name))
  return configuration.trees.flatMap(({ source, servers }): Note[] => {
    const names = servers.flatMap(({ name, entry }) => {
      if (known.has(name)) return []
      const server = { server_id: '', server_name: name, transport: entryTransport(entry) }
      const found = configuredServer(configuration, server)
      const url = found && configuredUrl(found)
      return url && 'url' in url && verdictOnUrl(rules, url.url, server).kind === 'match' ? [name] : []
    })
    if (!source || names.length === 0) return []
    const message = `${source.path} holds MCP servers to move that this gateway does not list, and that stay: ${firstOf(names, SHOWN)}. LiteLLM may have to be restarted, or the file may be that of another gateway`
    return [{ code: 'not-listed', server: null, field: null, message }]
  })
}
