import { disconnectCommand } from '../../core/deployment/containers.ts'
import type { Reach, ReachKind } from '../../core/reach/reach.ts'
import type { Remedy } from '../../core/show/remedy.ts'
import { count, printable } from '../../core/show/text.ts'
import type { Deployment } from './deployment.ts'
import { type Namesake, namesakes } from './names-of.ts'

/** Does a container serve MCP? `unknown` where it does not say: it wants a sign-in, is busy or silent. */
type Serving = 'yes' | 'no' | 'unknown'

/** Only a list of tools proves an MCP server. These prove that there is none at the address; all else proves nothing. */
const NONE: readonly ReachKind[] = [
  'refused',
  'not-found',
  'not-mcp',
  'web-page',
  'login-page',
  'no-tls',
  'tls-only',
]

function servingOf({ kind }: Reach): Serving {
  if (kind === 'tools' || kind === 'no-tools') return 'yes'
  return NONE.includes(kind) ? 'no' : 'unknown'
}

/** A container that answers to a name, and what was found at its own address. */
export interface AskedNamesake extends Namesake {
  serves: Serving
  reach: Reach
}

/** An MCP address to ask for. */
export interface Address {
  url: string
  transport: string
}

function atIp({ url, transport }: Address, ip: string): Address {
  const place = new URL(url)
  place.hostname = ip.includes(':') ? `[${ip}]` : ip
  return { url: place.href, transport }
}

type Look = (url: string, transport: string) => Promise<Reach>

const isProof = (reach: Reach): boolean => servingOf(reach) === 'yes'

/** The best that one of them answers at any of the addresses. */
async function ask(each: Namesake, addresses: readonly Address[], look: Look): Promise<AskedNamesake> {
  const { ip } = each
  const tries = ip === null ? [] : addresses.map((address) => atIp(address, ip))
  const reached = await Promise.all(tries.map(({ url, transport }) => look(url, transport)))
  const unasked: Reach = { kind: 'untried', tools: null, evidence: 'it has no address there' }
  const reach = reached.find(isProof) ?? reached[0] ?? unasked
  return { ...each, serves: servingOf(reach), reach }
}

/**
 * All that answer to a host name where LiteLLM asks for it, each looked at under its own IP address; none where there are
 * fewer than two. `addresses`: where MCP servers should be under that name. Those that serve MCP come first, and of them
 * the container of that name.
 */
export async function askNamesakes(
  host: string,
  addresses: readonly Address[],
  { litellm, containers }: Pick<Deployment, 'litellm' | 'containers'>,
  look: Look,
): Promise<AskedNamesake[]> {
  const found = namesakes(host, litellm.found, containers)
  if (found.length < 2) return []
  const asked = await Promise.all(found.map((each) => ask(each, addresses, look)))
  return asked.toSorted((a, b) => Number(b.serves === 'yes') - Number(a.serves === 'yes'))
}

const SERVES: Record<Serving, (evidence: string) => string> = {
  yes: () => 'serves MCP',
  no: (evidence) => `serves no MCP: ${evidence}`,
  unknown: (evidence) => `whether it serves MCP cannot be told: ${evidence}`,
}

const inWords = ({ container, serves, reach }: AskedNamesake): string =>
  `${printable(container.name)} (${SERVES[serves](reach.evidence)})`

/** That they share a name, and what each of them serves. */
export function sharedName(host: string, asked: readonly AskedNamesake[]): string {
  const networks = [...new Set(asked.map(({ network }) => network))].join(' and ')
  return `${count(asked.length, 'container')} answer to the name ${printable(host)} on ${networks}, and chance decides which one is asked: ${asked.map(inWords).join(', ')}`
}

/** Do all of them serve the same tools, as the replicas of one service do? */
export function areReplicas(asked: readonly AskedNamesake[]): boolean {
  const [first, ...rest] = asked.map(({ reach }) => JSON.stringify(reach.tools))
  return asked.every(({ serves }) => serves === 'yes') && rest.every((each) => each === first)
}

/** Which of them is the proxy: the container of that name, unless it serves none and another does. */
export function meantBy(host: string, asked: readonly AskedNamesake[]): AskedNamesake | null {
  const named = asked.find(({ container }) => container.name === host)
  const [first] = asked
  if (named && named.serves !== 'no') return named
  return first?.serves === 'yes' ? first : null
}

/**
 * What mends it: of others than the one that is meant, those that serve no MCP are taken off the network, or where there are
 * none, all of them. `null` where none of them is proved to serve any. The container of that very name always stays: it may
 * only be down.
 */
export function partNamesakes(host: string, asked: readonly AskedNamesake[]): Remedy | null {
  const meant = asked.some(({ serves }) => serves === 'yes') ? meantBy(host, asked) : null
  if (meant?.serves !== 'yes') return null
  const others = asked.filter((each) => each !== meant && each.container.name !== host)
  const without = others.filter(({ serves }) => serves !== 'yes')
  const strangers = without.length > 0 ? without : others
  const [first] = strangers
  if (!first)
    return {
      sentence: `${printable(meant.container.name)} serves MCP under the name of ${printable(host)}, and ${printable(host)} serves none: start the MCP server in ${printable(host)}, or give it another name.`,
      command: null,
    }
  const names = strangers.map(({ container }) => printable(container.name)).join(' and ')
  const them = strangers.length === 1 ? 'it' : 'them'
  const why =
    without.length > 0
      ? 'Remove'
      : `Keep the one that is meant; if that is ${printable(meant.container.name)}, remove`
  return {
    sentence: `${why} ${names} from ${first.network}, or recreate ${them} there without the name ${printable(host)}:`,
    command: strangers.map(({ container, network }) => disconnectCommand(container, network)).join('\n'),
  }
}
