import { isLoopbackName } from './host-names.ts'
import { originText, readAddress } from './address.ts'

/**
 * Which gateway a URL leads to, as text: two URLs of one gateway have one key. For locks, and for telling whose run a
 * recorded one is. All names of the loopback family are one gateway; letter case, a port that is the scheme's own and
 * slashes at the end do not matter; the root path does. Not meant to be shown. What is no URL stands for itself.
 *
 * The files of locks are named by it: whatever changes here must keep the key of `http://localhost:4000`, or two versions
 * of this program do not see each other's locks.
 */
export function gatewayKey(url: string): string {
  const address = readAddress(url)
  if (address.kind !== 'address') return url
  const host = isLoopbackName(address.host) ? 'localhost' : address.host
  const path = address.rest.replace(/\/+$/, '')
  return originText({ ...address, host }) + (path === '' ? '/' : path)
}

/** Do two URLs lead to the same gateway? */
export function isSameGateway(a: string, b: string): boolean {
  return gatewayKey(a) === gatewayKey(b)
}
