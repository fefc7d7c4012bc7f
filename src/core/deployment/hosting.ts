import { isLoopbackName, isOwnName } from '../rule/host-names.ts'
import { readAddress } from '../rule/address.ts'
import { GUIDE_NAMES } from './guide-names.ts'
import { commandTo, connectCommand, listCommand, type NamedContainer } from './containers.ts'
import { maskUrl } from '../show/redact.ts'
import { printable } from '../show/text.ts'

/** What is known of an address that does not work. */
export interface Failing {
  url: string
  /** As LiteLLM names it. */
  transport: string | null
  /** The names that the MCP proxy serves, by its `/status`; `null` where nobody asked it. */
  served?: readonly string[] | null
  hosting: Hosting
}

/**
 * How LiteLLM runs, and what is behind the address, as far as it can be told. On the machine itself, outside of
 * containers; in a container, with the network on which the two are to meet; or nobody knows.
 */
export type Hosting =
  | { kind: 'machine'; proxy: NamedContainer | null }
  | {
      kind: 'container'
      litellm: NamedContainer
      proxy: NamedContainer | null
      network: string | null
    }
  | { kind: 'unknown' }

/** What is known of an address that does not work, taken apart. */
export interface FailingParts {
  host: string
  port: number
  isTls: boolean
  path: string
  transport: string
  served: readonly string[] | null
  hosting: Hosting
  /** LiteLLM's container and that behind the address; `null` where there is none, or none that is known. */
  gateway: NamedContainer | null
  proxy: NamedContainer | null
  network: string
}

/** Names are the guide's where nobody knows better. */
const guides = (name: string): NamedContainer => ({ engine: 'docker', name, compose: null })

/** The path of a URL as remedies show it: secrets masked, harmless for a terminal. */
export function shownPathOf(url: string): string {
  return printable(maskUrl(url).replace(/^[^/]*\/\/[^/?#]*/, '') || '/')
}

/** Is it a name that a container could have? */
const mayBeContainer = (host: string): boolean => /^[a-z\d][a-z\d_-]*$/i.test(host) && !isLoopbackName(host)

/** Takes apart what is known. */
export function partsOf({ url, transport, served = null, hosting }: Failing): FailingParts {
  const address = readAddress(url)
  const { host, port, scheme } = address.kind === 'address' ? address : { host: '', port: 0, scheme: 'http' }
  const isUnknown = hosting.kind === 'unknown'
  return {
    host: printable(host),
    port,
    isTls: scheme === 'https',
    path: shownPathOf(url),
    transport: transport ?? 'sse',
    served,
    hosting,
    gateway: isUnknown ? guides(GUIDE_NAMES.litellm) : hosting.kind === 'container' ? hosting.litellm : null,
    proxy: isUnknown ? (mayBeContainer(host) ? guides(host) : null) : hosting.proxy,
    network: (hosting.kind === 'container' ? hosting.network : null) ?? GUIDE_NAMES.network,
  }
}

/** The command that shows a container's log. */
export const logOf = (container: NamedContainer | null): string | null =>
  container === null ? null : commandTo('logs', container)

/** What to do where the host is unknown, or cannot be reached: to join the two, or to see what there is. */
export function connect({ host, hosting, proxy, network }: FailingParts): string | null {
  if (hosting.kind === 'machine' || !mayBeContainer(host)) return null
  if (proxy !== null) return connectCommand(proxy, network)
  return hosting.kind === 'container' ? listCommand(hosting.litellm.engine) : null
}

/** LiteLLM outside of containers knows no name that Docker gives to one. */
export const outside = ({ hosting, host }: FailingParts): string =>
  hosting.kind === 'machine' && mayBeContainer(host)
    ? ` LiteLLM runs outside of containers, and the names of containers are unknown there: run it in a container on the network of the MCP proxy, or give an address that its machine knows.`
    : ''

/** Where a name by which a machine calls itself leads, seen from LiteLLM. */
export const ownHost = ({ host, hosting }: FailingParts): string =>
  isOwnName(host) && hosting.kind !== 'machine'
    ? ` Seen from a container, ${host} is that container itself, not the machine.`
    : ''
