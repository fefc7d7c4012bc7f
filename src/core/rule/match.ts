import { type Address, type Origin, originText } from './address.ts'
import { isLoopbackName } from './host-names.ts'
import { isDotSegment, LOOPBACK, type Part, type UrlPattern } from './pattern.ts'

/** What the variables of a pattern stand for in an address; `*` is what `/*` stands for. */
export type Values = ReadonlyMap<string, string>

/** The values that a variable may have, where a rule says so. */
export type Where = ReadonlyMap<string, readonly string[]>

/** What stands after host and port, in two: the path, and query and fragment. */
export function splitRest(rest: string): { path: string; tail: string } {
  const at = rest.search(/[?#]/)
  return at < 0 ? { path: rest, tail: '' } : { path: rest.slice(0, at), tail: rest.slice(at) }
}

/** The value of a variable in a text, or `null`; of a plain part `''`. */
function valueIn({ before, name, after }: Part, text: string, where: Where): string | null {
  if (name === null) return text === before ? '' : null
  if (text.length <= before.length + after.length) return null
  if (!text.startsWith(before) || !text.endsWith(after)) return null
  const value = text.slice(before.length, text.length - after.length)
  return where.get(name)?.includes(value) === false ? null : value
}

function valuesOf(parts: readonly Part[], texts: readonly string[], where: Where): [string, string][] | null {
  if (parts.length !== texts.length) return null
  const values: [string, string][] = []
  for (const [i, part] of parts.entries()) {
    const value = valueIn(part, texts[i] ?? '', where)
    if (value === null) return null
    if (part.name !== null) values.push([part.name, value])
  }
  return values
}

function hostValues({ host }: UrlPattern, text: string, where: Where): [string, string][] | null {
  if (host === LOOPBACK) return isLoopbackName(text) ? [] : null
  return valuesOf(host, text.startsWith('[') ? [text] : text.split('.'), where)
}

/** Is this host one of a pattern's? */
export const hasHost = (pattern: UrlPattern, host: string, where: Where): boolean =>
  hostValues(pattern, host, where) !== null

/** Is this origin one of a pattern's? */
export const hasOrigin = (pattern: UrlPattern, { scheme, host, port }: Origin, where: Where): boolean =>
  scheme === pattern.scheme && port === pattern.port && hasHost(pattern, host, where)

/** A segment that clients take out, or that goes on where they see a slash, leads elsewhere than it looks. */
const isSegment = (text: string): boolean => !isDotSegment(text) && !text.includes('\\')

function pathValues({ path: pattern }: UrlPattern, path: string, where: Where): [string, string][] | null {
  if (pattern === null) return []
  const { segments, isOpen } = pattern
  // An address without a path is asked for as `/`.
  const [, ...texts] = (path === '' ? '/' : path).split('/')
  if (!isOpen) return texts.every(isSegment) ? valuesOf(segments, texts, where) : null
  if (texts.length <= segments.length) return null
  if (!texts.every(isSegment)) return null
  const values = valuesOf(segments, texts.slice(0, segments.length), where)
  return values && [...values, ['*', texts.slice(segments.length).join('/')]]
}

/** What the variables of a pattern stand for in an address that it is about; `null` for another address. */
export function matchPattern(pattern: UrlPattern, address: Address, where: Where): Values | null {
  if (address.port !== pattern.port || address.scheme !== pattern.scheme) return null
  const host = hostValues(pattern, address.host, where)
  const path = host && pathValues(pattern, splitRest(address.rest).path, where)
  return path && new Map([...(host ?? []), ...path])
}

/** A label of a host, as names of containers have them, too. */
const LABEL = /^[a-z\d_](?:[a-z\d_-]*[a-z\d_])?$/i

const filled = (parts: readonly Part[], values: Values): string[] =>
  parts.map(({ before, name, after }) => before + (name === null ? '' : (values.get(name) ?? '')) + after)

/**
 * What an address becomes: the pattern with these values in it, put in at one stroke, and with the query and fragment that
 * the address had. `fault`: a value cannot stand where the pattern has it.
 */
export function addressFrom(
  pattern: UrlPattern,
  values: Values,
  { rest }: Address,
): { url: string } | { fault: string } {
  const { scheme, port } = pattern
  const labels = pattern.host === LOOPBACK ? ['localhost'] : filled(pattern.host, values)
  const isFilled = pattern.host !== LOOPBACK && pattern.host.some(({ name }) => name !== null)
  const strange = isFilled ? labels.find((label) => !LABEL.test(label)) : undefined
  if (strange !== undefined) return { fault: `${strange} would be a part of its new host, and is no name` }
  const origin = originText({ scheme, host: labels.join('.'), port })
  if (pattern.path === null) return { url: origin + rest }
  const { segments, isOpen } = pattern.path
  // Whatever comes may be nothing at all, which stays so.
  if (isOpen && segments.length === 0 && splitRest(rest).path === '') return { url: origin + rest }
  const open = isOpen ? [values.get('*') ?? ''] : []
  const path = [...filled(segments, values), ...open].map((segment) => `/${segment}`).join('')
  return { url: origin + path + splitRest(rest).tail }
}

/** More hosts than these are not counted one by one. */
const MOST_HOSTS = 2000

/**
 * The origins of a pattern, as far as they can be told: a variable in the host stands for the values that it may have. Of
 * the loopback family `localhost` stands for all.
 */
export function originsOf({ scheme, host, port }: UrlPattern, where: Where): Origin[] {
  if (host === LOOPBACK) return [{ scheme, host: 'localhost', port }]
  // Of so many nobody is told.
  const many = host.reduce(
    (product, { name }) => product * (name === null ? 1 : (where.get(name)?.length ?? 0)),
    1,
  )
  if (many > MOST_HOSTS) return []
  const hosts = host.reduce<string[]>(
    (found, { before, name, after }, i) => {
      const values = name === null ? [''] : (where.get(name) ?? [])
      const labels = values.map((value) => before + value + after)
      return found.flatMap((start) => labels.map((label) => (i === 0 ? label : `${start}.${label}`)))
    },
    [''],
  )
  return hosts.map((each) => ({ scheme, host: each, port }))
}
