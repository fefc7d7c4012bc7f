import { placeOf } from '../../files/place.ts'
import type { Gateway } from '../../gateway/port.ts'
import { type Change, serversIn } from '../../core/plan/change.ts'
import { type Plan, readyChanges } from '../../core/plan/plan.ts'
import { unitsOf } from '../../core/plan/units.ts'
import { choosing } from '../../core/plan/withheld.ts'
import { count, shortened } from '../../core/show/text.ts'
import { wrap } from '../render/layout.ts'
import { namesOf, unitName } from '../render/name.ts'
import { renderBlocks } from '../render/plan/blocks.ts'
import { wordsFor } from '../render/words.ts'
import { cancelled, type Choice } from '../terminal/terminal.ts'
import { type Asking, chooseOrShow } from './choose-or-show.ts'
import { askYesOrNo } from './yes-or-no.ts'

type EachAnswer = 'yes' | 'no' | 'rest' | 'stop' | 'back'

const YES: Choice<EachAnswer> = { key: 'y', name: 'yes', about: 'yes, once all are decided', value: 'yes' }
const NO: Choice<EachAnswer> = { key: 'n', name: 'no', about: 'leave it as it is', value: 'no' }
const REST: Choice<EachAnswer> = {
  key: 'a',
  name: 'all the rest',
  words: ['all', 'all the rest'],
  about: 'yes to this one and all that follow',
  value: 'rest',
}
const STOP: Choice<EachAnswer> = {
  key: 'q',
  name: 'stop',
  words: ['stop', 'quit'],
  about: 'leave this one and all that follow; what you chose before is asked about once more',
  value: 'stop',
}
const BACK: Choice<EachAnswer> = { key: 'k', name: 'back', about: 'back to the one before', value: 'back' }

/** The units in the order in which they are asked about, and whose turn it is. */
interface Turn {
  units: readonly (readonly Change[])[]
  at: number
}

async function askEach(
  { units, at }: Turn,
  plan: Plan,
  gateway: Gateway,
  asking: Asking,
): Promise<EachAnswer> {
  const unit = units[at] ?? []
  const [first] = unit
  if (!first) return 'no'
  asking.terminal.print(['', ...renderBlocks(unit, asking.look, plan)].join('\n'))
  const name = shortened(unitName(unit), 60)
  const message = `${wordsFor(plan).verb} ${name}? (${at + 1}/${units.length})`
  const choices = [YES, NO, REST, STOP, ...(at > 0 ? [BACK] : [])]
  const question = { id: first.server.id, message, choices, fallback: 'no' as const }
  return chooseOrShow(question, placeOf(gateway, first), asking)
}

/** Asks once more for what was chosen before somebody stopped. Throws `cancelled` where that is nothing, or not wanted. */
async function confirmed(chosen: Change[], plan: Plan, asking: Asking): Promise<Change[]> {
  if (chosen.length === 0) throw cancelled()
  const { terminal, look } = asking
  const { verb } = wordsFor(plan)
  const n = serversIn(chosen)
  const echo = `${n} of ${serversIn(readyChanges(plan))}: ${namesOf(chosen, look)}`
  terminal.print(`\n${wrap(echo, look.width, '  ')}`)
  const yes = `${verb.toLowerCase()} ${count(n, 'server')} now`
  if (!(await askYesOrNo(`${verb} the ${n} chosen?`, { yes, no: 'write nothing' }, asking))) throw cancelled()
  return chosen
}

/** Every decision, before anything is written. */
async function decide(plan: Plan, gateway: Gateway, asking: Asking): Promise<Change[]> {
  const units = unitsOf(readyChanges(plan))
  const wanted: boolean[] = []
  const chosen = (): Change[] => units.filter((_, i) => wanted[i]).flat()
  while (wanted.length < units.length) {
    const at = wanted.length
    const answer = await askEach({ units, at }, plan, gateway, asking)
    if (answer === 'rest') return [...chosen(), ...units.slice(at).flat()]
    if (answer === 'stop') return confirmed(chosen(), plan, asking)
    if (answer === 'back') wanted.pop()
    else wanted.push(answer === 'yes')
  }
  return chosen()
}

/** Asks about each ready change of a plan. Returns the plan with the others declined; throws `cancelled` where none is wanted. */
export async function oneByOne(plan: Plan, gateway: Gateway, asking: Asking): Promise<Plan> {
  const chosen = await decide(plan, gateway, asking)
  if (chosen.length === 0) throw cancelled()
  return choosing(plan, readyChanges(plan), chosen)
}
