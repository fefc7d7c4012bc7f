import { MigrateError } from '../errors.ts'
import type { ListedServer } from '../record/server.ts'
import { printable } from '../show/text.ts'
import { nearestOf } from '../show/nearest.ts'

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

/** Does a server have a name, alias, id or access group that a pattern matches? */
export function matcher(pattern: string): (server: ListedServer) => boolean {
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

/** The did-you-mean for a pattern that matches no server, or `null`. */
export function suggestion(pattern: string, servers: readonly ListedServer[]): string | null {
  const nearest = nearestOf(pattern, servers.flatMap(names))
  return nearest === null ? null : `Did you mean ${printable(nearest)}?`
}

/**
 * The listed servers that are meant, by id. Throws `usage` for a pattern that selects none of them, as it is
 * most likely misspelt, and where all patterns together leave none. `whole`: what they are the servers of, for a person.
 */
export function select(
  { only, except }: Selection,
  servers: readonly ListedServer[],
  whole = 'this gateway',
): Set<string> {
  for (const pattern of [...only, ...except]) {
    if (servers.some(matcher(pattern))) continue
    const option = only.includes(pattern) ? '--only' : '--except'
    throw new MigrateError(
      'usage',
      `${option} ${printable(pattern)} selects no server of ${whole}`,
      suggestion(pattern, servers),
    )
  }
  const [wanted, unwanted] = [only.map(matcher), except.map(matcher)]
  const meant = servers.filter(
    (server) =>
      (wanted.length === 0 || wanted.some((is) => is(server))) && !unwanted.some((is) => is(server)),
  )
  if (meant.length === 0 && only.length + except.length > 0)
    throw new MigrateError(
      'usage',
      only.length === 0
        ? `--except leaves no server of ${whole}`
        : '--except leaves none of what --only selects',
      'Where both select a server, --except wins.',
    )
  return new Set(meant.map((server) => server.server_id))
}
