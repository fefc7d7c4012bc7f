import { MigrateError } from './errors.ts'
import { nearest } from './nearest.ts'
import type { ListedServer } from './server.ts'
import { printable } from './text.ts'

/**
 * Patterns for name, alias, id or access group; `*` matches anything, letter case nothing; `except` wins. A
 * pattern with `*` selects by id only when it has eight other characters.
 */
export interface Selection {
  only: readonly string[]
  except: readonly string[]
}

const names = (server: ListedServer): string[] =>
  [server.server_id, server.server_name, server.alias, ...(server.mcp_access_groups ?? [])].filter(
    (name) => name != null,
  )

// Ids are random: a short wildcard such as `f*` would select servers by chance.
const ID_LETTERS = 8

function matcher(pattern: string): (server: ListedServer) => boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  const expression = new RegExp(`^${source}$`, 'isu')
  const letters = pattern.replaceAll('*', '').length
  const meansIds = !pattern.includes('*') || letters === 0 || letters >= ID_LETTERS
  return (server) =>
    names(server).some((name) => expression.test(name) && (meansIds || name !== server.server_id))
}

function suggestion(pattern: string, servers: readonly ListedServer[]): string | null {
  const meant = nearest(pattern, servers.flatMap(names))
  return meant === null ? null : `Did you mean ${printable(meant)}?`
}

/**
 * The listed servers that are meant, by id. Throws `usage` for a pattern that selects none of them, as it is
 * most likely misspelt.
 */
export function select({ only, except }: Selection, servers: readonly ListedServer[]): Set<string> {
  for (const pattern of [...only, ...except]) {
    if (servers.some(matcher(pattern))) continue
    const option = only.includes(pattern) ? '--only' : '--except'
    throw new MigrateError(
      'usage',
      `${option} ${printable(pattern)} selects no server of this gateway`,
      suggestion(pattern, servers),
    )
  }
  const [wanted, unwanted] = [only.map(matcher), except.map(matcher)]
  const meant = servers.filter(
    (server) =>
      (wanted.length === 0 || wanted.some((is) => is(server))) && !unwanted.some((is) => is(server)),
  )
  return new Set(meant.map((server) => server.server_id))
}
