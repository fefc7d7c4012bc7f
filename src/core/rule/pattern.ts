import { type Origin, originText, readOrigin } from './address.ts'

/** A text with at most one variable in it: one label of a host, or one segment of a path. `name`: `null` for a plain text. */
export interface Part {
  before: string
  name: string | null
  after: string
}

/** The path of a pattern. `isOpen`: it ends in `/*`, and goes on with whatever comes. */
export interface PathPattern {
  segments: readonly Part[]
  isOpen: boolean
}

/**
 * Which addresses a rule is about, or what they become. `host`: `loopback` for the whole family of names by which a machine
 * calls itself. `path`: `null` where every path is meant, and stays.
 */
export interface UrlPattern {
  text: string
  scheme: Origin['scheme']
  host: 'loopback' | readonly Part[]
  port: number
  path: PathPattern | null
}

/** Why a text is no pattern, to be put after its name: `has no scheme`. */
export interface PatternFault {
  fault: string
}

/** How a pattern looks, for editors: what is wrong with one that looks so is told by `readPattern`. */
export const PATTERN_FORM =
  /^https?:\/\/(?:\[[\da-fA-F:.]+\]|[^\s/?#:@[\]\\]+)(?::\d{1,5})?(?:\/[^\s?#\\]*)?$/

const FORM = /^(https?):\/\/(\[[\da-fA-F:.]+\]|[^\s/?#:@[\]\\]+)(?::(\d{1,5}))?(\/[^\s?#\\]*)?$/
const PART = /^([^{}]*)(?:\{([A-Za-z_]\w*)\}([^{}]*))?$/
const LABEL = /^[a-z\d_-]*$/
const DEFAULT_PORTS = { http: 80, https: 443 }

/** The variable that stands for the whole loopback family. */
export const LOOPBACK = 'loopback'

const fault = (text: string): PatternFault => ({ fault: text })

/** What somebody wrote instead of a pattern. */
function formFault(text: string): PatternFault {
  if (/\s/.test(text)) return fault('holds white space')
  if (!/^https?:\/\//.test(text)) return fault('does not begin with http:// or https://')
  if (/^https?:\/\/[^/]*@/.test(text)) return fault('holds a user name or password')
  if (/[?#]/.test(text))
    return fault('has a query or a fragment; these always stay as they are, so leave them out')
  if (text.includes('\\')) return fault('holds a backslash')
  return fault('is no URL such as http://host:8080 or http://host:8080/servers/{service}/sse')
}

function partOf(text: string): Part | PatternFault {
  const [whole, before, name, after] = PART.exec(text) ?? []
  if (whole === undefined || before === undefined)
    return /\{[^{}]*\}.*\{[^{}]*\}/.test(text)
      ? fault(`has two variables between the same two signs, in ${text}: one at most`)
      : fault(`has braces in ${text} that are no variable such as {service}`)
  return { before, name: name ?? null, after: after ?? '' }
}

function partsOf(texts: readonly string[]): Part[] | PatternFault {
  const parts: Part[] = []
  for (const text of texts) {
    const part = partOf(text)
    if ('fault' in part) return part
    parts.push(part)
  }
  return parts
}

function hostOf(
  scheme: Origin['scheme'],
  text: string,
  port: string,
): Pick<UrlPattern, 'host' | 'port'> | PatternFault {
  if (text.includes('*'))
    return fault('has a * in its host: write a variable such as {service}, and in "where" what it may be')
  if (!/[{}]/.test(text)) {
    // Written as WHATWG reads it: that is what addresses are compared with.
    const origin = readOrigin(`${scheme}://${text}${port}`)
    if (!origin) return fault(`has a host or port that is none: ${text}${port}`)
    const labels = origin.host.startsWith('[') ? [origin.host] : origin.host.split('.')
    return { host: labels.map((before) => ({ before, name: null, after: '' })), port: origin.port }
  }
  const number = port === '' ? DEFAULT_PORTS[scheme] : Number(port.slice(1))
  if (number > 65_535) return fault(`has the port ${number}, which is none`)
  if (text === `{${LOOPBACK}}`) return { host: LOOPBACK, port: number }
  const host = partsOf(text.toLowerCase() === text ? text.split('.') : text.split('.').map(lowerOutside))
  if ('fault' in host) return host
  const strange = host.find(({ before, after }) => !LABEL.test(before) || !LABEL.test(after))
  if (strange) return fault('has a host that is none beside its variable')
  if (host.some(({ name }) => name === LOOPBACK))
    return fault('has {loopback} beside something: it is a whole host')
  return { host, port: number }
}

/** In lower case but for the names of variables. */
const lowerOutside = (label: string): string =>
  label.replace(/\{[^{}]*\}|[^{}]+/g, (text) => (text.startsWith('{') ? text : text.toLowerCase()))

function pathOf(text: string): PathPattern | null | PatternFault {
  if (text === '') return null
  if (text === '/') return fault('has the path / alone: leave it out to mean every path, or write /*')
  const isOpen = text.endsWith('/*')
  const bare = isOpen ? text.slice(0, -2) : text
  if (bare.includes('*')) return fault('has a * elsewhere than as /* at its end')
  const segments = partsOf(bare === '' ? [] : bare.slice(1).split('/'))
  if ('fault' in segments) return segments
  if (segments.some(({ name }) => name === LOOPBACK)) return fault('has {loopback} in its path: it is a host')
  const isStep = ({ before, name }: Part): boolean => name === null && isDotSegment(before)
  if (segments.some(isStep)) return fault('has . or .. as a part of its path: no client asks for those')
  return { segments, isOpen }
}

/** Is this a step of a path that clients take out before they ask, whichever way it is written? */
export const isDotSegment = (text: string): boolean => /^(?:\.|%2e){1,2}$/i.test(text)

/** The variables of a pattern, in the order in which they stand. */
export function variablesOf({ host, path }: UrlPattern): string[] {
  return [...(host === LOOPBACK ? [] : host), ...(path?.segments ?? [])].flatMap(({ name }) => name ?? [])
}

/** The variables that are a whole label of the host: any name would do for them. */
export function wholeHostVariables({ host }: UrlPattern): string[] {
  if (host === LOOPBACK) return []
  return host.flatMap(({ before, name, after }) => (name !== null && before + after === '' ? [name] : []))
}

/**
 * Reads the pattern of a migration file: `http://host:8080` for every path there, or a path after it. `{name}` is a part of
 * one label of the host or of one segment of the path; `{loopback}` a whole host, the loopback family; `/*` at the end is
 * whatever comes. Paths are compared byte for byte, hosts as WHATWG reads them.
 */
export function readPattern(text: string): UrlPattern | PatternFault {
  const [, schemeText, hostText, port, pathText] = FORM.exec(text) ?? []
  if (schemeText === undefined || hostText === undefined) return formFault(text)
  const scheme: Origin['scheme'] = schemeText === 'https' ? 'https' : 'http'
  const host = hostOf(scheme, hostText, port === undefined ? '' : `:${port}`)
  if ('fault' in host) return host
  const path = pathOf(pathText ?? '')
  if (path !== null && 'fault' in path) return path
  const pattern: UrlPattern = { text, scheme, ...host, path }
  const names = variablesOf(pattern)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  return twice === undefined ? pattern : fault(`has {${twice}} twice`)
}

/** The pattern of one origin, with every path there. */
export function patternOfOrigin(origin: Origin): UrlPattern {
  const pattern = readPattern(originText(origin))
  if ('fault' in pattern) throw new TypeError(`an origin ${pattern.fault}`)
  return pattern
}

/** A part as it is written. */
const partText = ({ before, name, after }: Part): string =>
  name === null ? before : `${before}{${name}}${after}`

/** The path of a pattern as it is written; none where every path is meant. */
export const pathText = ({ path }: UrlPattern): string =>
  path === null ? '' : path.segments.map((part) => `/${partText(part)}`).join('') + (path.isOpen ? '/*' : '')
