const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

const BLANKS: readonly (number | undefined)[] = [0x20, 0x09, 0x0a, 0x0d]

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Where the first byte from `at` on is that is no blank. */
function pastBlanks(bytes: Uint8Array, at: number): number {
  let found = at
  while (BLANKS.includes(bytes[found])) found += 1
  return found
}

/** Where the text ends that begins at `at`: right behind its quote. */
function pastText(bytes: Uint8Array, at: number): number {
  let end = at + 1
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1
  return end + 1
}

const opens = (byte: number | undefined): boolean => byte === OPEN_LIST || byte === OPEN_OBJECT
const closes = (byte: number | undefined): boolean => byte === CLOSE_LIST || byte === CLOSE_OBJECT

/** Where the entry ends that begins at `at`: at the comma behind it, or at the end of the list. */
function endOfEntry(bytes: Uint8Array, at: number): number {
  let depth = 0
  for (let end = at; end < bytes.length; ) {
    const byte = bytes[end]
    if (depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) return end
    if (opens(byte)) depth += 1
    else if (closes(byte)) depth -= 1
    end = byte === QUOTE ? pastText(bytes, end) : end + 1
  }
  return bytes.length
}

/**
 * The bytes of each entry of a list in JSON, in whatever encoding that has ASCII in it; `null` where they are no list. Whether
 * an entry is JSON is for whoever reads it. One pass, and nothing is copied: a list of thousands of servers has many megabytes.
 */
export function entriesIn(body: Buffer): Buffer[] | null {
  const start = body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
  let at = pastBlanks(body, start)
  if (body[at] !== OPEN_LIST) return null
  at = pastBlanks(body, at + 1)
  const entries: Buffer[] = []
  if (body[at] !== CLOSE_LIST)
    for (let isLast = false; !isLast; ) {
      const end = endOfEntry(body, at)
      entries.push(body.subarray(at, end))
      isLast = body[end] !== COMMA
      at = isLast ? end : end + 1
    }
  return body[at] === CLOSE_LIST && pastBlanks(body, at + 1) === body.length ? entries : null
}
