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
    .split('/')
    .map((segment) => (looksSecret(segment) ? MASK : segment))
    .join('/')

/**
 * A URL as it may be shown: user info, every value in the query, the fragment and parts of the path that look
 * like tokens become `***`. Scheme, host, port and the rest stay byte for byte. A text that is no URL comes
 * back unchanged, unless it holds `@`, `?` or a long token.
 */
export function maskUrl(raw: string): string {
  const parts = URL_PARTS.exec(raw)
  if (!parts) return raw.replace(/\/\/[^/@]*@/g, `//${MASK}@`).replace(/[?#].*$/s, `?${MASK}`)
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = parts
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

/** Every URL inside a longer text, masked as `maskUrl` does. */
export function maskUrlsIn(text: string): string {
  return text.replace(URLS, (url) => maskUrl(url))
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

/**
 * A gateway's own words, fit for a screen: known secrets and whatever looks like a key or the hash of one
 * (LiteLLM's 401 quotes both) are masked, control characters escaped, the length bounded to 300 characters.
 */
export function redactText(text: string, secrets: readonly string[] = []): string {
  const start = text.slice(0, 20_000) // a gateway may talk without end
  const known = secrets
    .filter((secret) => secret.length >= 4)
    .reduce((rest, secret) => rest.replaceAll(secret, MASK), start)
  const masked = maskUrlsIn(known)
    .replace(/\b(sk|pk)-[\w.-]{2,}/g, `$1-${MASK}`)
    .replace(/\bBearer\s+(?!token|prefix|`)[^\s,]+/gi, `Bearer ${MASK}`)
    .replace(/(Received(?: API Key)?\s*=\s*)[^,\s]+/g, `$1${MASK}`)
    .replace(/\b[\da-f]{32,}\b/gi, MASK)
    .replace(/\beyJ[\w-]+(\.[\w-]+)*/g, MASK)
  return shortened(printable(masked), 300)
}
