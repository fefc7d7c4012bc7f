import { disconnectCommand } from '../core/containers.ts'
import type { Reach, ReachKind } from '../core/reach.ts'
import type { Remedy } from '../core/remedies.ts'
import { count, printable } from '../core/text.ts'
import { type Deployment, type Namesake, namesakes } from './deployment.ts'

/** Whoever answers so is an MCP server, or guards one. */
const SERVING: readonly ReachKind[] = [
  'tools',
  'no-tools',
  'unauthorized',
  'forbidden',
  'host-refused',
  'wrong-transport',
  'rate-limited',
]

/** A container that answers to a name, and what was found at its own address. */
export interface Asked extends Namesake {
  serves: boolean
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

const serves = ({ kind }: Reach): boolean => SERVING.includes(kind)

/** The best that one of them answers at any of the addresses. */
async function ask(each: Namesake, addresses: readonly Address[], look: Look): Promise<Asked> {
  const { ip } = each
  const tries = ip === null ? [] : addresses.map((address) => atIp(address, ip))
  const reached = await Promise.all(tries.map(({ url, transport }) => look(url, transport)))
  const unasked: Reach = { kind: 'untried', tools: null, evidence: 'it has no address there' }
  const reach = reached.find(serves) ?? reached[0] ?? unasked
  return { ...each, serves: serves(reach), reach }
}

/**
 * All that answer to a host name where LiteLLM asks for it, each looked at under its own IP address; none where there are
 * fewer than two. `addresses`: where MCP servers are to be under that name. Those that serve MCP come first, and of them
 * the container of that name.
 */
export async function askNamesakes(
  host: string,
  addresses: readonly Address[],
  { litellm, containers }: Pick<Deployment, 'litellm' | 'containers'>,
  look: Look,
): Promise<Asked[]> {
  const found = namesakes(host, litellm.found, containers)
  if (found.length < 2) return []
  const asked = await Promise.all(found.map((each) => ask(each, addresses, look)))
  return asked.toSorted((a, b) => Number(b.serves) - Number(a.serves))
}

const inWords = ({ container, serves: isServer, reach }: Asked): string =>
  `${printable(container.name)} (${isServer ? 'serves MCP' : `serves no MCP: ${reach.evidence}`})`

/** That they share a name, and what each of them serves. */
export function sharedName(host: string, asked: readonly Asked[]): string {
  const networks = [...new Set(asked.map(({ network }) => network))].join(' and ')
  return `${count(asked.length, 'container')} answer to the name ${printable(host)} on ${networks}, and chance decides who is asked: ${asked.map(inWords).join(', ')}`
}

/** Do all of them serve the same tools, as the replicas of one service do? */
export function areReplicas(asked: readonly Asked[]): boolean {
  const [first, ...rest] = asked.map(({ reach }) => JSON.stringify(reach.tools))
  return asked.every((each) => each.serves) && rest.every((each) => each === first)
}

/** Who of them has no business under that name: those without MCP, or where all serve some, all but the first. */
function strangersAmong(asked: readonly Asked[]): Asked[] {
  if (!asked.some((each) => each.serves)) return []
  const silent = asked.filter((each) => !each.serves)
  return silent.length > 0 ? silent : asked.slice(1)
}

/** What mends it: whoever serves no MCP is taken off the network. `null` where none of them serves any. */
export function partNamesakes(host: string, asked: readonly Asked[]): Remedy | null {
  const strangers = strangersAmong(asked)
  const [first] = strangers
  if (!first) return null
  const names = strangers.map(({ container }) => printable(container.name)).join(' and ')
  const all = asked.every((each) => each.serves)
  const why = all
    ? `Keep the one that is meant; if that is ${printable(asked[0]?.container.name ?? '')}, remove`
    : 'Remove'
  return {
    sentence: `${why} ${names} from ${first.network}, or start ${strangers.length === 1 ? 'it' : 'them'} anew there without the name ${printable(host)}:`,
    command: strangers.map(({ container, network }) => disconnectCommand(container, network)).join('\n'),
  }
}
