import { isLoopbackName, isHostName } from '../../core/rule/host-names.ts'
import { originText, readAddress } from '../../core/rule/address.ts'
import {
  type Call,
  type ContainerRole,
  openPorts,
  type Topology,
  type TopologyContainer,
} from '../../core/deployment/topology.ts'
import type { Container } from '../../docker/port.ts'
import type { Deployment } from './deployment.ts'
import { networksOf } from './names-of.ts'

const ORDER: readonly ContainerRole[] = ['litellm', 'proxy', 'other']

/** The networks that matter: those of the two, the MCP network before all. */
function networkNames({ litellm, proxy, network }: Deployment): string[] {
  const found = [litellm.found, proxy.found].filter((each) => each !== null).flatMap(networksOf)
  return [...new Set([...(network.found ? [network.found.name] : []), ...found.toSorted()])]
}

/** The two and whoever shares a network with one of them, the two first, then who is on the MCP network. */
function shownContainers(
  { containers, litellm, proxy, network }: Deployment,
  names: readonly string[],
): TopologyContainer[] {
  const shown = containers.map((container): TopologyContainer => {
    const role =
      container.id === litellm.found?.id ? 'litellm' : container.id === proxy.found?.id ? 'proxy' : 'other'
    const near = network.found !== null && networksOf(container).includes(network.found.name)
    const { name, state, status, onHostNetwork } = container
    const networks = names.filter((each) => networksOf(container).includes(each))
    const exposed = role === 'proxy' || (role === 'other' && near)
    return {
      name,
      role,
      state,
      status,
      networks,
      ports: openPorts(container.published, exposed),
      onHostNetwork,
    }
  })
  const mcp = network.found?.name ?? ''
  const rank = ({ role, networks }: TopologyContainer): number =>
    ORDER.indexOf(role) * 2 + (networks.includes(mcp) ? 0 : 1)
  return shown
    .filter(({ role, networks }) => role !== 'other' || networks.length > 0)
    .toSorted((a, b) => rank(a) - rank(b))
}

/** The container that answers at an origin which LiteLLM calls. */
function calledBy(
  litellm: Container | null,
  containers: readonly Container[],
  { host, port }: { host: string; port: number },
): string | null {
  const isMachine = isLoopbackName(host) && (litellm?.onHostNetwork !== false || isHostName(host))
  if (isMachine) {
    const found = containers.find(({ published }) => published.some(({ hostPort }) => hostPort === port))
    return found?.name ?? null
  }
  const near = litellm ? networksOf(litellm) : []
  const found = containers.find(({ attachments }) =>
    attachments.some(
      ({ network, names, ip }) => near.includes(network) && (names.includes(host) || ip === host),
    ),
  )
  return found?.name ?? null
}

function callsTo(urls: readonly string[], { litellm, containers }: Deployment): Call[] {
  const calls = new Map<string, Call>()
  for (const url of urls) {
    const address = readAddress(url)
    if (address.kind !== 'address') continue
    const origin = originText(address)
    const before = calls.get(origin)?.servers ?? 0
    calls.set(origin, { origin, servers: before + 1, to: calledBy(litellm.found, containers, address) })
  }
  return [...calls.values()].toSorted((a, b) => b.servers - a.servers)
}

/** The deployment as a picture shows it. `urls`: those of the servers that LiteLLM knows. Pure. */
export function assembleTopology(deployment: Deployment, urls: readonly string[]): Topology {
  const names = networkNames(deployment)
  return {
    networks: names.map((name) => ({
      name,
      internal: deployment.networks.some((each) => each.name === name && each.internal),
      mcp: name === deployment.network.found?.name,
    })),
    containers: shownContainers(deployment, names),
    calls: callsTo(urls, deployment),
  }
}
