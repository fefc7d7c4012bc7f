/** What Python has after `safe_load`: an int is a bigint, a float a number, bytes are a Uint8Array, a list is an array. */
export type PyValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | PyDate
  | Uint8Array
  | PyValue[]
  | PyTuple
  | PyDict
  | PySet

/** A date, or a date with a time. */
export class PyDate {
  readonly kind: 'date' | 'datetime'
  /** What `isoformat()` gives. */
  readonly text: string
  /** Seconds and microseconds in UTC where the time zone is known: two such times are equal when these are. */
  readonly instant: string | null

  constructor(kind: 'date' | 'datetime', text: string, instant: string | null = null) {
    this.kind = kind
    this.text = text
    this.instant = instant
  }
}

/** An entry of `!!omap` and `!!pairs`. */
export class PyTuple {
  readonly items: [PyValue, PyValue]

  constructor(items: [PyValue, PyValue]) {
    this.items = items
  }
}

/** What can be a key, as `isHashable` finds out. */
export type PyKey = Exclude<PyValue, PyValue[] | PyTuple | PyDict | PySet>

/** Can this be a key in Python? */
export function isHashable(value: PyValue): value is PyKey {
  return !(
    Array.isArray(value) ||
    value instanceof PyDict ||
    value instanceof PySet ||
    value instanceof PyTuple
  )
}

function numberIdentity(value: number): string {
  return Number.isInteger(value) ? numericIdentity(BigInt(value)) : `n${value}`
}

const numericIdentity = (value: bigint): string => `n${value.toString(16)}`

/** A text that two keys share exactly where Python takes them for one. `nan` tells apart what is equal to nothing. */
export function identityOf(value: PyKey, nan = ''): string {
  if (typeof value === 'string') return `s${value}`
  if (value === null) return 'null'
  if (typeof value === 'boolean') return numericIdentity(value ? 1n : 0n)
  if (typeof value === 'bigint') return numericIdentity(value)
  if (typeof value === 'number') return Number.isNaN(value) ? `nan${nan}` : numberIdentity(value)
  if (value instanceof PyDate) return value.instant === null ? `d${value.text}` : `i${value.instant}`
  return `b${value.join()}`
}

/** A dict: of two equal keys the first stays, with the value of the last. */
export class PyDict {
  readonly #pairs = new Map<string, [PyValue, PyValue]>()

  get(key: string): PyValue | undefined {
    return this.#pairs.get(identityOf(key))?.[1]
  }

  has(key: string): boolean {
    return this.#pairs.has(identityOf(key))
  }

  /** In the order in which the keys came first. */
  entries(): Iterable<[PyValue, PyValue]> {
    return this.#pairs.values()
  }

  get size(): number {
    return this.#pairs.size
  }

  /** `identity`: what `identityOf` says of the key. */
  set(identity: string, key: PyKey, value: PyValue): void {
    const known = this.#pairs.get(identity)
    if (known) known[1] = value
    else this.#pairs.set(identity, [key, value])
  }
}

/** A set, as `!!set` makes it. */
export class PySet {
  readonly #dict = new PyDict()

  /** In the order in which the keys came. */
  keys(): PyValue[] {
    return [...this.#dict.entries()].map(([key]) => key)
  }

  get size(): number {
    return this.#dict.size
  }

  add(identity: string, key: PyKey): void {
    this.#dict.set(identity, key, null)
  }
}
