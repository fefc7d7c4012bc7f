import { exactText, readExactBytes } from '../exact-json.ts'
import type { ServerRecord } from './server.ts'

const isSame = (a: unknown, b: unknown): boolean => a === b || exactText(a) === exactText(b)

/** How many bytes are asked of the system at once. */
const SLAB = 262_144
let slab = Buffer.alloc(0)

/**
 * The bytes of a text, side by side with those of others that are kept as long. Of Node's pool they would hold 8 kB each that
 * answers share, and on their own lie scattered in what lists of megabytes come and go in.
 */
function stored(text: string): Uint8Array {
  const length = Buffer.byteLength(text)
  if (length > slab.length) slab = Buffer.allocUnsafeSlow(Math.max(SLAB, length))
  const bytes = slab.subarray(0, length)
  bytes.write(text)
  slab = slab.subarray(length)
  return bytes
}

/** What a record holds otherwise than another one; `null` where it lacks a field of that. */
function beside(record: ServerRecord, other: ServerRecord): Record<string, unknown> | null {
  if (!Object.keys(other).every((name) => Object.hasOwn(record, name))) return null
  return Object.fromEntries(
    Object.entries(record).filter(
      ([name, value]) => !Object.hasOwn(other, name) || !isSame(value, other[name]),
    ),
  )
}

/**
 * A record that is kept, as the bytes of its JSON: they take half the memory of a text, and lie outside of V8's heap. One that is
 * kept beside another, which it is like, is no more than what differs.
 */
export class KeptRecord {
  readonly json: Uint8Array
  readonly #base: KeptRecord | null

  constructor(record: ServerRecord, like: KeptRecord | null = null) {
    const base = like && (like.#base ?? like)
    const differences = base && beside(record, base.read())
    this.#base = differences && base
    this.json = stored(exactText(differences ?? record))
  }

  /** A record holds what nobody may see: it is for no document. */
  toJSON(): string {
    return '(record)'
  }

  /** The record, made anew. */
  read(): ServerRecord {
    const read = readExactBytes(this.json)
    if (read.kind === 'fault') throw new Error(`a record that was kept is ${read.what}`)
    const own = read.value as ServerRecord
    return this.#base ? { ...this.#base.read(), ...own } : own
  }
}
