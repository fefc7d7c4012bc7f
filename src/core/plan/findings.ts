import { type Consent } from './consent/consent.ts'
import { waiting } from './withheld.ts'
import type { Change, Effect } from './change.ts'
import type { Plan } from './plan.ts'
import type { Tried } from '../reach/reach.ts'
import { printable } from '../show/text.ts'

/** Why an address cannot be tried beforehand, or `null`. */
export function untriable({ transport }: Change): string | null {
  if (transport === 'openapi')
    return 'LiteLLM makes its tools from a description, and cannot try one beforehand'
  if (transport === 'stdio') return 'LiteLLM starts it as a program (stdio), and cannot try one beforehand'
  return transport === null || ['sse', 'http'].includes(transport)
    ? null
    : `LiteLLM has no way to try the transport ${printable(transport)}`
}

const unreachable = ({ evidence }: Tried): Effect => ({
  code: 'unreachable',
  message: `does not work at the new URL (${evidence})`,
  reversible: true,
})

const isUnreachable = ({ code }: Effect): boolean => code === 'unreachable'

/** The change with what was found at its address, where that speaks against it. */
function marked(change: Change, tried: Tried | undefined): Change {
  return tried?.outcome !== 'failed' || change.effects.some(isUnreachable)
    ? change
    : { ...change, effects: [...change.effects, unreachable(tried)] }
}

/**
 * The plan with what was found at its new addresses. A server that does not work there waits for somebody's consent, as
 * do those that can only move with it; what was consented to before stays so. Of a revert nothing waits for that, as
 * the old address is often dead. Pure.
 */
export function withFindings(plan: Plan, found: Plan['preflight'], accepted: readonly Consent[]): Plan {
  if (plan.reverts !== null) return { ...plan, preflight: found }
  const before = new Map(plan.changes.map((change) => [change.id, change]))
  const changes = plan.changes.map((change) => marked(change, found[change.id]))
  const isNew = (change: Change): boolean =>
    change !== before.get(change.id) && !accepted.includes('unreachable')
  const withheld = waiting(changes, (change) => [
    ...(plan.withheld[change.id]?.consents ?? []),
    ...(isNew(change) ? (['unreachable'] as const) : []),
  ])
  return { ...plan, changes, withheld, preflight: found }
}
