import { count, printable } from '../../core/show/text.ts'
import type { AppliedChange } from '../../core/run/outcome.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Person } from '../../runs/job/ports.ts'
import type { ContestedServer } from '../../core/plan/over-edits.ts'
import type { Context } from '../context.ts'
import { type WideReach, wideReachText } from '../../core/plan/consent/wide-reach.ts'
import { warningLines } from '../render/layout.ts'
import { shownName } from '../render/name.ts'
import { fieldTitle, shownAt } from '../render/plan/diff.ts'
import { renderDrift } from '../render/plan/drift.ts'
import { cancelled, type Choice } from '../terminal/terminal.ts'
import { approve } from './approval.ts'
import { chooseOrShow } from './choose-or-show.ts'
import { chooseForUnfinished } from './unfinished.ts'
import { askYesOrNo } from './yes-or-no.ts'

type EditAnswer = 'leave' | 'write'

async function askFor(contested: ContestedServer, gateway: Gateway, context: Context): Promise<EditAnswer> {
  const target = contested.edits
    .map(({ field, after }) => `${fieldTitle(field)} ${after === null ? '(nothing)' : shownAt(field, after)}`)
    .join(', ')
  const choices: Choice<EditAnswer>[] = [
    { key: 'l', name: 'leave it as it is now', words: ['leave'], value: 'leave' },
    { key: 'w', name: `write over it: ${target}`, words: ['write', 'write over'], value: 'write' },
  ]
  const name = shownName(contested.server)
  context.terminal.print(
    [`\n${name} was changed by somebody else:`, ...renderDrift(contested.fields, context.look)].join('\n'),
  )
  const message = `${name}: what now?`
  return chooseOrShow({ id: contested.server.id, message, choices, fallback: 'leave' }, gateway, context)
}

/** Asks, server by server, whether to write over somebody's edit. Returns those for which the answer is yes. */
async function chooseContested(
  contested: readonly ContestedServer[],
  gateway: Gateway,
  context: Context,
): Promise<ContestedServer[]> {
  const chosen: ContestedServer[] = []
  for (const each of contested) {
    if ((await askFor(each, gateway, context)) === 'write') chosen.push(each)
  }
  return chosen
}

/** Offers to take a run back; the default leaves it. */
function askBack(failing: readonly AppliedChange[], context: Context): Promise<boolean> {
  const isOne = failing.length === 1
  const [question, no] =
    failing.length === 0
      ? ['The sandbox ends now. Take the run back first, to see how that goes?', 'end the sandbox']
      : [
          `${count(failing.length, 'server')} ${isOne ? 'does' : 'do'} not work at the new URL, see above. Take the run back?`,
          isOne ? 'leave it as it is' : 'leave them as they are',
        ]
  // The report stands right above it.
  context.terminal.remark('')
  return askYesOrNo(question, { yes: 'take back all that this run wrote', no }, context)
}

/** Asks for the number of servers, so that nobody overlooks how many a new rule changes. Throws `cancelled` for anything else. */
async function askNumber(reach: WideReach, { terminal, look }: Context): Promise<boolean> {
  terminal.warn(look.paint('yellow', warningLines(`${wideReachText(reach)}.`, look)))
  for (;;) {
    const question = `If all ${reach.servers} are meant, type that number`
    const typed = (await terminal.askText(question, 'nothing is written')).trim()
    if (typed === String(reach.servers)) return true
    if (!/^\d+$/.test(typed)) throw cancelled()
    terminal.warn(`  It would change ${reach.servers}, not ${printable(typed)}.`)
  }
}

/** Whoever sits at the terminal, asked about the servers of a gateway. */
export const personAt = (gateway: Gateway, context: Context): Person => ({
  approve: (plan) => approve(plan, gateway, context),
  allow: (reach) => askNumber(reach, context),
  decide: (resumption) => chooseForUnfinished(resumption, context),
  chooseContested: (contested) => chooseContested(contested, gateway, context),
  wantsBack: (failing) => askBack(failing, context),
})
