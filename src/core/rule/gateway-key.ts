import { originText, readAddress } from './address.ts'
import { isLoopbackName } from './host-names.ts'

/** Does a host lead to this machine? `host` as `plainHost` writes it. The machine itself knows (`machine/own-names.ts`). */
export type IsHere = (host: string) => boolean

/** Names that files of hosts give to the loopback addresses, on Debian, Red Hat and their kin. */
const LOOPBACK_ALIASES: readonly string[] = [
  'ip6-localhost',
  'ip6-loopback',
  'localhost.localdomain',
  'localhost4',
  'localhost4.localdomain4',
  'localhost6',
  'localhost6.localdomain6',
]

const MAPPED = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/

/** A host of a URL, whichever way it was spelled: no dot at the end, an IPv4 address out of its IPv6 clothes. */
export function plainHost(host: string): string {
  const [, high, low] = MAPPED.exec(host) ?? []
  if (high === undefined || low === undefined) return host.replace(/\.$/, '')
  return [high, low]
    .map((word) => Number.parseInt(word, 16))
    .flatMap((word) => [word >> 8, word & 255])
    .join('.')
}

/**
 * Does a host mean the machine that asks for it, whatever that is called? For telling gateways apart, and wider than the
 * loopback family of migrations: `[::]`, for one, is no address that a server should have.
 */
export function isLoopback(plain: string): boolean {
  return isLoopbackName(plain) || plain === '[::]' || LOOPBACK_ALIASES.includes(plain)
}

/** Does a URL lead to the machine that asks? */
export function leadsHere(url: string, isHere: IsHere): boolean {
  const address = readAddress(url)
  if (address.kind !== 'address') return false
  const plain = plainHost(address.host)
  return isLoopback(plain) || isHere(plain)
}

/** A path without escapes that mean no more than the letter itself: `%6C` is `l`. */
function unescaped(path: string): string {
  return path.replace(/%[\da-f]{2}/gi, (code) => {
    const letter = String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return /[\w.~-]/.test(letter) ? letter : code.toUpperCase()
  })
}

/**
 * Which gateway a URL leads to, as text: two URLs of one gateway have one key. For locks, and for telling whose run a
 * recorded one is. All names of this machine are one gateway; letter case, a port that is the scheme's own, a dot after the
 * host and slashes at the end do not matter; the root path does. Not meant to be shown. What is no URL stands for itself.
 *
 * The files of locks are named by it: whatever changes here must keep the key of `http://localhost:4000`, or two versions
 * of this program do not see each other's locks.
 */
export function gatewayKey(url: string, isHere: IsHere): string {
  const address = readAddress(url)
  if (address.kind !== 'address') return url
  const host = leadsHere(url, isHere) ? 'localhost' : plainHost(address.host)
  const path = unescaped(address.rest).replace(/\/+$/, '')
  return originText({ ...address, host }) + (path === '' ? '/' : path)
}

/** Do two URLs lead to the same gateway? */
export function isSameGateway(a: string, b: string, isHere: IsHere): boolean {
  return gatewayKey(a, isHere) === gatewayKey(b, isHere)
}
