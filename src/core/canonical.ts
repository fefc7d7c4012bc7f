import { hash } from 'node:crypto'
import { isExactNumber } from './exact-json.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Do numbers stand as they were read, or as JavaScript rounds them? */
type Numbers = 'exact' | 'rounded'

/**
 * JSON with the keys of every object in order, so that equal values are equal texts. `undefined` reads as `null`. Numbers
 * stand as they were read, unless they are to be `rounded` as JavaScript rounds them.
 */
export function canonical(value: unknown, numbers: Numbers = 'exact'): string {
  if (typeof value === 'boolean' || value === null || value === undefined) return String(value ?? null)
  if (!isObject(value)) return JSON.stringify(value)
  if (isExactNumber(value)) return numbers === 'exact' ? value.value : JSON.stringify(Number(value.value))
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each, numbers)).join(',')}]`
  return canonicalMembers(value, Object.keys(value), numbers)
}

/** The same of an object that has these members alone. */
export function canonicalMembers(
  object: Readonly<Record<string, unknown>>,
  names: readonly string[],
  numbers: Numbers = 'exact',
): string {
  const members = names
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonical(object[name], numbers)}`)
  return `{${members.join(',')}}`
}

/** SHA-256 of a text or of bytes, as 64 hexadecimal digits. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex')
}
