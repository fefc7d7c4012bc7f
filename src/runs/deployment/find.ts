import { isLoopbackName } from '../../core/rule/host-names.ts'
import { portOf } from '../../core/rule/address.ts'
import { GUIDE_NAMES } from '../../core/deployment/guide-names.ts'
import { printable } from '../../core/show/text.ts'
import type { Container, Docker } from '../../docker/port.ts'
import type { Deployment, DeploymentRequest, Holdings, Part } from './deployment.ts'
import { findNetwork } from './find-network.ts'
import type { Machine } from '../../machine/port.ts'
import { isCalled, namesakes, networksOf } from './names-of.ts'

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
  const gateway = new URL(gatewayUrl)
  const [{ hostname }, hostPort] = [gateway, portOf(gateway)]
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

/** The container that answers to a host name on LiteLLM's networks; where none that runs does, one that would. */
function nearLitellm(
  host: string,
  litellm: Container | null,
  containers: readonly Container[],
): Part<Container> | null {
  const networks = litellm ? networksOf(litellm) : []
  const isNear = ({ id, attachments }: Container): boolean =>
    id !== litellm?.id &&
    attachments.some(({ network, names }) => networks.includes(network) && names.includes(host))
  const [first, ...rest] = namesakes(host, litellm, containers)
  const found = first?.container ?? containers.find(isNear)
  if (!found) return null
  const also = rest.map(({ container }) => printable(container.name)).join(' and ')
  const how = `it is ${printable(host)} on LiteLLM's networks`
  return also === ''
    ? { found, how }
    : { found, how: `${how}; so is ${also}, and chance decides which one is asked`, isDoubtful: true }
}

function findProxy(
  { containers }: Holdings,
  { names, newHosts }: DeploymentRequest,
  litellm: Container | null,
): Part<Container> {
  if (names.proxy !== null) return namedContainer(names.proxy, containers, '--proxy-container')
  const hosts = [...new Set([...newHosts, GUIDE_NAMES.proxy])]
  for (const host of hosts) {
    const near = nearLitellm(host, litellm, containers)
    if (near) return near
  }
  const others = containers.filter(({ id }) => id !== litellm?.id)
  for (const host of hosts) {
    const found = preferRunning(others.filter((each) => isCalled(each, host)))
    if (found) return { found, how: 'by its name; it is on no network of LiteLLM' }
  }
  return {
    found: null,
    how: `no container is called ${hosts.map(printable).join(' or ')}: name it with --proxy-container`,
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
