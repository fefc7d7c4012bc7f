import {
  type PyValue,
  PyDate,
  PyDict,
  PySet,
  PyTuple,
} from '../../src/core/config/pyyaml/construct/values.ts'

const MOST = 20_000

class TooMuch extends Error {}

/** Lists, objects and primitives as `read.py` writes them. */
export type Encoded = null | boolean | string | Encoded[] | { [key: string]: Encoded }

/** As Python's `json.dumps` writes it, with nothing but ASCII. */
function asText(value: Encoded): string {
  return JSON.stringify(value).replace(
    /[\u007F-\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// Python orders texts by code point, which is the order of UTF-16 as long as all is ASCII.
const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < 1e16)) return Number.isInteger(value) ? `${value}.0` : `${value}`
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes.toString('hex')
}

function intText(value: bigint): string {
  const size = value < 0n ? -value : value
  if (size < 1n << 4096n) return String(value)
  return `${value < 0n ? '-' : ''}0x${size.toString(16)}`
}

class Encoder {
  #count = 0

  encode(value: PyValue): Encoded {
    if (++this.#count > MOST) throw new TooMuch()
    if (typeof value === 'bigint') return { i: intText(value) }
    if (typeof value === 'number') return { f: floatText(value) }
    if (value === null || typeof value !== 'object') return value
    if (value instanceof PyDate) return { [value.kind === 'date' ? 'd' : 't']: value.text }
    if (value instanceof Uint8Array) return { b: Buffer.from(value).toString('base64') }
    return this.#parts(value)
  }

  #parts(value: PyValue[] | PyTuple | PyDict | PySet): Encoded {
    if (Array.isArray(value)) return value.map((part) => this.encode(part))
    if (value instanceof PyTuple) return { p: value.items.map((part) => this.encode(part)) }
    if (value instanceof PySet)
      return {
        s: sorted(
          value.keys().map((part) => this.encode(part)),
          (part) => part,
        ),
      }
    const pairs = [...value.entries()].map(([key, part]) => [this.encode(key), this.encode(part)])
    return { m: sorted(pairs, ([key = null]) => key) }
  }
}

function sorted<Part extends Encoded>(parts: Part[], keyOf: (part: Part) => Encoded): Part[] {
  const keyed = parts.map((part) => ({ part, key: asText(keyOf(part)) }))
  return keyed.toSorted((one, other) => byText(one.key, other.key)).map(({ part }) => part)
}

/** A value as `read.py` writes it. */
export function encode(value: PyValue): string {
  try {
    return asText(new Encoder().encode(value))
  } catch (error) {
    if (error instanceof TooMuch) return asText({ 'too much': true })
    throw error
  }
}
