import { printable, printableJson } from '../core/text.ts'
import type { Gateway } from '../gateway/port.ts'
import type { ContestedServer } from '../runs/contested.ts'
import type { Context } from './context.ts'
import { fieldTitle, shownAt } from './render/diff.ts'
import { renderDrift } from './render/drift.ts'
import { shownName } from './render/name.ts'
import { shownRecord } from './render/record.ts'
import type { Choice } from './terminal/terminal.ts'

type Answer = 'leave' | 'write' | 'show'

async function askFor(
  contested: ContestedServer,
  gateway: Gateway,
  { terminal, look }: Context,
): Promise<Exclude<Answer, 'show'>> {
  const target = contested.edits
    .map(({ field, after }) => `${fieldTitle(field)} ${after === null ? '(nothing)' : shownAt(field, after)}`)
    .join(', ')
  const choices: Choice<Answer>[] = [
    { name: 'Leave it as it is now', value: 'leave' },
    { name: `Write over it: ${target}`, value: 'write' },
    { name: 'Show the whole record', value: 'show' },
  ]
  const name = shownName(contested.server)
  terminal.print(
    [`\n${name} was changed by somebody else:`, ...renderDrift(contested.fields, look)].join('\n'),
  )
  for (;;) {
    const answer = await terminal.choose(`${name}: what now?`, choices, 'leave')
    if (answer !== 'show') return answer
    const reading = await gateway.read(contested.server.id)
    terminal.print(
      reading.kind === 'record' ? printableJson(shownRecord(reading.record)) : printable(reading.message),
    )
  }
}

/** Asks, server by server, whether somebody's edit is to be written over. Returns those for which it is. */
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
