import { isLoopbackName } from '../../core/rule/host-names.ts'
import { portOf } from '../../core/rule/address.ts'
import type { Deployment, DeploymentNames } from './deployment.ts'
import { isUnavailable, type Unavailable } from '../../core/unavailable.ts'
import type { Witness } from '../../core/reach/reach.ts'
import type { Container, Docker } from '../../docker/port.ts'
import { witnessInside } from '../../docker/witness/witness.ts'
import { thisMachine } from '../../mcp/handshake.ts'
import type { Machine } from '../../machine/port.ts'
import { findDeployment } from './find.ts'
import type { AskedNamesake } from './namesakes.ts'

/** What is known when the surroundings of a gateway are looked for. */
export interface Bearings {
  gatewayUrl: string
  /** Host names of the URLs to which servers move. */
  newHosts: readonly string[]
  machine: Machine
  /** What a person calls the containers; all `null` unless told. */
  names?: DeploymentNames
  /** Asked only where it is needed. */
  docker: () => Promise<Docker | Unavailable>
}

/**
 * Where LiteLLM stands: on this machine outside of containers, in a container of an engine that can be asked, or where
 * nobody here can tell. `witness`: somebody who can look at an address from there, or `null`.
 */
export type Surroundings = { witness: Witness | null } & (
  | {
      kind: 'machine'
      /** The containers of this machine; none where there is no engine. Never throws. */
      containers: () => Promise<Container[]>
    }
  | {
      kind: 'container'
      litellm: Container
      deployment: Deployment
      names: DeploymentNames
      /** Who was found to share a host name, so that each is asked once, however many servers do not work under it. */
      shared: Map<string, AskedNamesake[]>
    }
  | { kind: 'unknown' }
)

const NO_NAMES: DeploymentNames = { litellm: null, proxy: null, network: null }

/** Nobody knows anything. */
export const NOWHERE: Surroundings = { kind: 'unknown', witness: null }

/** LiteLLM is a Python program. What else listens at its port is a container's proxy, a tunnel, or something in between. */
const LITELLM = /^(python[\d.]*|litellm|uvicorn|gunicorn|hypercorn)( |$)/

/** Does the gateway run on this machine, on its own network, so that it sees what this program sees? */
async function runsHere(gateway: URL, machine: Machine): Promise<boolean> {
  if (!isLoopbackName(gateway.hostname)) return false
  const listeners = await machine.listeners(portOf(gateway))
  return listeners.length > 0 && listeners.every(({ command }) => LITELLM.test(command))
}

/** Is this the container that answers there? On this machine's own names a container does by a published port only. */
const answersAt = (gateway: URL, { published }: Container): boolean =>
  !isLoopbackName(gateway.hostname) || published.some(({ hostPort }) => hostPort === portOf(gateway))

async function containersOf(docker: Docker | Unavailable): Promise<Container[]> {
  return isUnavailable(docker) || !docker.isLocal ? [] : docker.containers().catch(() => [])
}

/**
 * Where LiteLLM stands, and somebody who can look at an address from there: its container, or this machine where it runs
 * on it outside of containers. `null` where nobody is sure to stand there. Never throws.
 */
export async function lookAround(bearings: Bearings): Promise<Surroundings> {
  const { gatewayUrl, newHosts, machine, names = NO_NAMES } = bearings
  const gateway = new URL(gatewayUrl)
  if (await runsHere(gateway, machine)) {
    let known: Promise<Container[]> | null = null
    const containers = () => (known ??= bearings.docker().then(containersOf))
    return { kind: 'machine', witness: thisMachine(), containers }
  }
  const docker = await bearings.docker()
  if (isUnavailable(docker)) return NOWHERE
  const request = { names, gatewayUrl, newHosts }
  const deployment = await findDeployment(docker, machine, request).catch(() => null)
  const litellm = deployment?.litellm.found ?? null
  if (!deployment || !litellm || (names.litellm === null && !answersAt(gateway, litellm))) return NOWHERE
  const witness = litellm.state === 'running' ? witnessInside(docker, litellm) : null
  return { kind: 'container', litellm, deployment, names, witness, shared: new Map() }
}
