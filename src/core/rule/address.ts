/** An origin to compare with or to write: scheme and host in lower case, the port as a number. */
export interface Origin {
  scheme: 'http' | 'https'
  host: string
  port: number
}

/** A URL as a LiteLLM record holds it, taken apart without changing a byte: `raw` is scheme, `://`, authority, `rest`. */
export interface Address extends Origin {
  kind: 'address'
  rest: string
}

/** A text that is no plain HTTP address, and why. */
export interface NoAddress {
  kind: 'env-reference' | 'malformed' | 'user-info'
  message: string
}

const PARTS = /^([A-Za-z][A-Za-z\d+.-]*):\/\/([^/?#\\]+)([/?#][\s\S]*)?$/
const DEFAULT_PORTS = { http: 80, https: 443 }
// biome-ignore lint: control characters are what this looks for
const INVISIBLE = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\ufeff]/

const malformed = (message: string): NoAddress => ({ kind: 'malformed', message })

function parsed(raw: string): URL | null {
  try {
    return new URL(raw)
  } catch {
    return null
  }
}

/**
 * Reads a URL. The host is the one that the WHATWG parser finds (`127.1` is `127.0.0.1`, `LOCALHOST` is
 * `localhost`), as it is what LiteLLM's client connects to; `rest` is the text after host and port, untouched.
 */
export function readAddress(raw: string): Address | NoAddress {
  if (raw.includes('os.environ/'))
    return { kind: 'env-reference', message: 'the URL comes from an environment variable of the gateway' }
  if (INVISIBLE.test(raw)) return malformed('the URL holds white space or control characters')
  const [, schemeText = '', authority = '', rest = ''] = PARTS.exec(raw) ?? []
  const url = parsed(raw)
  if (!authority || !url) return malformed('this is not a complete URL')
  if (authority.includes('@')) return { kind: 'user-info', message: 'the URL holds a user name or password' }
  const scheme = schemeText.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') return malformed(`the scheme is ${scheme}, not http or https`)
  return {
    kind: 'address',
    scheme,
    host: url.hostname,
    port: url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port),
    rest,
  }
}

/** Is this no URL at all: absent, empty, or nothing but white space? LiteLLM lists `""` for a server that has none. */
export function isBlankUrl(url: string | null | undefined): url is null | undefined | '' {
  return url === null || url === undefined || url.trim() === ''
}

/** Reads an origin such as `http://localhost:8585`. Returns `null` when there is a path, query, user info or worse. */
export function readOrigin(raw: string): Origin | null {
  const address = readAddress(raw)
  if (address.kind !== 'address' || !['', '/'].includes(address.rest)) return null
  return { scheme: address.scheme, host: address.host, port: address.port }
}

/** The shortest text of an origin: no port where it is the scheme's own. */
export function originText({ scheme, host, port }: Origin): string {
  return `${scheme}://${host}${port === DEFAULT_PORTS[scheme] ? '' : `:${port}`}`
}

/** The origin of a URL as text; what is no address that can be read stands for itself. */
export function originOf(url: string): string {
  const address = readAddress(url)
  return address.kind === 'address' ? originText(address) : url
}

/** The port of a URL: where it names none, that of its scheme. */
export const portOf = ({ port, protocol }: URL): number =>
  Number(port || DEFAULT_PORTS[protocol === 'https:' ? 'https' : 'http'])

/** Are two origins the same place? */
export function sameOrigin(a: Origin, b: Origin): boolean {
  return a.scheme === b.scheme && a.host === b.host && a.port === b.port
}
