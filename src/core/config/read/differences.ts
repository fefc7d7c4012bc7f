import { PyDate, PyDict, PySet, PyTuple, type PyValue } from '../pyyaml/construct/values.ts'

/** A place in which two values differ; `undefined` where it is in one of them only. */
export interface Difference {
  path: readonly string[]
  before: PyValue | undefined
  after: PyValue | undefined
}

/** Far more than an edit may make. */
const MOST = 10_000

/** A key in a path. What is no text cannot be mistaken for one. Of keys that are no scalars, which Python has not, one. */
export function step(key: PyValue): string {
  if (typeof key === 'string') return key
  if (key instanceof PyDate) return `\0${key.kind} ${key.text}`
  return `\0${typeof key} ${typeof key === 'object' ? '' : String(key)}`
}

type Members = ReadonlyMap<string, PyValue>

/** What a value holds, by step; `null` where it holds nothing and is compared as it is. */
function members(value: PyValue | undefined): Members | null {
  if (value instanceof PyDict)
    return new Map([...value.entries()].map(([key, member]) => [step(key), member]))
  if (value instanceof PySet) return new Map([...value.keys()].map((key) => [step(key), null]))
  if (value instanceof PyTuple) return new Map(value.items.map((item, i) => [`[${i}]`, item]))
  return Array.isArray(value) ? new Map(value.map((item, i) => [`[${i}]`, item])) : null
}

function isSameLeaf(a: PyValue | undefined, b: PyValue | undefined): boolean {
  if (a instanceof PyDate && b instanceof PyDate) return a.kind === b.kind && a.text === b.text
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.from(a).equals(b)
  return Object.is(a, b)
}

/**
 * All places in which two values differ. Parts that several places share are compared once, so that a file built of
 * aliases upon aliases takes no longer than its text. `null` where there are more differences than an edit could make.
 */
export function differences(a: PyValue, b: PyValue): Difference[] | null {
  const known = new Map<unknown, Map<unknown, readonly Difference[]>>()
  let left = MOST
  const between = (before: PyValue | undefined, after: PyValue | undefined): readonly Difference[] => {
    if (isSameLeaf(before, after)) return []
    const [own, other] = [members(before), members(after)]
    if (!own || !other || before?.constructor !== after?.constructor) return [{ path: [], before, after }]
    const found = known.get(before)?.get(after)
    if (found) return found
    const all: Difference[] = []
    for (const key of new Set([...own.keys(), ...other.keys()])) {
      for (const each of between(own.get(key), other.get(key))) {
        if ((left -= 1) < 0) return all
        all.push({ ...each, path: [key, ...each.path] })
      }
    }
    known.set(before, (known.get(before) ?? new Map()).set(after, all))
    return all
  }
  const all = between(a, b)
  return left < 0 ? null : [...all]
}
