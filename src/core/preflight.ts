import { admitted } from './change.ts'
import { acceptOptions, type Consent } from './consent.ts'
import { type Change, type Effect, isVariable, type Plan, type Skipped } from './plan.ts'
import type { Tried } from './reach.ts'
import { serverTitle } from './server.ts'
import { printable } from './text.ts'

/** The new URL that a change gives its server, or `null` where it gives it none. */
export function newUrl({ edits, onlySettings }: Change): string | null {
  return onlySettings ? null : (edits.find(({ field }) => field === 'url')?.after ?? null)
}

/** Why an address cannot be tried beforehand, or `null`. */
export function untriable({ transport }: Change): string | null {
  if (transport === 'openapi')
    return 'LiteLLM makes its tools from a description, and cannot try one beforehand'
  if (transport === 'stdio') return 'LiteLLM starts it as a program (stdio), and cannot try one beforehand'
  return transport === null || ['sse', 'http'].includes(transport)
    ? null
    : `LiteLLM has no way to try the transport ${printable(transport)}`
}

/** All changes that a plan makes, and those that it would make with somebody's consent. */
export function allChanges({ changes, skipped }: Plan): Change[] {
  return [...changes, ...skipped.flatMap(({ awaiting }) => awaiting ?? [])]
}

/**
 * Changes that go together or not at all, in their order: all of one server; and in one config.yaml those whose URLs
 * come from variables, which servers may share.
 */
function unitsOf(changes: readonly Change[]): Change[][] {
  const ownUrl = new Set(
    changes.filter((each) => !isVariable(each) && newUrl(each) !== null).map(({ server }) => server.id),
  )
  const keyOf = ({ file, server }: Change): string =>
    file === null || ownUrl.has(server.id) ? server.id : `file ${file.config}`
  const units = new Map<string, Change[]>()
  for (const change of changes) units.set(keyOf(change), [...(units.get(keyOf(change)) ?? []), change])
  return [...units.values()]
}

const unreachable = ({ evidence }: Tried): Effect => ({
  code: 'unreachable',
  message: `does not work at the new URL (${evidence})`,
  reversible: true,
})

type Found = Plan['preflight']

/** The change with what was found at its address, where that speaks against it. */
function marked(change: Change, found: Found): Change {
  const tried = found[change.id]
  return tried?.outcome === 'failed'
    ? { ...change, effects: [...change.effects, unreachable(tried)] }
    : change
}

/** Several changes that wait for one consent: each server with its reason, asked about where it is one server alone. */
function awaitingConsent(unit: readonly Change[]): Skipped[] {
  const servers = new Map(unit.map(({ server }) => [server.id, server]))
  const words = unit.flatMap(({ server, effects }) =>
    effects.flatMap(({ code, message }) =>
      code === 'unreachable' ? [`${printable(serverTitle(server))} ${message}`] : [],
    ),
  )
  const message = `${words.join('; ')}. To do it all the same: ${acceptOptions(['unreachable']).join(' ')}`
  const url = unit.flatMap(({ edits }) => edits.find(({ field }) => field === 'url')?.before ?? [])[0] ?? null
  return [...servers.values()].map((server) => ({
    server,
    matched: true,
    code: 'needs-consent',
    message,
    url,
    ...(servers.size === 1 ? { awaiting: [...unit] } : {}),
  }))
}

function judged(
  unit: readonly Change[],
  accepted: readonly Consent[],
): { changes: Change[]; skipped: Skipped[] } {
  const fails = unit.some(({ effects }) => effects.some(({ code }) => code === 'unreachable'))
  if (!fails || accepted.includes('unreachable')) return { changes: [...unit], skipped: [] }
  const [only, another] = unit
  const alone = only && !another ? admitted(only, accepted) : null
  return { changes: [], skipped: alone && 'skipped' in alone ? [alone.skipped] : awaitingConsent(unit) }
}

/** What already waits for a consent may wait for this one, too. */
function stillAwaiting(skipped: Skipped, found: Found, accepted: readonly Consent[]): Skipped {
  const [change, another] = skipped.awaiting ?? []
  if (!change || another) return skipped
  const still = admitted(marked(change, found), accepted)
  return 'skipped' in still ? { ...skipped, ...still.skipped } : skipped
}

/**
 * The plan with what was found at its new addresses. A server that does not work there is left out until somebody
 * consents; of a revert nothing is left out, as the old address may well be dead. Pure.
 */
export function withFindings(plan: Plan, found: Found, accepted: readonly Consent[]): Plan {
  if (plan.reverts !== null) return { ...plan, preflight: found }
  const units = unitsOf(plan.changes.map((change) => marked(change, found))).map((unit) =>
    judged(unit, accepted),
  )
  const kept = new Map(units.flatMap(({ changes }) => changes).map((change) => [change.id, change]))
  const changes = plan.changes.flatMap(({ id }) => kept.get(id) ?? [])
  const skipped = [
    ...plan.skipped.map((each) => stillAwaiting(each, found, accepted)),
    ...units.flatMap((unit) => unit.skipped),
  ]
  return {
    ...plan,
    changes,
    skipped,
    preflight: found,
    summary: { ...plan.summary, changes: changes.length, skipped: skipped.length },
  }
}
