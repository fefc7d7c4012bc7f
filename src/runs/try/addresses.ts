import { originOf } from '../../core/rule/address.ts'
import type { Consent } from '../../core/plan/consent/consent.ts'
import { diagnose, needsWitness, outcomeOf, triedAs } from '../../core/reach/diagnose.ts'
import { aimOf, type Change, newTransport, newUrl } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { untriable, withFindings } from '../../core/plan/findings.ts'
import { isOfOrigin, untriedAsDead } from '../../core/reach/dead-origins.ts'
import type { Reach, ReachKind, ToolPrint, Tried } from '../../core/reach/reach.ts'
import type { Gateway } from '../../gateway/port.ts'
import { byOrigin } from './by-origin.ts'
import { mendingFor } from '../deployment/mending.ts'
import type { Surroundings } from '../deployment/surroundings.ts'

/** What a preflight works with. `around`: where LiteLLM stands; asked for where an address does not work. */
export interface PreflightScope {
  around: () => Promise<Surroundings>
  /** Effects that the person consents to. */
  accepted: readonly Consent[]
  onTried: (done: number, total: number) => void
}

/** So many silent servers, and none that answers, make a dead origin, too: each costs 15 s. */
const SILENT = 8

interface Trial {
  change: Change
  url: string
}

/** What LiteLLM says of an address, with a witness where that does not tell the cause. */
async function lookAt(
  { change, url }: Trial,
  gateway: Gateway,
  around: PreflightScope['around'],
): Promise<Reach> {
  const { server } = change
  const transport = newTransport(change)
  const word = await gateway.tryAddress({ url, transport, serverId: server.id })
  if (!needsWitness(word)) return word
  const { witness } = await around()
  return diagnose(word, witness && (await witness.look(url, transport ?? 'sse')))
}

/**
 * What a look came to. A server that signs in was tried without its credentials. So a login page is no failure that anybody
 * saw, and neither is what LiteLLM says nothing of, where another server at the same origin works.
 */
async function judgeTrial(
  { change, url }: Trial,
  reach: Reach,
  working: ReadonlySet<string>,
  around: PreflightScope['around'],
): Promise<Tried> {
  const isUntold = reach.kind === 'unclear' && working.has(originOf(url))
  const excused = change.signsIn && (reach.kind === 'login-page' || isUntold)
  if (excused) return { ...triedAs(reach, null), outcome: 'sign-in' }
  if (outcomeOf(reach.kind) !== 'failed') return triedAs(reach, null)
  return triedAs(reach, await mendingFor(reach, { url, transport: newTransport(change) }, await around()))
}

/** Tells by each look, as it comes, whether it proves the origin of a URL to be dead. */
function deathWatch(): (kind: ReachKind, url: string) => boolean {
  const silent = new Map<string, number>()
  const answering = new Set<string>()
  return (kind, url) => {
    const origin = originOf(url)
    if (kind !== 'time-out') {
      if (!isOfOrigin(kind)) answering.add(origin)
      return isOfOrigin(kind)
    }
    const count = (silent.get(origin) ?? 0) + 1
    silent.set(origin, count)
    return count >= SILENT && !answering.has(origin)
  }
}

async function tryAll(
  trials: readonly Trial[],
  gateway: Gateway,
  scope: PreflightScope,
): Promise<Plan['preflight']> {
  const { around, onTried } = scope
  const isDead = deathWatch()
  onTried(0, trials.length)
  const reached = await byOrigin(trials, {
    originOf: ({ url }) => originOf(url),
    look: (trial) => lookAt(trial, gateway, around),
    isDead: ({ kind }, { url }) => isDead(kind, url),
    instead: untriedAsDead,
    onDone: (done) => onTried(done, trials.length),
  })
  const working = new Set(
    reached.filter(({ found }) => found.kind === 'tools').map(({ value }) => originOf(value.url)),
  )
  const judged = reached.map(async ({ value, found }): Promise<[string, Tried]> => {
    return [value.change.id, await judgeTrial(value, found, working, around)]
  })
  return Object.fromEntries(await Promise.all(judged))
}

/** The servers whose tools are worth recording before the run: those that get another URL. */
function servers(changes: readonly Change[]): { id: string; url: string }[] {
  const found = new Map<string, string>()
  for (const change of changes) {
    const { server } = change
    const old = aimOf(change).find(({ field }) => field === 'url')?.before
    if (old && !found.has(server.id)) found.set(server.id, old)
  }
  return [...found].map(([id, url]) => ({ id, url }))
}

/** What the servers list now, at their old addresses; a dead origin is asked once. */
async function listTools(
  changes: readonly Change[],
  gateway: Gateway,
): Promise<Record<string, ToolPrint[] | null>> {
  const listed = await byOrigin(servers(changes), {
    originOf: ({ url }) => originOf(url),
    look: ({ id }) => gateway.tools(id),
    isDead: ({ kind }) => isOfOrigin(kind),
    instead: (dead) => dead,
    onDone: () => {},
  })
  return Object.fromEntries(listed.map(({ value, found }) => [value.id, found.tools]))
}

/**
 * Tries every new address of a plan from where the gateway stands, and records what the servers list at the old ones.
 * Writes nothing. Returns the plan with what was found: a server that does not work waits for somebody's consent. Of a
 * revert the old addresses are tried, and nothing waits.
 */
export async function preflight(plan: Plan, gateway: Gateway, scope: PreflightScope): Promise<Plan> {
  const { changes } = plan
  const trials = changes.flatMap((change) => {
    const url = newUrl(change)
    return url === null || untriable(change) !== null ? [] : [{ change, url }]
  })
  const impossible = changes.flatMap((change): [string, Tried][] => {
    const why = untriable(change)
    return why === null
      ? []
      : [[change.id, { outcome: 'not-tried', kind: 'untried', evidence: why, tools: null, hint: null }]]
  })
  const [found, tools] = await Promise.all([
    tryAll(trials, gateway, scope),
    plan.reverts === null ? listTools(changes, gateway) : {},
  ])
  const all = { ...found, ...Object.fromEntries(impossible) }
  return { ...withFindings(plan, all, scope.accepted), tools }
}
