import { BlockList, isIP } from 'node:net'

/** Without the brackets of an address of IPv6, and without a dot at the end. */
const bare = (text: string): string => text.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')

/**
 * Is an address what an entry names: the address itself, or one of its range (`10.0.0.0/8`, `fd00::/8`)? A range of 0 bits is
 * the address itself to curl, and one of more bits than an address has matches nothing.
 */
function isWithin(address: string, entry: string): boolean {
  const [place = '', length = '0'] = entry.split('/')
  const [network, bits] = [bare(place), Number.parseInt(length, 10) || 0]
  const [version, most] = isIP(address) === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const)
  if (isIP(network) !== isIP(address) || bits < 0 || bits > most) return false
  const list = new BlockList()
  list.addSubnet(network, bits === 0 ? most : bits, version)
  return list.check(address, version)
}

/** Is a name the one of an entry, or one below it? A dot before or after the entry changes nothing. */
function isBelow(name: string, entry: string): boolean {
  const domain = bare(entry).replace(/^\./, '').toLowerCase()
  return domain !== '' && `.${name}`.endsWith(`.${domain}`)
}

/**
 * Does NO_PROXY name a host, as curl understands it (`Curl_check_noproxy` in noproxy.c, since 7.86)? `hostname`: as in a
 * `URL`. Entries stand between commas or blanks: a name, for itself and all below it; an address; or a range of addresses.
 * `*` alone is every host.
 */
export function isNamedBy(noProxy: string, hostname: string): boolean {
  if (noProxy === '*') return true
  const host = bare(hostname).toLowerCase()
  const names = isIP(host) === 0 ? isBelow : isWithin
  return noProxy.split(/[,\s]+/).some((entry) => entry !== '' && names(host, entry))
}
