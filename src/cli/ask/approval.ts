import { type Change, serversIn } from '../../core/plan/change.ts'
import { awaitingChanges, type Plan, readyChanges } from '../../core/plan/plan.ts'
import { unitsOf } from '../../core/plan/units.ts'
import { awaitedConsents, choosing, consenting } from '../../core/plan/withheld.ts'
import { count } from '../../core/show/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import { unitNames } from '../render/name.ts'
import { renderBlocks } from '../render/plan/blocks.ts'
import { type RunWords, wordsFor } from '../render/words.ts'
import { cancelled, type Choice } from '../terminal/terminal.ts'
import type { Asking } from './choose-or-show.ts'
import { oneByOne } from './one-by-one.ts'
import { noTo } from './yes-or-no.ts'

type Answer = 'yes' | 'no' | 'consent' | 'some' | 'each' | 'diff'

/** What was agreed to so far, and what of the ready changes was chosen: all of them where nobody chose. */
interface Standing {
  plan: Plan
  chosen: readonly Change[] | null
}

/** The plan as it would be written now. */
const standingPlan = ({ plan, chosen }: Standing): Plan =>
  chosen === null ? plan : choosing(plan, readyChanges(plan), chosen)

/** `Change 7 servers on http://localhost:4000?` */
function question(plan: Plan): string {
  const waiting = serversIn(awaitingChanges(plan))
  const ready = serversIn(readyChanges(plan))
  const consent = ready > 0 ? '' : ` (${waiting === 1 ? '1 waits' : `${waiting} wait`}; c agrees)`
  return `${wordsFor(plan).verb} ${count(ready, 'server')} on ${plan.gateway.url}${consent}?`
}

/** What somebody agrees to with the servers that wait, by the consents that are missing. */
function objection(awaiting: readonly Change[], plan: Plan): string {
  const one = serversIn(awaiting) === 1
  const missing = new Set(awaitedConsents(awaiting, plan))
  const reasons = [
    missing.has('unreachable') ? `${one ? 'does' : 'do'} not work at the new URL` : '',
    missing.has('grants') ? `${one ? 'gets another id' : 'get other ids'}, and somebody may lose access` : '',
    missing.has('reauthorization') || missing.has('client-loss')
      ? `${one ? 'loses' : 'lose'} something that cannot be put back`
      : '',
  ].filter(Boolean)
  return `${count(serversIn(awaiting), 'server')} ${reasons.join(', or ')}, see above`
}

const NO: Choice<Answer> = noTo('write nothing', 'no')
const SOME: Choice<Answer> = {
  key: 's',
  name: 'some',
  about: 'choose servers from a list; then this question again',
  value: 'some',
}
const EACH: Choice<Answer> = {
  key: 'o',
  name: 'one by one',
  words: ['one', 'one by one'],
  about: 'decide server by server; nothing is written until all are decided',
  value: 'each',
}
const DIFF: Choice<Answer> = {
  key: 'd',
  name: 'diff',
  about: 'the diff of each record; then this question again',
  value: 'diff',
}

const yesTo = (ready: readonly Change[], { verb }: RunWords): Choice<Answer> => ({
  key: 'y',
  name: 'yes',
  about: `${verb.toLowerCase()} ${count(serversIn(ready), 'server')} now`,
  value: 'yes',
})

const consentTo = (awaiting: readonly Change[], ready: readonly Change[], plan: Plan): Choice<Answer> => ({
  key: 'c',
  name: `consent, then ${serversIn([...ready, ...awaiting])}`,
  words: ['consent'],
  about: `agree to what waits: ${objection(awaiting, plan)}; then this question again`,
  value: 'consent',
})

/** What may be answered: there is a key only for what there is. */
function choicesFor(standing: Standing): Choice<Answer>[] {
  const { plan } = standing
  const asked = standingPlan(standing)
  const [ready, awaiting] = [readyChanges(asked), awaitingChanges(asked)]
  const isOne = unitsOf(readyChanges(plan)).length < 2
  return [
    ...(ready.length > 0 ? [yesTo(ready, wordsFor(plan))] : []),
    NO,
    ...(awaiting.length > 0 ? [consentTo(awaiting, ready, plan)] : []),
    ...(isOne ? [] : [SOME, EACH]),
    DIFF,
  ]
}

/** What the list leaves of it; as it was where whoever is asked goes back. */
async function someOf({ plan, chosen }: Standing, { terminal }: Asking): Promise<Standing> {
  const units = unitsOf(readyChanges(plan))
  const names = unitNames(units)
  const marked = await terminal.chooseSome(
    'Which servers?',
    units.map((unit, i) => ({ name: names[i] ?? '', value: unit })),
  )
  return { plan, chosen: marked?.flat() ?? chosen }
}

/** Agrees to all that waits. */
function agreed({ plan, chosen }: Standing): Standing {
  const awaiting = awaitingChanges(plan)
  return { plan: consenting(plan, awaiting), chosen: chosen === null ? null : [...chosen, ...awaiting] }
}

/** The plan without what still waits: whoever was asked about it did not agree. */
const withoutWaiting = (plan: Plan): Plan => choosing(plan, awaitingChanges(plan), [])

/** What a "no" comes to: nothing is written. Where all of it waited, that is declined and the job goes on, as it may have more to ask. */
function refused(plan: Plan): Plan {
  if (readyChanges(plan).length > 0) throw cancelled()
  return withoutWaiting(plan)
}

function showDiff(plan: Plan, { terminal, look }: Asking): void {
  const shown = [...readyChanges(plan), ...awaitingChanges(plan)]
  terminal.print(`\n${renderBlocks(shown, look, plan).join('\n\n')}\n`)
}

/**
 * Asks which changes to make, those that wait for a consent among them; the default is none. Returns the plan as it is to be
 * written. Throws `cancelled` when nothing should be.
 */
export async function approve(plan: Plan, gateway: Gateway, asking: Asking): Promise<Plan> {
  let standing: Standing = { plan, chosen: null }
  for (;;) {
    const asked = standingPlan(standing)
    const answer = await asking.terminal.choose(question(asked), choicesFor(standing), 'no')
    if (answer === 'yes') return withoutWaiting(asked)
    if (answer === 'no') return refused(asked)
    if (answer === 'each') return withoutWaiting(await oneByOne(standing.plan, gateway, asking))
    if (answer === 'diff') showDiff(asked, asking)
    if (answer === 'consent') standing = agreed(standing)
    if (answer === 'some') standing = await someOf(standing, asking)
  }
}
