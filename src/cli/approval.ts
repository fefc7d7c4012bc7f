import { shownName } from './render/name.ts'
import type { Change, Plan } from '../core/plan.ts'
import { cancelled, type Choice } from './terminal/terminal.ts'
import { count } from '../core/text.ts'
import type { Gateway } from '../gateway/port.ts'
import { placeOf } from '../runs/place-of.ts'
import type { Context } from './context.ts'
import { renderChange } from './render/plan.ts'
import { chooseOrShow } from './record-choice.ts'

type Answer = 'all' | 'some' | 'each' | 'cancel'
type EachAnswer = 'yes' | 'no' | 'rest' | 'stop'

const name = (change: Change): string => shownName(change.server)

/** "Change 7 servers on https://… (1.106.2, master key)?" */
function question({ changes, gateway, reverts }: Plan): string {
  const verb = reverts === null ? 'Change' : 'Take back'
  return `${verb} ${count(changes.length, 'server')} on ${gateway.url} (${gateway.version ?? 'release unknown'}, ${gateway.account})?`
}

async function askEach(
  change: Change,
  { plan, place, chosen }: { plan: Plan; place: string; chosen: number },
  gateway: Gateway,
  context: Context,
): Promise<EachAnswer> {
  const before = chosen > 0 ? `, and change the ${chosen} chosen` : ''
  const choices: Choice<EachAnswer>[] = [
    { name: 'No, leave it', value: 'no' },
    { name: 'Yes, change it when all are gone through', value: 'yes' },
    { name: 'Yes, and all the rest', value: 'rest' },
    { name: `Stop: leave this and the rest${before}`, value: 'stop' },
  ]
  context.terminal.print(`\n${renderChange(change, context.look, plan)}`)
  const message = `${place} ${name(change)}`
  return chooseOrShow(
    { id: change.server.id, message, choices, fallback: 'no' },
    placeOf(gateway, change),
    context,
  )
}

async function oneByOne(plan: Plan, gateway: Gateway, context: Context): Promise<Change[]> {
  const { changes } = plan
  const chosen: Change[] = []
  for (const [i, change] of changes.entries()) {
    const place = `(${i + 1}/${changes.length})`
    const answer = await askEach(change, { plan, place, chosen: chosen.length }, gateway, context)
    if (answer === 'rest') return [...chosen, ...changes.slice(i)]
    if (answer === 'stop') return chosen
    if (answer === 'yes') chosen.push(change)
  }
  return chosen
}

async function someOf({ changes }: Plan, { terminal }: Context): Promise<Change[]> {
  return terminal.chooseSome(
    'Which ones? (space marks, enter changes the marked ones)',
    changes.map((change) => ({ name: name(change), value: change })),
  )
}

/**
 * Asks which changes to make; the default is none. Returns the plan with those alone. Throws `cancelled` when
 * nothing is to be written.
 */
export async function approve(plan: Plan, gateway: Gateway, context: Context): Promise<Plan> {
  const what = plan.reverts === null ? 'Change' : 'Take back'
  const choices: Choice<Answer>[] = [
    { name: 'No, write nothing', value: 'cancel' },
    { name: `${what} all ${plan.changes.length}`, value: 'all' },
    { name: 'Choose servers', value: 'some' },
    { name: 'Go one by one', value: 'each' },
  ]
  const answer = await context.terminal.choose(question(plan), choices, 'cancel')
  if (answer === 'cancel') throw cancelled()
  if (answer === 'all') return plan
  const changes = answer === 'some' ? await someOf(plan, context) : await oneByOne(plan, gateway, context)
  if (changes.length === 0) throw cancelled()
  return { ...plan, changes, summary: { ...plan.summary, changes: changes.length } }
}
