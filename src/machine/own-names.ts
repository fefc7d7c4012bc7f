import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { isLoopback, type IsHere, plainHost } from '../core/rule/gateway-key.ts'

/** An address as a URL holds it, without the zone that no URL can name. */
function asHost(address: string): string {
  const text = address.replace(/%.*$/, '')
  const url = `http://${text.includes(':') ? `[${text}]` : text}`
  return URL.canParse(url) ? plainHost(new URL(url).hostname) : text
}

/** The addresses at which a file of hosts has a name, as a URL holds them. `text`: the file. */
export function addressesOf(name: string, text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*$/, '').trim().toLowerCase().split(/\s+/)
    return names.some((each) => plainHost(each) === name) ? [asHost(address)] : []
  })
}

/**
 * The addresses of Linux's own tables, as texts: those of networks that are down lead to this machine, too, such as Docker's
 * while no container runs. `trie`: `/proc/net/fib_trie`; `six`: `/proc/net/if_inet6`.
 */
export function addressesIn(trie: string, six: string): string[] {
  const found: string[] = []
  let address = ''
  for (const line of trie.split('\n')) {
    address = /\|-- ([\d.]+)/.exec(line)?.[1] ?? address
    if (line.endsWith('/32 host LOCAL')) found.push(address)
  }
  const words = six.split('\n').flatMap((line) => /^[\da-f]{32}(?= )/.exec(line)?.[0].match(/.{4}/g) ?? [])
  for (let i = 0; i < words.length; i += 8) found.push(words.slice(i, i + 8).join(':'))
  return found
}

/** So many bytes are read of a file: lists of names to block are long, and tables of routers longer. */
const MOST = 16_000_000

/** Files of `/proc` do not tell their size. */
function beginningOf(file: number): string {
  const parts: Buffer[] = []
  for (let size = 0; size < MOST; ) {
    const part = Buffer.alloc(65_536)
    const length = readSync(file, part)
    if (length === 0) break
    parts.push(part.subarray(0, length))
    size += length
  }
  return Buffer.concat(parts).toString()
}

/** The text of a system's file, of which there may be more; empty where it cannot be read. */
function textOf(path: string): string {
  try {
    // A pipe of that name is not waited for.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return fstatSync(file).isFile() ? beginningOf(file) : ''
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

/** What a machine knows of itself: its name, its addresses, and the text of its file of hosts. */
export interface Itself {
  name: string
  addresses: () => readonly string[]
  hosts: () => string
}

const thisMachine = (): Itself => ({
  name: hostname(),
  addresses: () => [
    ...Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)),
    ...addressesIn(textOf('/proc/net/fib_trie'), textOf('/proc/net/if_inet6')),
  ],
  hosts: () => textOf('/etc/hosts'),
})

const firstLabel = (name: string): string => name.split('.')[0] ?? ''

function knowing({ name, addresses, hosts }: Itself) {
  let own: ReadonlySet<string> | null = null
  const full = plainHost(name.toLowerCase())
  const isLiteral = (host: string): boolean => host.startsWith('[') || /^[\d.]+$/.test(host)
  const isAddress: IsHere = (host) =>
    isLoopback(host) || (isLiteral(host) && (own ??= new Set(addresses().map(asHost))).has(host))
  const isInFile: IsHere = (host) => !isLiteral(host) && addressesOf(host, hosts()).some(isAddress)
  const isName: IsHere = (host) =>
    full !== '' &&
    firstLabel(host) === firstLabel(full) &&
    (host === full || host === firstLabel(full) || isInFile(host))
  return { isOwn: (host: string) => isAddress(host) || isName(host), isInFile }
}

/**
 * Is a host certainly this machine: an address that it has on its networks, or its own name, with its domain or without?
 * Asks no name server. `itself`: that of another machine, for a trial.
 */
export function ownNames(itself = thisMachine()): IsHere {
  return knowing(itself).isOwn
}

/**
 * Does a host lead to this machine, as far as is known without a name server: its own names, those that its file of hosts
 * gives to its addresses, and all below `.localhost` (RFC 6761)? Behind such names a reverse proxy may keep several
 * gateways apart, so that they share a lock at most.
 */
export function namesLeadingHere(itself = thisMachine()): IsHere {
  const { isOwn, isInFile } = knowing(itself)
  return (host) => isOwn(host) || host.endsWith('.localhost') || isInFile(host)
}
