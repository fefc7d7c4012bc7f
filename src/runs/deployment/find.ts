import { isLoopbackName } from '../../core/rule/address.ts'
import { GUIDE_NAMES } from '../../core/deployment/guide-names.ts'
import { printable } from '../../core/show/text.ts'
import type { Container, Docker, Network } from '../../docker/port.ts'
import type { Machine } from '../../machine/port.ts'
import { isCalled, namesakes, networksOf } from './names-of.ts'

/** Names that a person gave; `null` where they left it to the tool. */
export interface DeploymentNames {
  litellm: string | null
  proxy: string | null
  network: string | null
}

/** What is looked for among the containers and networks of an engine. */
export interface DeploymentRequest {
  names: DeploymentNames
  gatewayUrl: string
  /** Host names of the URLs to which servers move. */
  newHosts: readonly string[]
}

/** One part of a deployment, and how it was found, or what was looked for in vain: a clause for a person. */
export interface Part<T> {
  found: T | null
  how: string
  /** Is there something about it that a person should know? */
  isDoubtful?: boolean
}

/** The guide's deployment, as far as an engine has it. `network` is the one on which the two meet. */
export interface Deployment {
  containers: Container[]
  networks: Network[]
  litellm: Part<Container>
  proxy: Part<Container>
  network: Part<Network>
}

/** What an engine holds. */
export interface Holdings extends Pick<Deployment, 'containers' | 'networks'>, Pick<Docker, 'isLocal'> {
  /** May the gateway run on this engine? Not where the engine is this machine's, and the gateway another machine's. */
  mayHoldGateway: boolean
}

/** Compose puts the project's name before that of a network. */
const isNetwork =
  (name: string) =>
  (network: string): boolean =>
    network === name || network.endsWith(`_${name}`)

/** The one among them that runs, else the first. */
const preferRunning = (containers: readonly Container[]): Container | null =>
  containers.find(({ state }) => state === 'running') ?? containers[0] ?? null

function namedContainer(name: string, containers: readonly Container[], option: string): Part<Container> {
  const found =
    containers.find((each) => each.name === name) ??
    preferRunning(containers.filter((each) => isCalled(each, name)))
  return {
    found,
    how: found ? `as ${option} says` : `there is no container ${printable(name)}, as ${option} says`,
  }
}

/** LiteLLM by the address at which it was called: its published port, or its name where this runs beside it. */
function byAddress({ containers, isLocal }: Holdings, gatewayUrl: string): Part<Container> | null {
  const { hostname, port, protocol } = new URL(gatewayUrl)
  const hostPort = Number(port || (protocol === 'https:' ? 443 : 80))
  if (!isLoopbackName(hostname)) {
    const found = preferRunning(containers.filter((each) => isCalled(each, hostname)))
    return found && { found, how: `${hostname} is its name` }
  }
  if (!isLocal) return null
  const found = containers.find(({ published }) => published.some((each) => each.hostPort === hostPort))
  return found ? { found, how: `it publishes port ${hostPort}, the gateway's` } : null
}

/** A container of the same name here says nothing about a gateway elsewhere. */
const elsewhere = (gatewayUrl: string): { found: null; how: string } => ({
  found: null,
  how: `${printable(new URL(gatewayUrl).hostname)} is another machine, as far as this one can tell: where its containers are on this engine all the same, name them with --litellm-container`,
})

function findLitellm(holdings: Holdings, { names, gatewayUrl }: DeploymentRequest): Part<Container> {
  const { containers } = holdings
  if (names.litellm !== null) return namedContainer(names.litellm, containers, '--litellm-container')
  const called = byAddress(holdings, gatewayUrl)
  if (called) return called
  if (!holdings.mayHoldGateway) return elsewhere(gatewayUrl)
  const found = preferRunning(containers.filter((each) => isCalled(each, GUIDE_NAMES.litellm)))
  if (!found)
    return {
      found: null,
      how: `no container serves ${printable(gatewayUrl)}, and none is called ${GUIDE_NAMES.litellm}: name it with --litellm-container`,
    }
  const how = `by its name; whether ${printable(gatewayUrl)} leads to it could not be told`
  return { found, how, isDoubtful: true }
}

function findProxy(
  { containers }: Holdings,
  { names, newHosts }: DeploymentRequest,
  litellm: Container | null,
): Part<Container> {
  if (names.proxy !== null) return namedContainer(names.proxy, containers, '--proxy-container')
  const near = litellm ? networksOf(litellm) : []
  const others = containers.filter(({ id }) => id !== litellm?.id)
  const hosts = [...new Set([...newHosts, GUIDE_NAMES.proxy])]
  const isNear = (host: string, container: Container): boolean =>
    container.attachments.some(({ network, names: known }) => near.includes(network) && known.includes(host))
  for (const host of hosts) {
    const [first, ...rest] = namesakes(host, litellm, containers)
    const found = first?.container ?? others.find((each) => isNear(host, each))
    const also = rest.map(({ container }) => printable(container.name)).join(' and ')
    const alone = `it is ${printable(host)} on LiteLLM's networks`
    if (!found) continue
    return also === ''
      ? { found, how: alone }
      : { found, how: `${alone}; so is ${also}, and chance decides which one is asked`, isDoubtful: true }
  }
  for (const host of hosts) {
    const found = preferRunning(others.filter((each) => isCalled(each, host)))
    if (found) return { found, how: 'by its name; it is on no network of LiteLLM' }
  }
  return {
    found: null,
    how: `no container is called ${hosts.map(printable).join(' or ')}: name it with --proxy-container`,
  }
}

/** Who of the two is not on a network, as the end of a sentence. */
function absence(network: string, ...both: (Container | null)[]): string {
  const missing = both.filter((each) => each !== null).filter((each) => !networksOf(each).includes(network))
  return missing.map(({ name }) => `; ${printable(name)} is not on it`).join('')
}

function findNetwork(
  { networks }: Holdings,
  { names }: DeploymentRequest,
  litellm: Container | null,
  proxy: Container | null,
): Part<Network> {
  const named = (name: string): Network | null =>
    networks.find((each) => each.name === name) ?? networks.find((each) => isNetwork(name)(each.name)) ?? null
  if (names.network !== null) {
    const found = named(names.network)
    return {
      found,
      how: found ? 'as --network says' : `there is no network ${printable(names.network)}, as --network says`,
    }
  }
  // Before any other that they share: where they should meet is not where they happen to.
  const usual = named(GUIDE_NAMES.network)
  if (usual) {
    const absent = absence(usual.name, litellm, proxy)
    return { found: usual, how: `by its name${absent}`, isDoubtful: absent !== '' }
  }
  const shared =
    litellm && proxy
      ? networks.find(({ name }) => [litellm, proxy].every((each) => networksOf(each).includes(name)))
      : undefined
  if (shared) return { found: shared, how: 'both are on it' }
  return {
    found: null,
    how: `LiteLLM and the MCP proxy share no network, and none is called ${GUIDE_NAMES.network}`,
  }
}

/** Finds the parts of the deployment among what an engine holds. Pure. */
export function locateDeployment(holdings: Holdings, request: DeploymentRequest): Deployment {
  const { containers, networks } = holdings
  const litellm = findLitellm(holdings, request)
  if (litellm.found === null && !holdings.mayHoldGateway) {
    const nothing = elsewhere(request.gatewayUrl)
    return { containers, networks, litellm, proxy: nothing, network: nothing }
  }
  const proxy = findProxy(holdings, request, litellm.found)
  const network = findNetwork(holdings, request, litellm.found, proxy.found)
  return { containers, networks, litellm, proxy, network }
}

/** Asks an engine for the deployment. Throws `docker-failed`. */
export async function findDeployment(
  docker: Docker,
  machine: Pick<Machine, 'isSelf'>,
  request: DeploymentRequest,
): Promise<Deployment> {
  const { isLocal } = docker
  const [containers, networks, isHere] = await Promise.all([
    docker.containers(),
    docker.networks(),
    isLocal ? machine.isSelf(new URL(request.gatewayUrl).hostname) : true,
  ])
  return locateDeployment({ containers, networks, isLocal, mayHoldGateway: isHere }, request)
}
