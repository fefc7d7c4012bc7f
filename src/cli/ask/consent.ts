import { type Change, serversIn } from '../../core/plan/change.ts'
import { type Plan, awaitingChanges } from '../../core/plan/plan.ts'
import { unitsOf } from '../../core/plan/units.ts'
import { count } from '../../core/show/text.ts'
import { choosing, consenting } from '../../core/plan/withheld.ts'
import type { Context } from '../context.ts'
import { unitName } from '../render/name.ts'
import type { Choice } from '../terminal/terminal.ts'

type ConsentAnswer = 'leave' | 'all' | 'some'

/** What speaks against changing them, by the consents that are missing, and how the answer is worded that does. */
function objection(awaiting: readonly Change[], { withheld }: Plan): { what: string; yes: string } {
  const one = serversIn(awaiting) === 1
  const missing = new Set(awaiting.flatMap(({ id }) => withheld[id]?.consents ?? []))
  const reasons = [
    missing.has('unreachable') ? `${one ? 'does' : 'do'} not work at the new URL` : '',
    missing.has('grants') ? `${one ? 'gets another id' : 'get other ids'}, and somebody may lose access` : '',
    missing.has('reauthorization') || missing.has('client-loss')
      ? `${one ? 'loses' : 'lose'} something that cannot be put back`
      : '',
  ].filter(Boolean)
  const lossOnly = !missing.has('unreachable') && !missing.has('grants')
  return {
    what: reasons.join(', or '),
    yes: lossOnly ? `with ${one ? 'its' : 'their'} losses` : 'all the same',
  }
}

/**
 * Asks whether servers that lose something for good, or do not work at the new URL, should be changed all the same; the
 * default leaves them out. Returns the plan with those that will be changed, and the others declined.
 */
export async function askConsent(plan: Plan, { terminal }: Context): Promise<Plan> {
  const awaiting = awaitingChanges(plan)
  if (awaiting.length === 0) return plan
  const n = serversIn(awaiting)
  const units = unitsOf(awaiting)
  const { what, yes } = objection(awaiting, plan)
  const choices: Choice<ConsentAnswer>[] = [
    { name: `No, leave ${n === 1 ? 'it' : 'them'} out`, value: 'leave' },
    { name: `Yes, ${yes}`, value: 'all' },
    ...(units.length > 1 ? [{ name: 'Choose servers', value: 'some' as const }] : []),
  ]
  const question = `${count(n, 'server')} ${what}, see above. Include ${n === 1 ? 'it' : 'them'}?`
  const answer = await terminal.choose(question, choices, 'leave')
  if (answer === 'leave') return choosing(plan, awaiting, [])
  if (answer === 'all') return consenting(plan, awaiting)
  const named = units.map((unit) => ({ name: unitName(unit), value: unit }))
  const chosen = (await terminal.chooseSome('Which ones? (space marks, enter goes on)', named)).flat()
  return choosing(consenting(plan, chosen), awaiting, chosen)
}
