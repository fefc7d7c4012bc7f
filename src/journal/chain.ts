import { createHash } from 'node:crypto'
import { sha256 } from '../core/canonical.ts'
import { exactText, readExactly } from '../core/exact-json.ts'
import { JournalDamage, UPDATE } from './damage.ts'
import {
  JOURNAL_VERSION,
  type JournalEvent,
  type JournalRecord,
  journalRecord,
  lineOf,
  type LongList,
} from './records.ts'

/** The end of a chain: how many lines it has, and the hash that the last one carries. */
export interface Head {
  length: number
  hash: string | null
}

/** How long a piece of a line is at least, in characters, but for the last. */
const PIECE = 65_536

/** The JSON of an object in pieces that make it together: its members, each entry of its `list` apart. */
function* jsonInPieces(members: object, list: LongList | null): Generator<string, void> {
  const text = exactText(members)
  if (!list) {
    yield text
    return
  }
  const [name, entries] = list
  let piece = `${text.slice(0, -1)},${JSON.stringify(name)}:[`
  for (const [i, entry] of entries.entries()) {
    piece += (i === 0 ? '' : ',') + exactText(entry)
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield `${piece}]}`
}

/** A line, as pieces that are made anew whenever it is gone through: that of a run of thousands of changes is long. */
export interface Line {
  pieces: Iterable<string>
  /** Of the whole line, in UTF-8. */
  bytes: number
}

/** The pieces of a text with what stands in place of its last character. */
function* withEnd(pieces: Iterable<string>, end: string): Generator<string, void> {
  let last = ''
  for (const piece of pieces) {
    if (last !== '') yield last
    last = piece
  }
  yield last.slice(0, -1) + end
}

/**
 * The line for an event, newline included, and the head that it makes. Each line carries the SHA-256 of itself without that
 * hash, and the hash of the one before it.
 */
export function chained(head: Head, time: string, happened: JournalEvent): { line: Line; head: Head } {
  const { members, list } = lineOf(happened)
  const linked = { v: JOURNAL_VERSION, seq: head.length, time, prev: head.hash, ...members }
  const digest = createHash('sha256')
  let bytes = 0
  for (const piece of jsonInPieces(linked, list)) {
    digest.update(piece)
    bytes += Buffer.byteLength(piece)
  }
  const hash = digest.digest('hex')
  const end = `,"sha256":"${hash}"}\n`
  const pieces = { [Symbol.iterator]: () => withEnd(jsonInPieces(linked, list), end) }
  return { line: { pieces, bytes: bytes - 1 + end.length }, head: { length: head.length + 1, hash } }
}

const HASH = /^,"sha256":"([0-9a-f]{64})"\}$/
const HASH_LENGTH = `,"sha256":""}`.length + 64

const CLOSING_BRACE = 0x7d
const NEWLINE = 0x0a

/** The hash that a line carries, where it is the right one. Uses the line up: where the hash begins, it is written over. */
function ownHash(line: Buffer): string | null {
  const end = Math.max(0, line.length - HASH_LENGTH)
  const carried = HASH.exec(line.toString('latin1', end))?.[1]
  line[end] = CLOSING_BRACE
  return carried === sha256(line.subarray(0, end + 1)) ? carried : null
}

interface LineAt {
  file: string
  line: number
}

function parseLine(text: string, { file, line }: LineAt): object {
  const read = readExactly(text)
  const parsed = read.kind === 'json' ? read.value : null
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  throw new JournalDamage(
    file,
    line,
    'this is not a record',
    'Restore the file from a backup. What it cannot tell is never guessed.',
  )
}

function readLine(bytes: Buffer, place: LineAt, head: Head): { found: JournalRecord; hash: string } {
  const { file, line } = place
  const raw = parseLine(bytes.toString(), place)
  if ('v' in raw && typeof raw.v === 'number' && raw.v > JOURNAL_VERSION) {
    throw new JournalDamage(
      file,
      line,
      'it was written by a newer version of this tool',
      UPDATE,
      'journal-newer',
    )
  }
  const hash = ownHash(bytes)
  if (hash === null) {
    throw new JournalDamage(
      file,
      line,
      'this record is not as it was written',
      'Restore the file from a backup. What it cannot tell is never guessed.',
    )
  }
  const { data: found } = journalRecord.safeParse(raw)
  if (!found) throw new JournalDamage(file, line, 'this record is incomplete', null)
  if (found.seq !== head.length || found.prev !== head.hash) {
    throw new JournalDamage(
      file,
      line,
      'this record does not follow the one before it',
      'A line was changed, removed or added after it was written.',
    )
  }
  return { found, hash }
}

/**
 * A run's file, read: its records, the hashes that their lines carry, and the head. `size`: the bytes of its lines. `torn`:
 * the last line was never finished, and is left out.
 */
export interface ReadRun {
  records: JournalRecord[]
  hashes: string[]
  head: Head
  size: number
  torn: boolean
}

/**
 * Reads the bytes of a run's file, and uses them up. A last line without its newline was torn by a crash and is
 * dropped; anything else out of order throws `journal-damaged` with file and line, or `journal-newer`.
 */
export function readChain(bytes: Buffer, file: string): ReadRun {
  const records: JournalRecord[] = []
  const hashes: string[] = []
  let head: Head = { length: 0, hash: null }
  let size = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, size)) {
    const { found, hash } = readLine(bytes.subarray(size, end), { file, line: head.length + 1 }, head)
    records.push(found)
    hashes.push(hash)
    head = { length: head.length + 1, hash }
    size = end + 1
  }
  return { records, hashes, head, size, torn: size < bytes.length }
}
