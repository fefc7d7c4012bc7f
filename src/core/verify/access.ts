import { compareVersions } from '../record/releases.ts'
import { matcher, suggestion } from '../plan/select.ts'
import { type ListedServer, titleOf } from '../record/server.ts'
import { printable } from '../show/text.ts'
import type { ExpectedKey } from './keys-file.ts'

/** What a key may do with a server. `backend-down`: it is granted, and the server answers nobody. */
export type Access = 'granted' | 'denied' | 'backend-down' | 'unknown'

/**
 * What was seen of a key and a server. `sees`: does it stand in the key's list, `null` where that could not be read.
 * `lists`: what the key's own tools/list brought; `not-asked` where the release does not look at the key there, and
 * `no-answer` where the gateway did not get to it in time.
 */
export interface Observation {
  sees: boolean | null
  lists: 'tools' | 'denied' | 'nothing' | 'no-answer' | 'not-asked'
  /** Does the server list tools for an admin? */
  works: boolean
}

/** The two ways of asking, taken together: where the release looks at the key, what it lists decides. */
export function accessOf({ sees, lists, works }: Observation): Access {
  if (lists === 'tools') return 'granted'
  if (lists === 'denied') return 'denied'
  if (sees === null) return 'unknown'
  if (!sees) return lists === 'not-asked' ? 'denied' : 'unknown'
  if (!works) return 'backend-down'
  return lists === 'nothing' ? 'unknown' : 'granted'
}

/** How a release guards its servers against keys. */
export interface Guard {
  /** Does a key without any grant see every server? */
  failsOpen: boolean
  /** Does tools/list look at the grants of the key? */
  listsByGrant: boolean
}

// Fails open in 1.78.0, no more in 1.80.0; tools/list is unfiltered in 1.80.0, no more in 1.81.14.
const GUARDS: readonly (Guard & { from: string | null })[] = [
  { from: null, failsOpen: true, listsByGrant: false },
  { from: '1.80.0', failsOpen: false, listsByGrant: false },
  { from: '1.81.0', failsOpen: false, listsByGrant: true },
]

/** How a release guards its servers; an unknown one is taken for one that does not look at the key in tools/list. */
export function guardOf(version: string | null): Guard {
  const blind = { failsOpen: false, listsByGrant: false }
  if (version === null) return blind
  return GUARDS.findLast(({ from }) => from === null || compareVersions(version, from) >= 0) ?? blind
}

/** Why the answers of a release say less than they should, as sentences. */
export function guardRemarks(version: string | null): string[] {
  const { failsOpen, listsByGrant } = guardOf(version)
  return [
    ...(failsOpen
      ? ['this release fails open: a key without any grant reaches every server, so each key needs a grant']
      : []),
    ...(listsByGrant
      ? []
      : ['tools/list is not limited to the grants of a key here; judged by its list of servers']),
  ]
}

/** One server, as a key finds it. */
export interface Cell {
  server: ListedServer
  access: Access
}

/** What stands against a key's expectations. `grants`: would other grants of the key mend it? */
export interface KeyFault {
  line: string
  grants: boolean
}

const WRONG: Record<'reach' | 'deny', Partial<Record<Access, string>>> = {
  reach: { denied: 'must reach it, and may not', unknown: 'must reach it, which could not be told' },
  deny: {
    granted: 'must not reach it, and does',
    'backend-down': 'must not reach it, and may (though it answers nobody now)',
    unknown: 'must not reach it, which could not be told',
  },
}

/** What a key must do with a server, as far as anything is said of it; `denied` wins. */
function wantedOf(key: ExpectedKey, server: ListedServer): 'reach' | 'deny' | null {
  if (key.denied.some((pattern) => matcher(pattern)(server))) return 'deny'
  return key.reaches.some((pattern) => matcher(pattern)(server)) ? 'reach' : null
}

function misspelt(key: ExpectedKey, cells: readonly Cell[]): KeyFault[] {
  const servers = cells.map(({ server }) => server)
  return [...key.reaches, ...key.denied]
    .filter((pattern) => pattern !== '*' && !servers.some(matcher(pattern)))
    .map((pattern) => {
      const meant = suggestion(pattern, servers)
      const name = `${printable(key.name)}: ${printable(pattern)}`
      return { line: `${name} is not a server of this gateway${meant ? `. ${meant}` : ''}`, grants: false }
    })
}

/** Holds what a key reaches against what it must and must not reach. */
export function keyFaults(key: ExpectedKey, cells: readonly Cell[]): KeyFault[] {
  const faults = cells.flatMap(({ server, access }): KeyFault[] => {
    const wanted = wantedOf(key, server)
    const wrong = wanted === null ? undefined : WRONG[wanted][access]
    const grants = access !== 'unknown'
    return wrong ? [{ line: `${printable(key.name)} × ${titleOf(server)}: ${wrong}`, grants }] : []
  })
  return [...faults, ...misspelt(key, cells)]
}

/** The ids of the servers that a key should be granted: what it must reach, and what it reaches now and may go on to. */
export function grantsWanted(key: ExpectedKey, cells: readonly Cell[]): string[] {
  return cells
    .filter(({ server, access }) => {
      const wanted = wantedOf(key, server)
      return wanted === 'reach' || (wanted === null && ['granted', 'backend-down'].includes(access))
    })
    .map(({ server }) => server.server_id)
}

const SAID: readonly [Access, string][] = [
  ['granted', 'reaches'],
  ['backend-down', 'backend down:'],
  ['denied', 'denied'],
  ['unknown', 'unknown:'],
]

/** What a key reaches, in one line: `dev: reaches fetch, n8n; denied filesystem`. */
export function accessLine(name: string, cells: readonly Cell[]): string {
  const parts = SAID.flatMap(([access, word]) => {
    const found = cells.filter((cell) => cell.access === access).map(({ server }) => titleOf(server))
    const all = access === 'granted' && found.length === cells.length ? `all ${found.length}: ` : ''
    return found.length === 0 ? [] : [`${word} ${all}${found.join(', ')}`]
  })
  return `${printable(name)}: ${parts.join('; ') || 'there are no servers'}`
}
