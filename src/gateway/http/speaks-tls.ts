import { answersInTls } from '../../mcp/answers-in-tls.ts'
import { proxyFor } from './proxy.ts'

/** The same of a plain `http:` URL of a gateway; `false` where a proxy stands in between. */
export function speaksTls(url: string): Promise<boolean> {
  const place = new URL(url)
  if (place.protocol !== 'http:' || proxyFor(url) !== null) return Promise.resolve(false)
  return answersInTls(place)
}
