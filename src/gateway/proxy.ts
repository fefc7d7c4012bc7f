import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Agents, RequestFunction } from 'got'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'
import { isLoopbackName } from '../core/address.ts'

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

/**
 * What the HTTP client needs to reach a URL through the proxy that the environment names for it (HTTP_PROXY,
 * HTTPS_PROXY, ALL_PROXY, NO_PROXY); `null` where there is none. Never a proxy for this machine itself.
 */
export function throughProxy(url: string): { agent: Agents } | { request: RequestFunction } | null {
  const target = new URL(url)
  const proxy = isLoopbackName(target.hostname) ? '' : getProxyForUrl(url)
  if (!proxy) return null
  if (target.protocol === 'https:') return { agent: { https: new HttpsProxyAgent(proxy) } }
  return { request: absoluteForm(new URL(proxy)) }
}
