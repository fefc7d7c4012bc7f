import { hash } from 'node:crypto'
import { isExactNumber } from './exact-json.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/**
 * JSON with the keys of every object in order, so that equal values are equal texts. `undefined` reads as `null`. Numbers
 * stand as they were read, unless they are to be `rounded` as JavaScript rounds them.
 */
export function canonical(value: unknown, numbers: 'exact' | 'rounded' = 'exact'): string {
  if (isExactNumber(value)) return numbers === 'exact' ? value.value : JSON.stringify(Number(value.value))
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each, numbers)).join(',')}]`
  if (isObject(value)) {
    const members = Object.keys(value)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key], numbers)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value ?? null)
}

/** SHA-256 of a text or of bytes, as 64 hexadecimal digits. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex')
}
