import { portOf } from '../../../core/rule/address.ts'
import { madeAnew } from '../../../core/deployment/containers.ts'
import { GUIDE_NAMES } from '../../../core/deployment/guide-names.ts'
import { hintOf, mend } from '../../../core/show/remedy.ts'
import type { Deployment } from '../../deployment/deployment.ts'
import { count } from '../../../core/show/text.ts'
import type { Container, PublishedPort } from '../../../docker/port.ts'
import { networksOf } from '../../deployment/names-of.ts'
import { askingDocker, type Fault, judged, skipped } from '../check.ts'
import { placeText } from './old-origins.ts'
import type { Scene } from '../scene/scene.ts'

/** The ports that may be published. */
export interface Rules extends Pick<Scene, 'gatewayUrl' | 'allowedPorts' | 'own'> {
  /** Is the engine this machine's own, so that the gateway's port may be one of its ports? */
  isLocal: boolean
}

const text = ({ hostIp, hostPort, containerPort, protocol }: PublishedPort): string =>
  `${placeText(hostIp, hostPort)} → ${containerPort}/${protocol}`

const isLocalOnly = ({ hostIp }: PublishedPort): boolean => hostIp === '::1' || hostIp.startsWith('127.')

/** The port at which the gateway is asked: LiteLLM has to be reached somehow, and where nothing stands before it, so. */
function isGatewayPort({ hostPort }: PublishedPort, { gatewayUrl, isLocal }: Rules): boolean {
  return isLocal && hostPort === portOf(new URL(gatewayUrl))
}

function withdraw(container: Container, { hostPort, containerPort }: PublishedPort): string {
  const { sentence, command } = madeAnew(
    container,
    `without -p ${hostPort}:${containerPort}`,
    `Take ${hostPort}:${containerPort} out of the ports: of`,
  )
  const why = `A container is reached by its name on the network, and needs no port; where one is meant, say so with --allow-published ${hostPort}.`
  return mend(`${why} ${sentence}`, command)
}

/** One published port: a fault, or a remark where it is allowed. */
function judgePort(
  container: Container,
  port: PublishedPort,
  deployment: Deployment,
  rules: Rules,
): { fault: Fault } | { remark: string } {
  const what = `${container.name} publishes ${text(port)}`
  if (rules.allowedPorts.has(port.hostPort)) return { remark: `${what}, which --allow-published allows` }
  if (container.id !== deployment.litellm.found?.id || !isGatewayPort(port, rules))
    return { fault: { line: what, hint: withdraw(container, port) } }
  if (isLocalOnly(port))
    return { remark: `${what}: the gateway itself, for this machine only; behind Traefik it needs no port` }
  const hint = mend(
    `Behind Traefik LiteLLM needs no port; without it, bind the port to this machine (-p 127.0.0.1:${port.hostPort}:${port.containerPort}), or say that it is meant:`,
    rules.own('verify', '--allow-published', String(port.hostPort)),
  )
  return { fault: { line: `${what}: the gateway, for everybody who reaches this machine`, hint } }
}

function onHost(container: Container, network: string): Fault {
  const { name } = container
  const remedy = madeAnew(
    container,
    `with --network ${network} in place of host`,
    `Put networks: with ${network} in place of network_mode: host into`,
  )
  return {
    line: `${name} shares the machine's own network (--network host): every port that it opens is open on the machine`,
    hint: hintOf(remedy),
  }
}

/** What stands against the published ports of a deployment, and what is allowed. */
export function judgePublished(
  deployment: Deployment,
  network: string,
  rules: Rules,
): { faults: Fault[]; remarks: string[]; members: number } {
  const { containers, litellm, proxy } = deployment
  const ours = [litellm, proxy].flatMap(({ found }) => found ?? [])
  const members = containers.filter(
    (each) => networksOf(each).includes(network) || ours.some(({ id }) => id === each.id),
  )
  const judgements = members.flatMap((container) =>
    container.published.map((port) => judgePort(container, port, deployment, rules)),
  )
  const exposed = ours.filter(({ onHostNetwork }) => onHostNetwork).map((each) => onHost(each, network))
  return {
    faults: [...exposed, ...judgements.flatMap((each) => ('fault' in each ? each.fault : []))],
    remarks: judgements.flatMap((each) => ('remark' in each ? each.remark : [])),
    members: members.length,
  }
}

/** Nothing on the MCP network is published to the machine, but for what is allowed. */
export const published = askingDocker({
  id: 'published',
  title: 'No container on the MCP network publishes a port',
  look: async (docker, deployment, scene) => {
    const network = deployment.network.found?.name
    const rules = { ...scene, isLocal: docker.isLocal }
    const { faults, remarks, members } = judgePublished(deployment, network ?? GUIDE_NAMES.network, rules)
    // The two are judged wherever they are; who else would be on the network cannot be told without it.
    if (network === undefined && faults.length === 0) return skipped(deployment.network.how, ...remarks)
    const looked = `${count(members, 'container')} looked at, on ${network}`
    return judged(faults, [...(faults.length === 0 ? [looked] : []), ...remarks])
  },
})
