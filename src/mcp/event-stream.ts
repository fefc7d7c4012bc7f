/** One event of a server-sent stream; `message` where it names no kind. */
export interface StreamEvent {
  kind: string
  text: string
}

function eventOf(block: string): StreamEvent | null {
  let kind = 'message'
  const lines: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(event|data): ?(.*)$/.exec(line) ?? []
    if (field === 'event') kind = value
    if (field === 'data') lines.push(value)
  }
  return lines.length === 0 ? null : { kind, text: lines.join('\n') }
}

/** The events of a text that comes in pieces (WHATWG, "Server-sent events"). */
export async function* eventsIn(pieces: AsyncIterable<string>): AsyncGenerator<StreamEvent> {
  let rest = ''
  for await (const piece of pieces) {
    // A break in two characters may come in two pieces.
    rest = (rest + piece).replace(/\r\n/g, '\n').replace(/\r(?!$)/g, '\n')
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event) yield event
    }
  }
}
