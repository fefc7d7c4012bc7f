import { ownMember } from '../own-member.ts'
import { isOwnName } from '../rule/host-names.ts'
import { commandTo } from '../deployment/containers.ts'
import { FRONT_REMEDIES, type Front } from './front-remedies.ts'
import {
  connect,
  type Failing,
  logOf,
  outside,
  ownHost,
  type FailingParts,
  partsOf,
  shownPathOf,
} from '../deployment/hosting.ts'
import { nearestOf } from '../show/nearest.ts'
import type { ReachKind } from './reach.ts'
import type { Remedy } from '../show/remedy.ts'
import { printable } from '../show/text.ts'

const nothingAt = (where: string): string => `serves nothing at ${where}.`

/** LiteLLM says "unreachable" where TLS fails, too. */
const perhapsTls = ({ isTls }: FailingParts): string =>
  isTls ? ', or TLS fails: its certificate is not accepted, or plain HTTP is spoken there' : ''

/** What mends an address, by its remedy in words, as it is said of several addresses that differ in their paths. */
export const forAnyPath = (hint: string, url: string): string =>
  hint.replace(nothingAt(shownPathOf(url)), nothingAt('their paths'))

function notFound(place: FailingParts): Remedy {
  const [, name] = /^\/servers\/([^/?#]+)/.exec(place.path) ?? []
  const nothing = `${place.host} answers, but ${nothingAt(place.path)}`
  const restart = place.proxy === null ? null : commandTo('restart', place.proxy)
  if (name === undefined || place.served === null)
    return {
      sentence: `${nothing} Is the server in its servers.json, and the path right?`,
      command: restart,
    }
  if (place.served.includes(name))
    return {
      sentence: `${nothing} The MCP proxy serves ${name}, at /servers/${name}/sse and /servers/${name}/mcp: correct the path.`,
      command: null,
    }
  const near = nearestOf(name, place.served)
  const meant = near === null ? '' : ` Did you mean ${printable(near)}?`
  return {
    sentence: `${nothing} The MCP proxy has no server ${name}.${meant} Add it to servers.json and restart the proxy, or correct the URL.`,
    command: restart,
  }
}

const TRANSPORTS: Readonly<Record<string, string>> = {
  sse: 'HTTP+SSE, whose address mostly ends in /sse',
  http: 'Streamable HTTP, whose address mostly ends in /mcp',
}

type Mending = (place: FailingParts) => Remedy

/** The one table of what mends what. */
const REMEDIES: Partial<Record<ReachKind, Mending>> = {
  'unknown-host': (place) => ({
    sentence:
      outside(place) === ''
        ? `Where LiteLLM runs, the host ${place.host} is unknown: the MCP proxy does not run, is not on LiteLLM's network, or has another name there.`
        : `LiteLLM's machine does not know the host ${place.host}.${outside(place)}`,
    command: connect(place),
  }),
  refused: (place) => ({
    sentence:
      place.hosting.kind === 'machine' && isOwnName(place.host)
        ? `Nothing listens on port ${place.port} of LiteLLM's machine. Start the MCP proxy there; it takes a random port unless its command says --host 127.0.0.1 --port ${place.port}.`
        : `${place.host} is there, but nothing listens on port ${place.port} for others. mcp-proxy listens on 127.0.0.1 and on a random port unless its command ends in --host 0.0.0.0 --port ${place.port}; in a container that publishes no port, that opens it to the network of the container alone.${ownHost(place)}`,
    command: null,
  }),
  unreachable: (place) => ({
    sentence: `LiteLLM cannot connect to ${place.host}: the host is unknown there, or nothing listens on port ${place.port}${perhapsTls(place)}.${outside(place) || ` Do both share a network, and does the MCP proxy listen on 0.0.0.0?${ownHost(place)}`}`,
    command: connect(place),
  }),
  'not-found': notFound,
  'host-refused': ({ host, port }) => ({
    sentence: `The MCP server does not accept the host name ${host}: it was made for 127.0.0.1. With the Python SDK, name it in its transport_security.`,
    command: `TransportSecuritySettings(allowed_hosts=["${host}:${port}"])`,
  }),
  'time-out': ({ host, port, proxy }) => ({
    sentence: `Nothing came back from ${host}:${port}: a firewall drops the packets, or the server hangs.`,
    command: logOf(proxy),
  }),
  'wrong-transport': ({ transport }) => ({
    sentence: `It answers, but not in the transport of the server's entry, ${ownMember(TRANSPORTS, transport) ?? printable(transport)}. Correct the path, or change the transport in LiteLLM to ${transport === 'http' ? 'sse' : 'http'}.`,
    command: null,
  }),
  'no-tools': ({ proxy }) => ({
    sentence: 'It speaks MCP and lists no tools: the service behind it may have ended.',
    command: logOf(proxy),
  }),
  'server-error': ({ proxy }) => ({
    sentence: 'The server itself fails; its log says why.',
    command: logOf(proxy),
  }),
  unclear: ({ gateway }) => ({
    sentence: 'LiteLLM could not use it; its log says more.',
    command: logOf(gateway),
  }),
}

/** Nobody knows whether there are containers at all. */
const ifInDocker = ({ sentence, command }: Remedy): Remedy =>
  command?.startsWith('docker ')
    ? { sentence: `${sentence} If it runs in Docker:`, command }
    : { sentence, command }

const isFront = (kind: ReachKind): kind is keyof typeof FRONT_REMEDIES => kind in FRONT_REMEDIES

/**
 * What mends an address that does not work; `null` where there is nothing to mend. `leadsTo`: where it leads on to, of a
 * redirect.
 */
export function remedyFor(kind: ReachKind, failing: Failing, leadsTo: string | null = null): Remedy | null {
  const place = partsOf(failing)
  if (isFront(kind)) {
    const front: Front = { ...place, url: failing.url, leadsTo }
    return { sentence: FRONT_REMEDIES[kind](front), command: null }
  }
  const remedy = REMEDIES[kind]?.(place) ?? null
  return remedy && (failing.hosting.kind === 'unknown' ? ifInDocker(remedy) : remedy)
}
