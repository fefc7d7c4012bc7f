import type { Gateway } from '../../gateway/port.ts'
import type { ContestedServer } from '../../runs/plan/over-edits.ts'
import type { Context } from '../context.ts'
import { fieldTitle, shownAt } from '../render/plan/diff.ts'
import { renderDrift } from '../render/plan/drift.ts'
import { shownName } from '../render/name.ts'
import { chooseOrShow } from './record.ts'
import type { Choice } from '../terminal/terminal.ts'

type Answer = 'leave' | 'write'

async function askFor(contested: ContestedServer, gateway: Gateway, context: Context): Promise<Answer> {
  const target = contested.edits
    .map(({ field, after }) => `${fieldTitle(field)} ${after === null ? '(nothing)' : shownAt(field, after)}`)
    .join(', ')
  const choices: Choice<Answer>[] = [
    { name: 'Leave it as it is now', value: 'leave' },
    { name: `Write over it: ${target}`, value: 'write' },
  ]
  const name = shownName(contested.server)
  context.terminal.print(
    [`\n${name} was changed by somebody else:`, ...renderDrift(contested.fields, context.look)].join('\n'),
  )
  const message = `${name}: what now?`
  return chooseOrShow({ id: contested.server.id, message, choices, fallback: 'leave' }, gateway, context)
}

/** Asks, server by server, whether to write over somebody's edit. Returns those for which the answer is yes. */
export async function chooseContested(
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
