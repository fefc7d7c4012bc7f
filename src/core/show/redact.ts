import { printable, shortened } from './text.ts'

const MASK = '***'
const URL_PARTS = /^([A-Za-z][\w+.-]*:\/\/)([^/?#\\]*)([^?#]*)(\?[^#]*)?(#.*)?$/s

/** Does a part of a path look like a token rather than a name? (Some vendors put the key into the path.) */
function looksSecret(segment: string): boolean {
  if (/^(sk|pk|ghp|gho|glpat|xox[a-z])[-_]/i.test(segment)) return true
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(segment)) return true
  return segment.split(/[-_.~%]/).some((word) => {
    const mixed = /\d/.test(word) && /[A-Za-z]/.test(word)
    return (word.length >= 16 && mixed) || (word.length >= 24 && /^[A-Za-z\d+=]+$/.test(word))
  })
}

const maskedQuery = (query: string): string =>
  query.replace(/([^?&=;]+)(=)?([^&;]*)/g, (_, name: string, equals: string | undefined) => {
    const shown = looksSecret(name) ? MASK : name
    return equals === undefined ? shown : `${shown}=${MASK}`
  })

const maskedPath = (path: string): string =>
  path
    .split(/([/\\])/)
    .map((segment) => (looksSecret(segment) ? MASK : segment))
    .join('')

const SCHEME = /^[A-Za-z][\w+.-]*:[/\\]+/
const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[^:@[\]]*)(:\d*)?$/i

/**
 * A text that cannot be taken apart for certain. What stands before its last `@` may be a user name and password,
 * wherever a slash or a question mark cuts them; where that `@` may belong to a query, so may what stands after it.
 */
function maskedWhole(raw: string): string {
  const scheme = SCHEME.exec(raw)?.[0] ?? ''
  const at = raw.lastIndexOf('@')
  if (at !== -1 && /[?#]/.test(raw.slice(0, at))) return scheme + MASK
  const [hidden, rest] =
    at === -1 ? [scheme, raw.slice(scheme.length)] : [`${scheme}${MASK}@`, raw.slice(at + 1)]
  return hidden + maskedPath(rest.replace(/[?#].*$/s, '')) + (/[?#]/.test(rest) ? `?${MASK}` : '')
}

/** Can user info stand nowhere but before the host? An `@` in a path does no harm as in `/@scope/name`. */
const isPlain = (authority: string, path: string): boolean =>
  HOST_AND_PORT.test(authority.slice(authority.lastIndexOf('@') + 1)) && !/[^/\\]@/.test(path)

/**
 * A URL as it may be shown: user info, every value in the query, the fragment and parts of the path that look
 * like tokens become `***`. Scheme, host, port and the rest stay byte for byte. A text that is no URL comes
 * back unchanged, unless it holds `@`, `?` or a long token.
 */
export function maskUrl(raw: string): string {
  const [whole, scheme = '', authority = '', path = '', query = '', fragment = ''] = URL_PARTS.exec(raw) ?? []
  if (whole === undefined || !isPlain(authority, path)) return maskedWhole(raw)
  const host = authority.includes('@')
    ? `${MASK}@${authority.slice(authority.lastIndexOf('@') + 1)}`
    : authority
  return (
    scheme +
    host +
    maskedPath(path) +
    (query && maskedQuery(query)) +
    (fragment.length > 1 ? `#${MASK}` : fragment)
  )
}

const URLS = /(\b[A-Za-z][\w+.-]{0,30}:\/\/[^\s"'<>`]+)/g

/** Every URL inside a longer text, and every word that may hold user info, masked as `maskUrl` does. */
export function maskUrlsIn(text: string): string {
  return text
    .replace(URLS, (url) => maskUrl(url))
    .replace(/[^\s"'<>`]+/g, (word) => (word.includes(':') && word.includes('@') ? maskUrl(word) : word))
}

// Seen by everybody who may see the server at all.
const PROSE = /^(url|pinned_id|spec_path|description|mcp_info|instructions|source_url|byok_|tool_name_to_)/

/** The path of a place in a record as it may be shown: a key may be a URL. */
export function shownPath(path: string): string {
  return maskUrlsIn(path)
}

/**
 * The text at a path as it may be shown: its URLs masked. In arguments, headers and environment whatever else stands there
 * may be a secret, and is `***`; names of options such as `--url=` stay.
 */
export function shownText(path: string, text: string): string {
  if (/^(url|pinned_id|server_id)$/.test(path)) return maskUrl(text)
  if (PROSE.test(path)) return maskUrlsIn(text)
  return text
    .split(URLS)
    .map((part, i) => (i % 2 === 1 ? maskUrl(part) : /^\s*(--?[\w-]+[= ])?$/.test(part) ? part : MASK))
    .join('')
}

// Quoted, perhaps inside another quotation; the end may be cut off.
const QUOTED = [/'(?:[^'\\]|\\.)*'?/, /"(?:[^"\\]|\\.)*"?/, /\\{1,8}'[^']*'?/, /\\{1,8}"[^"]*"?/]
  .map(({ source }) => source)
  .join('|')
const BARE = String.raw`[^\s,;'"(){}[\]\\]+`
const NAME = String.raw`[\w-]{0,40}(?:pass|pwd|token|secret|key|cred|auth|cookie)[\w-]{0,40}`
const QUOTE = String.raw`\\{0,8}['"]`
const EQUALS = String.raw`\s{0,9}=\s{0,9}`
const COLON = String.raw`\s{0,9}:\s{0,9}`

/** A value after a name that says what it is, as in `'DB_PASSWORD': 'x'`, `"token":"x"` or `PASSWORD=x`. */
const NAMED = [
  new RegExp(`(${NAME}${QUOTE}(?:${COLON}|${EQUALS}))(?:${QUOTED}|${BARE})`, 'gis'),
  new RegExp(`(${NAME}${EQUALS})(?:${QUOTED}|${BARE})`, 'gis'),
  new RegExp(`(${NAME}${COLON})(?:${QUOTED})`, 'gis'),
  /((?:authorization|cookie|api[-_]key)\s{0,9}:\s{0,9}(?:(?:basic|bearer|token)\s+)?)[^\s,]+/gi,
]

const FIELD = `(?:env|env_vars|static_headers|args|extra|${NAME})`

/** What a fault repeats of the values that it is about: up to where it says that it ends, or to the end of the text. */
const REPEATED = [
  /(\binput_value=).*?(?=, input_type=\w+\]|$)/gs,
  new RegExp(
    `(['"]input${QUOTE}(?:${COLON}|${EQUALS})|\\binput(?:${COLON}|${EQUALS})(?=${QUOTE}|[{[])).*$`,
    'gs',
  ),
  new RegExp(`(\\b${FIELD}(?:${QUOTE})?(?:${COLON}|${EQUALS}))[{[].*$`, 'gis'),
]

const withoutValues = (text: string): string =>
  [...REPEATED, ...NAMED].reduce((rest, pattern) => rest.replace(pattern, `$1${MASK}`), text)

/** A text and the forms in which JSON and Python write it. Longer ones first: one secret may begin another. */
const written = (secrets: readonly string[]): string[] =>
  secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .toSorted((a, b) => b.length - a.length)

/**
 * A gateway's own words, fit for a screen: known secrets, what it repeats of a record, and whatever looks like a key
 * or the hash of one (LiteLLM's 401 quotes both) are masked, control characters escaped, the length bounded to 300
 * characters.
 */
export function redactText(text: string, secrets: readonly string[] = []): string {
  const start = text.slice(0, 20_000) // a gateway may talk without end
  const known = written(secrets).reduce((rest, secret) => rest.replaceAll(secret, MASK), start)
  const masked = withoutValues(maskUrlsIn(known.slice(0, 4000)))
    .replace(/\b(sk|pk)-[\w.-]{2,}/g, `$1-${MASK}`)
    .replace(/\bBearer\s+(?!token|prefix|`)[^\s,]+/gi, `Bearer ${MASK}`)
    .replace(/(Received(?: API Key)?\s*=\s*)[^,\s]+/g, `$1${MASK}`)
    .replace(/\b[\da-f]{32,}\b/gi, MASK)
    .replace(/\beyJ[\w-]+(\.[\w-]+)*/g, MASK)
  return shortened(printable(masked), 300)
}
