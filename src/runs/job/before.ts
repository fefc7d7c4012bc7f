import { MigrateError } from '../../core/errors.ts'
import { newUrl } from '../../core/plan/change.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { readAddress } from '../../core/rule/address.ts'
import type { Surroundings } from '../deployment/surroundings.ts'
import { preflight } from '../try/addresses.ts'
import type { Job } from './context.ts'

/** Where LiteLLM stands, asked for once. */
export function aroundFor(plan: Plan, { around }: Job): () => Promise<Surroundings> {
  let found: Promise<Surroundings> | null = null
  const hosts = plan.changes.flatMap((change) => {
    const address = readAddress(newUrl(change) ?? '')
    return address.kind === 'address' ? [address.host] : []
  })
  return () => (found ??= around([...new Set(hosts)]))
}

/**
 * Up to 1.80 traffic follows a new URL only after a restart, so that one server tried beforehand proves nothing. Called
 * before a plan is made. Throws `canary-impossible`; a dry run only tells.
 */
export function requireCanary({ gateway, options, watch }: Job): void {
  if (!options.canary || gateway.era.restart === 'no') return
  const { version } = gateway.identity
  const refusal = new MigrateError(
    'canary-impossible',
    `--canary is not possible on LiteLLM ${version ?? 'of an unknown release'}: a new URL may take effect only when LiteLLM is restarted, so a changed server cannot be tried before the rest`,
    'Leave --canary out, or move one server with --only, restart LiteLLM, and look at it.',
  )
  if (!options.dryRun) throw refusal
  watch({ kind: 'canary-impossible', message: refusal.message })
}

/** The plan with what the gateway finds at its new addresses, or as it is where nothing is to be tried. */
export async function tryBeforehand(plan: Plan, job: Job): Promise<Plan> {
  const { gateway, options, watch } = job
  if (!options.preflight) return plan
  return preflight(plan, gateway, {
    around: aroundFor(plan, job),
    accepted: options.accept,
    onTried: (done, total) => watch({ kind: 'trying', done, total, reverts: plan.reverts }),
  })
}
