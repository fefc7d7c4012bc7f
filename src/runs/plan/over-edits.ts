import type { Consent } from '../../core/plan/consent/consent.ts'
import { assembleOverEdits, type ChosenServer, type ContestedServer } from '../../core/plan/over-edits.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Gateway } from '../../gateway/port.ts'
import { signInsAtStake } from './sign-ins.ts'

/**
 * The plan that writes over somebody's edits, for the servers that a person chose: made from what the gateway
 * holds now, so that taking it back restores that edit.
 */
export async function planOverEdits(
  plan: Plan,
  chosen: readonly ContestedServer[],
  gateway: Gateway,
  given: { createdAt: string; accepted: readonly Consent[] },
): Promise<Plan> {
  const read: ChosenServer[] = []
  for (const each of chosen) {
    const reading = await gateway.read(each.server.id)
    read.push({ ...each, reading, signIns: await signInsAtStake(gateway, reading) })
  }
  return assembleOverEdits(plan, read, gateway.era, given)
}
