import { acceptOptions, type Consent, consentsFor } from './consent/consent.ts'
import { ruleNames } from './change.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './forward/inventory.ts'
import type { Rule } from '../rule/rule.ts'
import { verdictOnUrl } from '../rule/verdict.ts'
import type { Plan, SkippedCode } from './plan.ts'
import { identify, type ServerIdentity } from '../record/server.ts'

/** Where a server stands in a migration. `config`: to be moved, in LiteLLM's config.yaml; `skipped`: left alone. */
export const SERVER_STATES = ['to-migrate', 'migrated', 'config', 'skipped', 'other'] as const
export type ServerState = (typeof SERVER_STATES)[number]

/**
 * One server, and where it stands. `code` and `message` say why it is left alone, or what moving it asks for. `movedBy`: the
 * run that put it where it is, by another rule.
 */
export interface ServerStanding {
  server: ServerIdentity
  state: ServerState
  /** As it is: not masked. */
  url: string | null
  code: Consent | SkippedCode | null
  message: string | null
  movedBy: string | null
  /** The names of the rules that would move it, or its other fields. */
  rules: readonly string[]
}

function standingOf(entry: InventoryEntry, plan: Plan, rules: readonly Rule[]): ServerStanding {
  const id = entry.listed.server_id
  const base = {
    server: { ...identify(entry.listed, entry.source), id },
    url: entryUrl(entry),
    movedBy: null,
  }
  const changes = plan.changes.filter(({ server }) => server.id === id)
  if (changes.length > 0) {
    const needed = consentsFor(changes.flatMap(({ effects }) => effects))
    return {
      ...base,
      state: 'to-migrate',
      code: needed[0] ?? null,
      message: needed.length > 0 ? `needs ${acceptOptions(needed).join(' ')}` : null,
      rules: [...new Set(changes.flatMap(ruleNames))],
    }
  }
  const verdict = verdictOnUrl(rules, base.url, entry.record ?? entry.listed)
  const named = verdict.kind === 'match' ? [verdict.rule.name] : []
  const left = plan.skipped.find(({ server }) => server.id === id)
  if (left) {
    const state = left.code === 'config-defined' ? 'config' : 'skipped'
    return { ...base, state, code: left.code, message: left.message, rules: named }
  }
  const state = verdict.kind === 'moved' ? 'migrated' : 'other'
  return { ...base, state, code: null, message: null, rules: [] }
}

/** Where a run put a server: the URL that it holds since, and the run. */
export interface Placement {
  url: string
  run: string
}

/** Where runs put servers, by the ids of these. */
export type Placed = ReadonlyMap<string, Placement>

/**
 * Where each server of an inventory stands, by the plan that would be made now. One that the rule does not move, and that is
 * where a run `placed` it, was moved by another rule.
 */
export function serverStandings(
  plan: Plan,
  { entries }: Inventory,
  rules: readonly Rule[],
  placed: Placed,
): ServerStanding[] {
  return entries.map((entry) => {
    const standing = standingOf(entry, plan, rules)
    const place = placed.get(standing.server.id)
    const isElsewhere = standing.state === 'skipped' || standing.state === 'other'
    return isElsewhere && place?.url === standing.url ? { ...standing, movedBy: place.run } : standing
  })
}
