import type { Change, Plan } from '../core/plan.ts'
import { count } from '../core/text.ts'
import type { Context } from './context.ts'
import { shownName } from './render/name.ts'
import { renderChange } from './render/plan.ts'
import type { Choice } from './terminal/terminal.ts'

type Answer = 'leave' | 'all' | 'some'

/** The plan with changes that were left out for want of consent. */
function including(plan: Plan, chosen: readonly Change[]): Plan {
  const skipped = plan.skipped.filter(({ awaiting }) => !awaiting || !chosen.includes(awaiting))
  const changes = [...plan.changes, ...chosen]
  return {
    ...plan,
    changes,
    skipped,
    summary: { ...plan.summary, changes: changes.length, skipped: skipped.length },
  }
}

/**
 * Asks whether servers that lose something for good are to be changed all the same, with what they lose; the default
 * leaves them out. Returns the plan with those that are to be changed.
 */
export async function askConsent(plan: Plan, { terminal, look }: Context): Promise<Plan> {
  const awaiting = plan.skipped.flatMap((skipped) => skipped.awaiting ?? [])
  if (awaiting.length === 0) return plan
  terminal.print(['', ...awaiting.map((change) => renderChange(change, look))].join('\n\n'))
  const [them, lose] = awaiting.length === 1 ? ['it', 'loses'] : ['them', 'lose']
  const choices: Choice<Answer>[] = [
    { name: `No, leave ${them} out`, value: 'leave' },
    { name: `Yes, with ${them === 'it' ? 'its' : 'their'} losses`, value: 'all' },
    ...(awaiting.length > 1 ? [{ name: 'Choose servers', value: 'some' as const }] : []),
  ]
  const question = `${count(awaiting.length, 'server')} ${lose} something that cannot be put back, see above. Include ${them}?`
  const answer = await terminal.choose(question, choices, 'leave')
  if (answer === 'leave') return plan
  if (answer === 'all') return including(plan, awaiting)
  const named = awaiting.map((change) => ({ name: shownName(change.server), value: change }))
  return including(plan, await terminal.chooseSome('Which ones? (space marks, enter goes on)', named))
}
