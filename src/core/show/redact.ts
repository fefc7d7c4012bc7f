import { isSecretField } from './secret-fields.ts'
import type { Redactor } from './secrets/redactor.ts'
import { printable, shortened } from './text.ts'
import { decoded, MASK, maskedPath, maskedQuery } from './url-parts.ts'

const URL_PARTS = /^([A-Za-z][\w+.-]*:\/\/)([^/?#\\]*)([^?#]*)(\?[^#]*)?(#.*)?$/s

const SCHEME = /^[A-Za-z][\w+.-]*:[/\\]+/
// No host has these signs in its name, but a value may stand behind them.
const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[^:@[\]=;&,]*)(:\d*)?$/i

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
  const [, host = '', path = ''] = /^(\[[\da-f:.]+\](?::\d*)?)?([^?#]*)/i.exec(rest) ?? []
  return hidden + host + maskedPath(path) + (/[?#]/.test(rest) ? `?${MASK}` : '')
}

/** Can user info stand nowhere but before the host? An `@` in a path does no harm as in `/@scope/name`. */
const isPlain = (authority: string, path: string): boolean =>
  HOST_AND_PORT.test(decoded(authority).slice(decoded(authority).lastIndexOf('@') + 1)) &&
  !/[^/\\]@/.test(path)

/**
 * A URL as it may be shown: user info, every value in the query, the fragment and parts of the path that look
 * like tokens become `***`. Scheme, host, port and the rest stay byte for byte. A text that is no URL comes
 * back unchanged, unless it holds `@`, `?` or a long token.
 */
export function maskUrl(raw: string): string {
  const [whole, scheme = '', authority = '', path = '', query = '', fragment = ''] = URL_PARTS.exec(raw) ?? []
  if (whole === undefined || !isPlain(authority, path)) return maskedWhole(raw)
  const plain = decoded(authority)
  const host = plain.includes('@') ? `${MASK}@${plain.slice(plain.lastIndexOf('@') + 1)}` : authority
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
const PROSE =
  /^(url|transport|pinned_id|spec_path|description|mcp_info|instructions|source_url|byok_|tool_name_to_)/

/** What is a key by its first letters, wherever it stands. */
const maskKeys = (text: string): string =>
  text
    .replace(/\b(sk|pk)-(?!(?:learn|image)\b)[\w.-]{2,}/g, `$1-${MASK}`)
    .replace(/\bBearer\s+(?!token|prefix|`)[^\s,]+/gi, `Bearer ${MASK}`)
    .replace(/\beyJ[\w-]+(\.[\w-]+)*/g, MASK)
    .replace(
      /\b(?:(?:AKIA|ASIA|AIza)[\w-]{8,}|ya29\.[\w-]+|(?:gh[oprsu]|github_pat|xox[a-z]|glpat)[-_]\w{6,}[\w-]*)/g,
      MASK,
    )

/** The path of a place in a record as it may be shown: a key may be a URL, or a secret. */
export function shownPath(path: string): string {
  return maskKeys(maskUrlsIn(path))
}

/** Of a URL that is a secret as a whole, where it leads may be known. */
const originAlone = (url: string): string =>
  maskUrl(url).replace(/^([^/]*\/\/[^/?#\\]*)([/?#\\].+)?$/s, (_, origin: string, rest?: string) =>
    rest === undefined || rest === '/' ? origin + (rest ?? '') : `${origin}/${MASK}`,
  )

// The names of options; a letter alone may have its value right behind it.
const OPTION = /^\s*(?:--[A-Za-z][\w-]*|-[A-Za-z])[= ]$/

/**
 * The text at a path as it may be shown: its URLs masked. In arguments, headers and environment, and under a name that says
 * so, whatever else stands there may be a secret, and is `***`; names of options such as `--url=` stay.
 */
export function shownText(path: string, text: string): string {
  if (/^(url|pinned_id|server_id)$/.test(path)) return maskUrl(text)
  const [, ...names] = path.split(/[.[\]"]+/).filter((name) => name !== '')
  // What is called `oauth` may hold secrets, and as well where to get one.
  const isSecret = names.some(
    (name, i) => isSecretField(name) && (i === names.length - 1 || !/auth$/i.test(name)),
  )
  if (PROSE.test(path) && !isSecret) return maskUrlsIn(shownProse(text))
  const shownUrl = isSecret ? originAlone : maskUrl
  return text
    .split(URLS)
    .map((part, i) => {
      if (i % 2 === 1) return shownUrl(part)
      return part.trim() === '' || (OPTION.test(part) && maskKeys(part) === part) ? part : MASK
    })
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

/** The same where people write to people: after a colon stands a word as often, so only what is a header or no word counts. */
const IN_PROSE = [
  new RegExp(`(${NAME}${EQUALS}['"]?)${BARE}`, 'gi'),
  new RegExp(`(${NAME}['"]${COLON}['"])[^'"]+(?=['"])`, 'gi'),
  new RegExp(String.raw`(--${NAME}\s{1,9})(?=\S*\d)${BARE}`, 'gi'),
  new RegExp(
    String.raw`((?:pass|pwd|secret|token|key)[\w-]{0,40}${COLON})(?=\S*\d)(?=\S*[a-z])${BARE}`,
    'gi',
  ),
  /((?:authorization\s{0,9}:\s{0,9}(?:basic|token)\s|api[-_]key\s{0,9}:)\s{0,9})[^\s,'"]+/gi,
]

/** What anybody may read, without keys in it; its URLs stay, so that a change of one is seen. */
function shownProse(text: string): string {
  const parts = text.split(URLS)
  return parts.map((part, i) => (i % 2 === 1 ? part : without(maskKeys(part), IN_PROSE))).join('')
}

/** What a fault repeats of the values that it is about: up to where it says that it ends, or to the end of the text. */
const REPEATED = [
  /(\binput_value=).*?(?=, input_type=\w+\]|$)/gs,
  new RegExp(
    `(['"]input${QUOTE}(?:${COLON}|${EQUALS})|\\binput(?:${COLON}|${EQUALS})(?=${QUOTE}|[{[])).*$`,
    'gs',
  ),
  new RegExp(`(\\b${FIELD}(?:${QUOTE})?(?:${COLON}|${EQUALS}))[{[].*$`, 'gis'),
]

const without = (text: string, patterns: readonly RegExp[]): string =>
  patterns.reduce((rest, pattern) => rest.replace(pattern, `$1${MASK}`), text)

/**
 * A gateway's own words, fit for a screen: the secrets that are known, what it repeats of a record, and whatever looks like
 * a key or the hash of one (LiteLLM's 401 quotes both) are masked, control characters escaped, the length bounded to 300
 * characters.
 */
export function redactText(text: string, known?: Redactor): string {
  const start = text.slice(0, 20_000) // a gateway may talk without end
  const unknown = (known?.words(start) ?? start).slice(0, 4000)
  const masked = maskKeys(without(maskUrlsIn(unknown), [...REPEATED, ...NAMED]))
    .replace(/(Received(?: API Key)?\s*=\s*)[^,\s]+/g, `$1${MASK}`)
    .replace(/\b[\da-f]{32,}\b/gi, MASK)
  return shortened(printable(masked), 300)
}
