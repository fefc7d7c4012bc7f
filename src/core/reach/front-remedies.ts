import { originOf, readAddress } from '../rule/address.ts'
import type { ReachKind } from './reach.ts'
import { printable } from '../show/text.ts'

/** What these remedies need to know: the address, taken apart, and where it leads on to, if it does. */
export interface Front {
  url: string
  host: string
  port: number
  /** As remedies show it. */
  path: string
  leadsTo: string | null
}

const atPort = ({ host, port }: Front): string => `port ${port} of ${host}`

/** The origin of the URL with the other scheme, at the same port. */
function turned({ host, port }: Front, scheme: 'http' | 'https'): string {
  const isDefault = port === (scheme === 'https' ? 443 : 80)
  return `${scheme}://${host}${isDefault ? '' : `:${port}`}`
}

const TRUST =
  'have the server trust what stands in front of it and speaks TLS: with uvicorn FORWARDED_ALLOW_IPS or --forwarded-allow-ips'

/** A redirect to the same host by the other scheme. `slash`: the path is the same but for a slash at its end. */
interface Turn {
  to: 'http' | 'https'
  slash: boolean
}

function turnOf(url: string, leadsTo: string): Turn | null {
  const [from, next] = [readAddress(url), readAddress(leadsTo)]
  if (from.kind !== 'address' || next.kind !== 'address') return null
  if (from.host !== next.host || from.scheme === next.scheme) return null
  return { to: next.scheme, slash: `${from.rest}/` === next.rest }
}

function redirect({ url, path, leadsTo }: Front): string {
  if (leadsTo === null || originOf(leadsTo) === originOf(url))
    return `What answers at ${path} only leads on, and LiteLLM does not get through. Write the address of the MCP server itself into the new URL.`
  const turn = turnOf(url, leadsTo)
  if (turn?.slash)
    return `The server spells its address with a slash at the end, and takes the scheme of the request for another one. Write the slash into the new URL (${path}/), or ${TRUST}.`
  if (turn?.to === 'http')
    return `The server takes its own address for one of plain HTTP, and leads on to that, where LiteLLM's keys must not follow. Write the path that it leads to into the new URL, with https://, or ${TRUST}.`
  return `It leads on to another origin, where LiteLLM's keys must not follow. If the MCP server is there, write that into the new URL: ${printable(originOf(leadsTo))}`
}

/** What mends an address at which something else stands than an MCP server that can be spoken to, or before it. */
export const FRONT_REMEDIES = {
  redirect,
  'not-mcp': (front) =>
    `Something answers on ${atPort(front)}, and there is no MCP server at ${front.path}. Correct the port or the path.`,
  'web-page': (front) =>
    `A web site answers on ${atPort(front)}, and no MCP server at ${front.path}. Correct the host, the port or the path.`,
  'login-page': ({ host }) =>
    `A login page for people is at ${host}, in front of the MCP server or in its place, and LiteLLM cannot fill it in. Let LiteLLM past it, or write an address of the server into the new URL that is not behind it.`,
  'rate-limited': ({ host }) =>
    `${host} is there, and gets more requests than it takes. Wait, and run this again. If that does not help, raise the limit of the server or of what stands in front of it.`,
  reset: (front) =>
    `Something listens on ${atPort(front)}, and ends the connection without an answer. Is it the port of the MCP server, and is ${front.url.split(':')[0] ?? ''}:// right there? If so, the server breaks off: look at what it says then.`,
  'no-tls': (front) =>
    `No TLS is spoken on ${atPort(front)}. Write ${turned(front, 'http')} into the new URL, or enable TLS there.`,
  'tls-only': (front) =>
    `TLS is spoken on ${atPort(front)}. Write ${turned(front, 'https')} into the new URL.`,
  certificate: ({ host }) =>
    `The certificate of ${host} is not accepted. Give the server one that is valid, for this host name, and signed by an authority that LiteLLM knows; or name the file of your own authority to LiteLLM in SSL_CERT_FILE, and restart it.`,
  'tls-failed': (front) =>
    `TLS is spoken on ${atPort(front)}, but no connection is made: compare its versions and ciphers with LiteLLM's, and see whether it wants a certificate of its clients.`,
} satisfies Partial<Record<ReachKind, (front: Front) => string>>
