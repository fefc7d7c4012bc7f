import { isExactNumber } from '../exact-json.ts'
import { ownMember } from '../own-member.ts'

/** One step of a path: the key of an object or the index of a list. */
export type Step = string | number

const PLAIN = /^[A-Za-z_][\w-]*$/
const PATH_START = /^[A-Za-z_]/
const STEP = /(?:^|\.)([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y

/**
 * A place in a record as text: `url`, `args[1]`, `mcp_info.docs.url`. Keys that are more than letters, digits, `_` and
 * `-` stand as JSON in brackets, `env["A.B"]`, so that no two places have the same text.
 */
export function pathText(steps: readonly Step[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`
    if (!PLAIN.test(step)) return `${path}[${JSON.stringify(step)}]`
    return path === '' ? step : `${path}.${step}`
  }, '')
}

function readKey(json: string): string {
  const key: unknown = JSON.parse(json)
  return String(key)
}

/** The steps of a path. A text that is no path is the name of a field, whole. */
export function stepsOf(path: string): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < path.length; ) {
    STEP.lastIndex = at
    const [, name, index, quoted] = STEP.exec(path) ?? []
    if (name !== undefined) steps.push(name)
    else if (index !== undefined) steps.push(Number(index))
    else if (quoted !== undefined) steps.push(readKey(quoted))
    else return [path]
    at = STEP.lastIndex
  }
  return steps
}

/** Is a text a path as `pathText` writes it? Every place in a record has one such text. */
export const isPath = (text: string): boolean => pathText(stepsOf(text)) === text && PATH_START.test(text)

/** The field of the record in which a path begins: what a write has to send whole. */
export function fieldOf(path: string): string {
  return String(stepsOf(path)[0] ?? path)
}

function member(value: unknown, step: Step): unknown {
  if (value === null || typeof value !== 'object' || isExactNumber(value)) return undefined
  if (Array.isArray(value) !== (typeof step === 'number')) return undefined
  return ownMember(value as Readonly<Record<string, unknown>>, String(step))
}

/** What stands at a path, `null` where there is no such place. */
export function valueAt(record: Readonly<Record<string, unknown>>, path: string): unknown {
  return stepsOf(path).reduce<unknown>(member, record) ?? null
}

function replaced(value: unknown, [step, ...rest]: readonly Step[], next: unknown): unknown {
  if (step === undefined) return next
  const old = member(value, step)
  if (old === undefined) return value
  const fresh = replaced(old, rest, next)
  if (Array.isArray(value)) return value.map((each: unknown, i) => (i === step ? fresh : each))
  return Object.fromEntries(
    Object.entries({ ...(value as object) }).map(([key, each]: [string, unknown]) => [
      key,
      key === step ? fresh : each,
    ]),
  )
}

/** The fields in which these paths begin, whole, with the new values at them. A place inside a field that is not there stays so. */
export function fieldsWith(
  record: Readonly<Record<string, unknown>>,
  values: readonly { path: string; value: unknown }[],
): Record<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const { path, value } of values) {
    const [, ...inside] = stepsOf(path)
    const field = fieldOf(path)
    fields.set(
      field,
      replaced(fields.has(field) ? fields.get(field) : ownMember(record, field), inside, value),
    )
  }
  return Object.fromEntries(fields)
}

/** A text in a record: at `path`, or as the name of what stands there. */
export interface PlacedText {
  path: string
  text: string
  isName: boolean
}

/** All texts inside a value, the names of its members among them. */
export function textsIn(value: unknown, steps: readonly Step[] = []): PlacedText[] {
  if (typeof value === 'string') return [{ path: pathText(steps), text: value, isName: false }]
  if (Array.isArray(value)) return value.flatMap((each, i) => textsIn(each, [...steps, i]))
  if (value === null || typeof value !== 'object' || isExactNumber(value)) return []
  return Object.entries(value).flatMap(([key, each]) => [
    { path: pathText([...steps, key]), text: key, isName: true },
    ...textsIn(each, [...steps, key]),
  ])
}
