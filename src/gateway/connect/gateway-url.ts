import { MigrateError } from '../../core/errors.ts'
import { isLoopbackName } from '../../core/rule/host-names.ts'
import { redactText } from '../../core/show/redact.ts'

const FORM = 'Name the gateway as in http://localhost:4000 or https://host/root-path.'

/** The address of the admin page, as people copy it, or of one of its pages. */
const PAGE = /\/ui(\/|$)/

/** Without the `/ui` of the admin page and slashes at the end. */
const normalised = ({ origin, pathname }: URL): string =>
  origin + pathname.replace(/\/ui\/?$/, '').replace(/\/+$/, '')

/** What a text that is not a web URL may have meant: itself after `http://`. `null` where that is not a URL either. */
function withScheme(text: string): URL | null {
  const [, scheme = 'http', rest = ''] = /^(?:(https?)(?::\/*|\/+))?\/*(.*)$/is.exec(text) ?? []
  // A port alone would be read as the number of an address.
  const place = /^:?\d{1,5}(?=$|\/)/.test(rest) ? `localhost:${rest.replace(/^:/, '')}` : rest
  const url = `${scheme.toLowerCase()}://${place}`
  return URL.canParse(url) ? new URL(url) : null
}

/** How each of them is given another value; what somebody answered is answered anew. */
const WAYS: Readonly<Record<string, string>> = {
  '--url': 'Use --url ',
  LITELLM_PROXY_URL: 'Set LITELLM_PROXY_URL=',
}

/** The URL to use in place of one without a scheme, unless it may hold a secret that somebody put into the wrong place. */
function suggestion(meant: URL, source: string): string {
  const plain = normalised(meant)
  if (redactText(plain) !== plain) return FORM
  const use = WAYS[source] ?? 'Use '
  const secure = plain.replace(/^http:/, 'https:')
  if (meant.protocol === 'https:' || meant.port === '443') return use + normalised(new URL(secure))
  return isLoopbackName(meant.hostname) ? use + plain : `${use}${plain} or, where it speaks TLS, ${secure}`
}

/** What is wrong with a URL that a client could ask. */
function fault(url: URL): { what: string; hint: string } | null {
  if (url.username || url.password) return { what: 'must not hold a user name or password', hint: FORM }
  if (/^https?$/.test(url.hostname) && url.port === '')
    return { what: 'begins with http:// twice', hint: FORM }
  if (PAGE.test(url.pathname) || (!url.search && !url.hash)) return null
  return { what: 'must not hold a query or a fragment', hint: FORM }
}

/**
 * A gateway's URL as it is kept and compared: lower-case host, no default port, root path kept, no slash at the
 * end, nor the `/ui` of the admin page. `source`: where it was named, for the person. Throws `usage` for what is no
 * gateway URL, with the right one where only the scheme is missing; user info is refused, as it would be a secret in an
 * option.
 */
export function normaliseGatewayUrl(text: string, source = '--url'): string {
  const wrong = (what: string, hint = FORM): MigrateError =>
    new MigrateError('usage', `${source} ${what}`, hint)
  const trimmed = text.trim()
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null
  if (url && /^https?:$/.test(url.protocol)) {
    const found = fault(url)
    if (found) throw wrong(found.what, found.hint)
    return normalised(url)
  }
  // `localhost:4000` is a URL with the scheme `localhost:`, but nobody means that.
  const meant = trimmed.includes('://') ? null : withScheme(trimmed)
  if (!meant) throw wrong(url ? 'must begin with http:// or https://' : 'is not a URL')
  const found = fault(meant)
  if (found) throw wrong(found.what, found.hint)
  throw wrong('has no scheme: it must begin with http:// or https://', suggestion(meant, source))
}
