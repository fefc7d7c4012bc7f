import { type Change, serversIn } from '../../core/plan/change.ts'
import { type Plan, readyChanges } from '../../core/plan/plan.ts'
import { unitsOf } from '../../core/plan/units.ts'
import { choosing } from '../../core/plan/withheld.ts'
import { unitName } from '../render/name.ts'
import { cancelled, type Choice } from '../terminal/terminal.ts'
import { count } from '../../core/show/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import { placeOf } from '../../files/place.ts'
import type { Context } from '../context.ts'
import { wordsFor } from '../render/words.ts'
import { renderBlocks } from '../render/plan/blocks.ts'
import { chooseOrShow } from './choose-or-show.ts'

type ApprovalAnswer = 'all' | 'some' | 'each' | 'cancel'
type EachAnswer = 'yes' | 'no' | 'rest' | 'stop'

/** "Change 7 servers on https://… (1.106.2, master key)?" */
function question(plan: Plan): string {
  const { gateway } = plan
  return `${wordsFor(plan).verb} ${count(serversIn(readyChanges(plan)), 'server')} on ${gateway.url} (${gateway.version ?? 'release unknown'}, ${gateway.account})?`
}

async function askEach(
  unit: readonly Change[],
  { plan, counter, chosen }: { plan: Plan; counter: string; chosen: number },
  gateway: Gateway,
  context: Context,
): Promise<EachAnswer> {
  const { verb } = wordsFor(plan)
  const before = chosen > 0 ? `, and ${verb.toLowerCase()} the ${chosen} chosen` : ''
  const [yes = '', ...more] = verb.toLowerCase().split(' ')
  const choices: Choice<EachAnswer>[] = [
    { name: 'No, leave it', value: 'no' },
    { name: `Yes, ${[yes, 'it', ...more].join(' ')} once you have seen them all`, value: 'yes' },
    { name: 'Yes, and all the rest', value: 'rest' },
    { name: `Stop: leave this and the rest${before}`, value: 'stop' },
  ]
  const [first] = unit
  if (!first) return 'no'
  context.terminal.print(['', ...renderBlocks(unit, context.look, plan)].join('\n'))
  const message = `${counter} ${unitName(unit)}`
  return chooseOrShow(
    { id: first.server.id, message, choices, fallback: 'no' },
    placeOf(gateway, first),
    context,
  )
}

async function oneByOne(plan: Plan, gateway: Gateway, context: Context): Promise<Change[]> {
  const units = unitsOf(readyChanges(plan))
  const chosen: Change[] = []
  for (const [i, unit] of units.entries()) {
    const counter = `(${i + 1}/${units.length})`
    const answer = await askEach(unit, { plan, counter, chosen: serversIn(chosen) }, gateway, context)
    if (answer === 'rest') return [...chosen, ...units.slice(i).flat()]
    if (answer === 'stop') return chosen
    if (answer === 'yes') chosen.push(...unit)
  }
  return chosen
}

async function someOf(plan: Plan, { terminal }: Context): Promise<Change[]> {
  const units = unitsOf(readyChanges(plan))
  const chosen = await terminal.chooseSome(
    'Which ones? (space marks, enter changes the marked ones)',
    units.map((unit) => ({ name: unitName(unit), value: unit })),
  )
  return chosen.flat()
}

/**
 * Asks which changes to make; the default is none. Returns the plan with the others declined. Throws `cancelled` when
 * nothing should be written.
 */
export async function approve(plan: Plan, gateway: Gateway, context: Context): Promise<Plan> {
  const choices: Choice<ApprovalAnswer>[] = [
    { name: 'No, write nothing', value: 'cancel' },
    { name: `${wordsFor(plan).verb} all ${serversIn(readyChanges(plan))}`, value: 'all' },
    { name: 'Choose servers', value: 'some' },
    { name: 'Go one by one', value: 'each' },
  ]
  const answer = await context.terminal.choose(question(plan), choices, 'cancel')
  if (answer === 'cancel') throw cancelled()
  if (answer === 'all') return plan
  const changes = answer === 'some' ? await someOf(plan, context) : await oneByOne(plan, gateway, context)
  if (changes.length === 0) throw cancelled()
  return choosing(plan, readyChanges(plan), changes)
}
