import { type ServerIdentity, serverTitle } from '../../core/record/server.ts'
import { printable, shortened } from '../../core/show/text.ts'

/** What to call a server on a screen: harmless for a terminal, and no longer than 120 characters. */
export function shownName(server: Pick<ServerIdentity, 'id' | 'name' | 'alias'>): string {
  return shortened(printable(serverTitle(server)), 120)
}

/** What to call servers that are changed together or not at all. */
export function unitName(unit: readonly { server: ServerIdentity }[]): string {
  return [...new Set(unit.map(({ server }) => shownName(server)))].join(', ')
}
