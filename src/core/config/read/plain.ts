import { PyDate, PyDict, PySet, PyTuple, type PyValue } from '../pyyaml/construct/values.ts'

/** More values than any real entry has; an entry of aliases upon aliases has more. */
const MOST = 20_000

/** An entry that stands for more values than this program takes. */
export class TooMuch extends Error {}

/** A date as journals have it, with a time; a date with a time as Python writes it. */
const moment = ({ kind, text }: PyDate): string => (kind === 'date' ? `${text}T00:00:00.000Z` : text)

/** A key as the text that JSON makes of it. */
function keyText(key: PyValue): string {
  if (key instanceof PyDate) return moment(key)
  return typeof key === 'object' ? '' : String(key)
}

/** What a value stands for, as plain JSON: aliases followed, each object its own copy. Throws `TooMuch`. */
export function plainValue(value: PyValue): unknown {
  let left = MOST
  const plain = (each: PyValue): unknown => {
    left -= 1
    if (left < 0) throw new TooMuch()
    if (typeof each === 'bigint') return Number(each)
    if (typeof each === 'number') return Number.isFinite(each) ? each : null
    if (Array.isArray(each)) return each.map(plain)
    if (each instanceof PyDict)
      return Object.fromEntries([...each.entries()].map(([key, member]) => [keyText(key), plain(member)]))
    if (each instanceof PyTuple) return each.items.map(plain)
    if (each instanceof PySet) return [...each.keys()].map(plain)
    if (each instanceof PyDate) return moment(each)
    return each instanceof Uint8Array ? Buffer.from(each).toString('base64') : each
  }
  return plain(value)
}
