import { diagnose, isVague, needsWitness, outcomeOf, triedAs } from '../../core/reach/diagnose.ts'
import { untriable } from '../../core/plan/findings.ts'
import type { Reach, Tried } from '../../core/reach/reach.ts'
import type { AppliedChange } from '../../core/run/outcome.ts'
import { newTransport, newUrl } from '../../core/plan/change.ts'
import type { Gateway, ServerCheck } from '../../gateway/port.ts'
import { mendingFor } from '../deployment/mending.ts'
import { inParallel, LOOKS_AT_ONCE } from '../../core/in-parallel.ts'
import type { Surroundings } from '../deployment/surroundings.ts'

/** How a look at moved servers goes. `around`: where LiteLLM stands; asked for where a server does not work. */
export interface CheckScope {
  around: () => Promise<Surroundings>
  onChecked: (done: number, total: number) => void
  stopRequested: () => unknown
  /** Did a server, by its id, list tools at its old address before the run? */
  listedBefore: (id: string) => boolean
}

const TURNED_AWAY =
  'It listed its tools at the old address, and turns LiteLLM away at the new one: give LiteLLM the credentials that it wants there, or take the run back.'

/** A moved server, and where it is now. */
interface Moved {
  change: AppliedChange
  url: string
}

/**
 * Why a server does not work that LiteLLM says little of: it says more where its address is tried by itself, and a
 * witness more than that. Without its sign-in an address that wants one tells nothing.
 */
async function causeOf(
  { change, url }: Moved,
  word: Reach,
  gateway: Gateway,
  { around }: CheckScope,
): Promise<Reach> {
  const { server } = change
  const transport = newTransport(change)
  const tried = isVague(word) ? await gateway.tryAddress({ url, transport, serverId: server.id }) : word
  const said = outcomeOf(tried.kind) === 'failed' ? { ...tried, tools: null } : word
  if (!needsWitness(said)) return said
  const { witness } = await around()
  return diagnose(said, witness && (await witness.look(url, transport ?? 'sse')))
}

/**
 * What a check comes to. Where LiteLLM cannot tell the health of a server, as where each user signs in for themselves, it
 * has not failed: it cannot be tried.
 */
async function judgeCheck(
  moved: Moved,
  { works, reach, message }: ServerCheck,
  gateway: Gateway,
  scope: CheckScope,
): Promise<Tried> {
  if (works === 'yes') return triedAs(reach, null)
  const isSilent = ['unclear', 'no-tools'].includes(reach.kind)
  if (works === 'unknown' && isSilent)
    return { outcome: 'not-tried', kind: 'untried', evidence: message, tools: null, hint: null }
  const cause = await causeOf(moved, reach, gateway, scope)
  const broken = { url: moved.url, transport: newTransport(moved.change) }
  const tried = triedAs(cause, await mendingFor(cause, broken, await scope.around()))
  // It let LiteLLM in at the old address, with all that LiteLLM has for it.
  if (tried.outcome === 'sign-in' && scope.listedBefore(moved.change.server.id))
    return { ...tried, outcome: 'failed', hint: TURNED_AWAY }
  // It lists tools, and LiteLLM finds it unhealthy.
  return tried.outcome === 'reached' ? { ...tried, outcome: 'failed', evidence: message } : tried
}

/**
 * Looks at the servers that a run has moved, through the gateway. Not where LiteLLM uses the new URL only after a restart:
 * there it would look at the old one. Never throws.
 */
export async function checkMoved(
  changes: readonly AppliedChange[],
  gateway: Gateway,
  scope: CheckScope,
): Promise<AppliedChange[]> {
  if (gateway.era.restart !== 'no') return [...changes]
  const moved = changes.flatMap((change): Moved[] => {
    const url = newUrl(change)
    const isMoved = change.outcome === 'applied' && change.file === null && untriable(change) === null
    return isMoved && url !== null ? [{ change, url }] : []
  })
  const checks = new Map<string, Tried>()
  scope.onChecked(0, moved.length)
  await inParallel(LOOKS_AT_ONCE, moved, async (each) => {
    if (scope.stopRequested()) return
    const check = await gateway.check(each.change.server.id)
    checks.set(each.change.id, await judgeCheck(each, check, gateway, scope))
    scope.onChecked(checks.size, moved.length)
  })
  return changes.map((change) => ({ ...change, check: checks.get(change.id) ?? null }))
}
