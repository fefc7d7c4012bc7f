import { type ServerIdentity, serverTitle } from '../../core/record/server.ts'
import { printable, shortened } from '../../core/show/text.ts'
import type { Look } from './layout.ts'

/** What to call a server on a screen: harmless for a terminal, and no longer than 120 characters. */
export function shownName(server: Pick<ServerIdentity, 'id' | 'name' | 'alias'>): string {
  return shortened(printable(serverTitle(server)), 120)
}

/** The names of servers that are meant together, each once and all of them. */
export function unitName(unit: readonly { server: ServerIdentity }[]): string {
  return [...new Set(unit.map(({ server }) => shownName(server)))].join(', ')
}

/** What to call a gateway, by its release and URL: `LiteLLM 1.106.2 at http://localhost:4000`. */
export const gatewayTitle = (version: string | null, url: string): string =>
  `LiteLLM ${version ?? '(release unknown)'} at ${url}`

/** What to call each of several such units: with ids where others are called the same. */
export function unitNames(units: readonly (readonly { server: ServerIdentity }[])[]): string[] {
  const names = units.map(unitName)
  const seen = new Set<string>()
  const twins = new Set(names.filter((name) => seen.size === seen.add(name).size))
  return units.map((unit, i) => {
    const name = names[i] ?? ''
    const ids = new Set(unit.map(({ server: { id } }) => shownName({ id, name: null, alias: null })))
    return twins.has(name) ? `${name} (${[...ids].join(', ')})` : name
  })
}

/** So many names stand in a line of a report. */
const MOST_NAMES = 20

/** The names of the servers that some changes are about, each once; in full all of them, otherwise the first twenty and how many more. */
export function namesOf(
  changes: readonly { server: ServerIdentity }[],
  { verbose }: Pick<Look, 'verbose'>,
): string {
  const names = [...new Map(changes.map(({ server }) => [server.id, shownName(server)])).values()]
  const shown = verbose ? names : names.slice(0, MOST_NAMES)
  const rest = names.length - shown.length
  return rest < 2 ? names.join(', ') : `${shown.join(', ')} and ${rest} more`
}
