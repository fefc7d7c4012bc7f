import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Agents, RequestFunction } from 'got'
import { getProxyForUrl } from 'proxy-from-env'
import { isLoopbackName } from '../../core/rule/host-names.ts'
import { MigrateError } from '../../core/errors.ts'
import { isNamedBy } from './no-proxy.ts'

/** The proxy that the environment names for a URL, and the variable that names it. */
export interface Proxy {
  url: URL
  variable: string
}

/** The variable that proxy-from-env takes the proxy from; its own answer holds the value alone. */
function variableFor(scheme: string): string {
  const names = [`${scheme}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])
  return names.find((name) => process.env[name]) ?? 'the environment'
}

function decodes(text: string): boolean {
  try {
    return typeof decodeURIComponent(text) === 'string'
  } catch {
    return false
  }
}

const isUsable = ({ protocol, hostname, username, password }: URL): boolean =>
  /^https?:$/.test(protocol) && hostname !== '' && decodes(username) && decodes(password)

/**
 * Does a host go without a proxy? Beyond what curl reads in NO_PROXY, proxy-from-env knows `host:port` and `*.host` there,
 * which mean nothing to curl.
 */
const goesDirect = (hostname: string): boolean =>
  isLoopbackName(hostname) || isNamedBy(process.env['no_proxy'] || process.env['NO_PROXY'] || '', hostname)

/**
 * The proxy for a URL by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; `null` where there is none, and always for
 * this machine itself. Throws `usage` for one that cannot be used; what it holds is never told, as that may be a
 * password.
 */
export function proxyFor(url: string): Proxy | null {
  const { protocol, hostname } = new URL(url)
  const named = goesDirect(hostname) ? '' : getProxyForUrl(url)
  if (!named) return null
  const variable = variableFor(protocol.slice(0, -1))
  const proxy = URL.canParse(named) ? new URL(named) : null
  if (proxy && isUsable(proxy)) return { url: proxy, variable }
  throw new MigrateError(
    'usage',
    `${variable} names no HTTP proxy that can be used`,
    `It should look like http://proxy.example:3128, with special characters of a password as %XX. To go without it, unset it or set NO_PROXY=${hostname}.`,
  )
}

/** Host and port of a proxy, never its user info. */
export function proxyPlace({ url: { protocol, hostname, port } }: Proxy): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username) return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** Plain HTTP through a proxy: the same request, sent to the proxy, with the whole URL in its first line. */
function absoluteForm(proxy: URL): RequestFunction {
  const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest
  return (target, options, callback) => {
    const headers = { ...options.headers, host: target.host, ...authorization(proxy) }
    return request(proxy, { ...options, agent: false, path: target.href, headers }, callback)
  }
}

/** Throws `usage` for a header that a proxy on the way would take for its own: over TLS it sees none. */
export function requireForGateway(
  { url, headers }: { url: string; headers: Readonly<Record<string, string>> },
  proxy: Proxy,
): void {
  if (new URL(url).protocol === 'https:' || headers['proxy-authorization'] === undefined) return
  throw new MigrateError(
    'usage',
    `--header Proxy-Authorization would go to the proxy ${proxyPlace(proxy)}, and not to the gateway`,
    `Without that proxy it goes to the gateway: set NO_PROXY=${new URL(url).hostname}.`,
  )
}

/** What the HTTP client needs to reach a URL through a proxy. */
export async function throughProxy(
  url: string,
  proxy: Proxy,
): Promise<{ agent: Agents } | { request: RequestFunction }> {
  if (new URL(url).protocol === 'https:') {
    const { HttpsProxyAgent } = await import('https-proxy-agent')
    return { agent: { https: new HttpsProxyAgent(proxy.url) } }
  }
  return { request: absoluteForm(proxy.url) }
}
