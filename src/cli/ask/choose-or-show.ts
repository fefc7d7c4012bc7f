import { printable } from '../../core/show/text.ts'
import type { Place } from '../../core/record/place.ts'
import type { Context } from '../context.ts'
import { shownRecord } from '../render/record.ts'
import type { Choice } from '../terminal/terminal.ts'

/** What questions are asked with. */
export type Asking = Pick<Context, 'terminal' | 'look'>

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
  { terminal }: Asking,
): Promise<T> {
  const show: Choice<null> = {
    key: 'd',
    name: 'whole record',
    words: ['record', 'whole record'],
    about: 'the whole record; then this question again',
    value: null,
  }
  const all: Choice<T | null>[] = [...choices, show]
  for (;;) {
    const answer = await terminal.choose(message, all, fallback)
    if (answer !== null) return answer
    const reading = await place.read(id)
    if (reading.kind === 'record') terminal.document(shownRecord(reading.record))
    else terminal.print(printable(reading.message))
  }
}
