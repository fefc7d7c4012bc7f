import type { LogLine } from '../port.ts'

type Stream = LogLine['stream']

/** What came on one of the two streams at a time. `isWhole`: is it all that was announced? */
interface Part {
  stream: Stream
  text: Buffer
  isWhole: boolean
}

const HEADER = 8
const STDERR = 2

/**
 * The parts of a stream in which Docker sends standard output and standard error together: a header of eight bytes,
 * the first the stream, the last four the length. With a terminal there is no such thing.
 */
export function separate(raw: Buffer, hasTerminal: boolean): Part[] {
  if (hasTerminal) return [{ stream: 'stdout', text: raw, isWhole: true }]
  const parts: Part[] = []
  for (let at = 0; at < raw.length; ) {
    const begin = at + HEADER
    const end = begin + (begin <= raw.length ? raw.readUInt32BE(at + 4) : 0)
    const text = raw.subarray(begin, end)
    parts.push({ stream: raw[at] === STDERR ? 'stderr' : 'stdout', text, isWhole: end <= raw.length })
    at = end
  }
  return parts
}

/** What came on one of the two streams, as text. */
export function textOf(parts: readonly Part[], stream: Stream): string {
  return Buffer.concat(parts.flatMap((part) => (part.stream === stream ? [part.text] : []))).toString('utf8')
}

function readLine(stream: Stream, line: string): LogLine {
  const [, stamp, rest = line] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))(?: (.*))?$/s.exec(line) ?? []
  const time = stamp === undefined ? Number.NaN : Date.parse(stamp)
  if (Number.isNaN(time)) return { time: null, stream, text: line }
  return { time: new Date(time).toISOString(), stream, text: rest === line ? '' : rest }
}

/** The lines of a log that was asked for with time stamps, in the order in which they came. */
export function readLog(raw: Buffer, hasTerminal: boolean): LogLine[] {
  return separate(raw, hasTerminal).flatMap(({ stream, text }) =>
    text
      .toString('utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((line) => readLine(stream, line)),
  )
}
