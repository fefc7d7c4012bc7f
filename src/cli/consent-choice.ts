import type { Change, Plan, Skipped } from '../core/plan.ts'
import { count } from '../core/text.ts'
import type { Context } from './context.ts'
import { shownName } from './render/name.ts'
import { renderChange } from './render/plan.ts'
import type { Choice } from './terminal/terminal.ts'

type Answer = 'leave' | 'all' | 'some'

/** A server that is left out, and what would be done to it. */
type Awaiting = Skipped & { awaiting: Change[] }

const isAwaiting = (skipped: Skipped): skipped is Awaiting => skipped.awaiting !== undefined

/** The plan with changes that were left out for want of consent. */
function including(plan: Plan, chosen: readonly Skipped[]): Plan {
  const skipped = plan.skipped.filter((each) => !chosen.includes(each))
  const changes = [...plan.changes, ...chosen.flatMap(({ awaiting }) => awaiting ?? [])]
  return {
    ...plan,
    changes,
    skipped,
    summary: { ...plan.summary, changes: changes.length, skipped: skipped.length },
  }
}

/** What speaks against including them, and how the answer is worded that does. */
function objection(awaiting: readonly Awaiting[]): { what: string; yes: string } {
  const one = awaiting.length === 1
  const codes = awaiting.flatMap(({ awaiting: changes }) =>
    changes.flatMap(({ effects }) => effects.map(({ code }) => code)),
  )
  const [lose, work] = one ? ['loses', 'does not work'] : ['lose', 'do not work']
  const losses = `${lose} something that cannot be put back`
  if (!codes.includes('unreachable')) return { what: losses, yes: `with ${one ? 'its' : 'their'} losses` }
  const dead = `${work} at the new URL`
  const all = awaiting.every(({ awaiting: changes }) =>
    changes.some(({ effects }) => effects.some(({ code }) => code === 'unreachable')),
  )
  return { what: all ? dead : `${dead}, or ${losses}`, yes: 'all the same' }
}

/**
 * Asks whether servers that lose something for good, or do not work at the new URL, are to be changed all the same; the
 * default leaves them out. Returns the plan with those that are to be changed.
 */
export async function askConsent(plan: Plan, { terminal, look }: Context): Promise<Plan> {
  const awaiting = plan.skipped.filter(isAwaiting)
  if (awaiting.length === 0) return plan
  const blocks = awaiting.flatMap(({ awaiting: changes }) => changes)
  terminal.print(['', ...blocks.map((change) => renderChange(change, look, plan))].join('\n\n'))
  const { what, yes } = objection(awaiting)
  const choices: Choice<Answer>[] = [
    { name: `No, leave ${awaiting.length === 1 ? 'it' : 'them'} out`, value: 'leave' },
    { name: `Yes, ${yes}`, value: 'all' },
    ...(awaiting.length > 1 ? [{ name: 'Choose servers', value: 'some' as const }] : []),
  ]
  const question = `${count(awaiting.length, 'server')} ${what}, see above. Include ${awaiting.length === 1 ? 'it' : 'them'}?`
  const answer = await terminal.choose(question, choices, 'leave')
  if (answer === 'leave') return plan
  if (answer === 'all') return including(plan, awaiting)
  const named = awaiting.map((each) => ({ name: shownName(each.server), value: each }))
  return including(plan, await terminal.chooseSome('Which ones? (space marks, enter goes on)', named))
}
