import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json'

const number = (text: string): unknown =>
  String(Number(text)) === text ? Number(text) : new LosslessNumber(text)

/**
 * JSON as a database keeps it: numbers that JavaScript would alter stand as their text, and of two members of one name the
 * last counts, as for Python. Throws where it is no JSON.
 */
export function readJson(text: string): unknown {
  return parse(text, null, { parseNumber: number, onDuplicateKey: ({ newValue }) => newValue })
}

/** The same value as a text. */
export function jsonText(value: unknown): string | undefined {
  const text = JSON.stringify(value)
  // The library takes its time, and few answers hold such a number.
  return text.includes('"isLosslessNumber":true') ? stringify(value) : text
}

/** A copy that shares nothing with the value. */
export function copyOf<T>(value: T): T
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => copyOf(each))
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf<unknown>(member)]))
}
