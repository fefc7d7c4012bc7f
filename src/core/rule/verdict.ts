import { type Address, isBlankUrl, type Origin, originText, readAddress, readOrigin } from './address.ts'
import { resemblesLoopback, seenFrom } from './host-names.ts'
import { addressFrom, hasHost, hasOrigin, matchPattern, originsOf } from './match.ts'
import { LOOPBACK, pathText, type UrlPattern } from './pattern.ts'
import { ANYTHING, failedCondition, type Rule, rulesFor, type Subject } from './rule.ts'

/**
 * What rules say of one address. `match`: what it becomes, by which rule. `moved`: it is as a rule would have it.
 */
export type Verdict =
  | { kind: 'match'; after: string; rule: Rule; origin: Origin }
  | { kind: 'moved' | 'other'; origin: Origin | null }
  | {
      kind: 'near-miss' | 'user-info' | 'env-reference' | 'malformed'
      message: string
      origin: Origin | null
    }

const listed = (texts: readonly (string | number)[]): string => [...new Set(texts)].join(' or ')

/** Why an address at the hosts of a rule is not what it is about. */
function otherPart(patterns: readonly UrlPattern[], { scheme, port }: Address): string {
  const samePort = patterns.filter((pattern) => pattern.port === port)
  if (samePort.length === 0) return `port ${port}, not ${listed(patterns.map((each) => each.port))}`
  const sameOrigin = samePort.filter((pattern) => pattern.scheme === scheme)
  if (sameOrigin.length === 0) return `scheme ${scheme}, not ${listed(samePort.map((each) => each.scheme))}`
  return `its path is not ${listed(sameOrigin.map(pathText))}`
}

/** Why an address that does not match looks as if it should, or `null`. */
function nearness(rule: Rule, address: Address): string | null {
  const { from, where } = rule
  const known = from.filter((pattern) => hasHost(pattern, address.host, where))
  if (known.length > 0) return otherPart(known, address)
  const isFamily = from.some(({ host }) => host === LOOPBACK)
  if (isFamily && resemblesLoopback(address.host))
    return `${address.host} is not a name that this migration knows`
  const isPort = from.some(({ port }) => port === address.port)
  const whose = isFamily && isPort ? seenFrom(address.host) : null
  if (whose !== null)
    return `${address.host} is, as a rule, the machine as containers of ${whose} see it; if it is this one, move it with --from ${originText(address)}`
  const common = address.port === 80 || address.port === 443
  if (isPort && !common) return `another host (${address.host}) on port ${address.port}`
  return mentionsOf(rule, address.rest) ? 'the old address stands inside the URL' : null
}

/** Is this an address that a rule has moved, or might have? */
function isResult({ to, where, transport }: Rule, address: Address, subject: Subject): boolean {
  const isSo =
    transport === null || subject.transport === undefined || (subject.transport ?? 'sse') === transport
  return isSo && matchPattern(to, address, where) !== null
}

/** What one rule makes of an address that it is about; `null` where it is not. */
function ruledBy(rule: Rule, address: Address, raw: string, subject: Subject): Verdict | null {
  for (const pattern of rule.from) {
    const values = matchPattern(pattern, address, rule.where)
    if (values === null) continue
    const failed = failedCondition(rule, subject)
    // Who names some servers says nothing of the others.
    if (failed !== null && failed !== 'transport') return null
    if (failed !== null)
      return {
        kind: 'near-miss',
        message: `its transport is ${subject.transport ?? 'sse'}, not ${listed(rule.when.transport ?? [])}`,
        origin: address,
      }
    if (rule.transport !== null && subject.transport === 'stdio')
      return {
        kind: 'near-miss',
        message: 'it is a program (stdio), and has no transport to change',
        origin: address,
      }
    const after = addressFrom(rule.to, values, address)
    if ('fault' in after) return { kind: 'near-miss', message: after.fault, origin: address }
    if (after.url === raw) return { kind: 'moved', origin: address }
    return { kind: 'match', after: after.url, rule, origin: address }
  }
  return null
}

/**
 * What rules say of one address: the first that matches it wins. Only what a pattern names is ever replaced; all else keeps
 * every byte. Anything that is not a plain address is never a match, and neither is an empty text.
 */
export function verdictOn(rules: readonly Rule[], raw: string, subject: Subject = ANYTHING): Verdict {
  if (isBlankUrl(raw)) return { kind: 'other', origin: null }
  const address = readAddress(raw)
  if (address.kind === 'env-reference') return { ...address, origin: null }
  if (address.kind !== 'address') {
    return mentions(rules, raw.replace(/\/\/[^/@]*@/, '//')) || address.kind === 'malformed'
      ? { ...address, origin: null }
      : { kind: 'other', origin: null }
  }
  let nearly: Verdict | null = null
  for (const rule of rules) {
    const verdict = ruledBy(rule, address, raw, subject)
    if (verdict?.kind === 'match' || verdict?.kind === 'moved') return verdict
    nearly ??= verdict
  }
  if (rules.some((rule) => isResult(rule, address, subject))) return { kind: 'moved', origin: address }
  if (nearly) return nearly
  for (const rule of rules) {
    const near = nearness(rule, address)
    if (near) return { kind: 'near-miss', message: near, origin: address }
  }
  return { kind: 'other', origin: address }
}

/** What rules say of the URL of a server; of none, and where none names that field, nothing. */
export function verdictOnUrl(
  rules: readonly Rule[],
  url: string | null | undefined,
  subject: Subject = ANYTHING,
): Verdict {
  const own = rulesFor(rules, 'url')
  return own.length > 0 && url !== null && url !== undefined
    ? verdictOn(own, url, subject)
    : { kind: 'other', origin: null }
}

// A host name, or an IPv6 address, with a port, or with a scheme that stands for one. Bounded, so that no text
// takes long to search.
const PLACES = [
  /()(?<![\w.-])([A-Za-z\d.-]{1,253}|\[[\da-f:.]{2,45}\])(:\d{1,5})(?!\d)/gi,
  /(https?:\/\/)([A-Za-z\d.-]{1,253}|\[[\da-f:.]{2,45}\])()(?![\w:.-])/gi,
]

// An address inside a text, up to white space or a quote.
const ADDRESSES = /https?:\/\/[^\s"'<>`]{1,2000}/gi

/** Does a rule move servers within the place where they are? Then that place is not what they leave. */
const staysThere = ({ from, to, where }: Rule): boolean =>
  originsOf(to, where).some((origin) => from.some((pattern) => hasOrigin(pattern, origin, where)))

/** Does the old address of one rule stand anywhere in a text? */
function mentionsOf(rule: Rule, text: string): boolean {
  const { from, where } = rule
  if (staysThere(rule))
    return [...text.matchAll(ADDRESSES)].some(([url]) => {
      const address = readAddress(url.replace(/(?<![.,;:!?)\]}|])[.,;:!?)\]}|]+$/, ''))
      return (
        address.kind === 'address' && from.some((pattern) => matchPattern(pattern, address, where) !== null)
      )
    })
  return PLACES.some((places) =>
    [...text.matchAll(places)].some(([, scheme, host = '', port = '']) => {
      const found = readOrigin(`${scheme || 'http://'}${host}${port}`)
      return (
        found !== null &&
        from.some((pattern) => pattern.port === found.port && hasHost(pattern, found.host, where))
      )
    }),
  )
}

/** Does an old address stand anywhere in a text, with its port or with the scheme whose port it is? */
export function mentions(rules: readonly Rule[], text: string): boolean {
  // Each place has a colon, and most texts have none.
  return text.includes(':') && rules.some((rule) => mentionsOf(rule, text))
}

/** The origins that rules move servers away from, as far as they can be told; of the loopback family `localhost`. */
export function oldOriginsOf(rules: readonly Rule[]): Origin[] {
  return rules
    .filter((rule) => !staysThere(rule))
    .flatMap(({ from, where }) => from.flatMap((each) => originsOf(each, where)))
}

/** The origins that rules move servers to, as far as they can be told. */
export function newOriginsOf(rules: readonly Rule[]): Origin[] {
  return rules.flatMap(({ to, where }) => originsOf(to, where))
}
