import { printable } from '../../core/show/text.ts'
import type { Place } from '../../core/record/place.ts'
import type { Context } from '../context.ts'
import { shownRecord } from '../render/record.ts'
import type { Choice } from '../terminal/terminal.ts'

/** A question about one server: what may be answered, and the answer of whoever presses enter alone. */
export interface ServerQuestion<T> {
  id: string
  message: string
  choices: readonly Choice<T>[]
  fallback: T
}

/** Asks about a server; its whole record is shown as often as wanted, and the question asked again. */
export async function chooseOrShow<T extends string>(
  { id, message, choices, fallback }: ServerQuestion<T>,
  place: Place,
  { terminal }: Context,
): Promise<T> {
  const all: Choice<T | null>[] = [...choices, { name: 'Show the whole record', value: null }]
  for (;;) {
    const answer = await terminal.choose(message, all, fallback)
    if (answer !== null) return answer
    const reading = await place.read(id)
    if (reading.kind === 'record') terminal.document(shownRecord(reading.record))
    else terminal.print(printable(reading.message))
  }
}
