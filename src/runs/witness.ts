import { isLoopbackName } from '../core/address.ts'
import type { Witness } from '../core/reach.ts'
import type { Container, Docker } from '../docker/port.ts'
import { witnessInside } from '../docker/witness.ts'
import { thisMachine } from '../gateway/handshake.ts'
import type { Machine } from '../machine/port.ts'
import { type DeploymentNames, findDeployment } from './deployment.ts'

/** Where somebody is looked for who stands where LiteLLM does. */
export interface Surroundings {
  gatewayUrl: string
  /** Host names of the URLs to which servers move. */
  newHosts: readonly string[]
  machine: Machine
  /** What a person calls the containers; all `null` unless told. */
  names?: DeploymentNames
  /** Why there is none, where there is none. Asked only where it is needed. */
  docker: () => Promise<Docker | string>
}

const NO_NAMES: DeploymentNames = { litellm: null, proxy: null, network: null }

/** LiteLLM is a Python program. What else listens at its port is a container's proxy, a tunnel, or something in between. */
const LITELLM = /^(python[\d.]*|litellm|uvicorn|gunicorn|hypercorn)( |$)/

const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80))

/** Does the gateway run on this machine, on its own network, so that it sees what this program sees? */
async function runsHere(gateway: URL, machine: Machine): Promise<boolean> {
  if (!isLoopbackName(gateway.hostname)) return false
  const listeners = await machine.listeners(portOf(gateway))
  return listeners.length > 0 && listeners.every(({ command }) => LITELLM.test(command))
}

/** Is this the container that answers there? On this machine's own names a container does by a published port only. */
const answersAt = (gateway: URL, { published }: Container): boolean =>
  !isLoopbackName(gateway.hostname) || published.some(({ hostPort }) => hostPort === portOf(gateway))

/**
 * Somebody who can look at an address from where LiteLLM stands: its container, or this machine where it runs on it
 * outside of containers. `null` where nobody can be sure to stand there. Never throws.
 */
export async function findWitness(around: Surroundings): Promise<Witness | null> {
  const { gatewayUrl, newHosts, machine } = around
  const gateway = new URL(gatewayUrl)
  if (await runsHere(gateway, machine)) return thisMachine()
  const docker = await around.docker()
  if (typeof docker === 'string') return null
  const { names = NO_NAMES } = around
  const found = await findDeployment(docker, machine, { names, gatewayUrl, newHosts }).catch(() => null)
  const litellm = found?.litellm.found ?? null
  if (!litellm || litellm.state !== 'running') return null
  if (names.litellm === null && !answersAt(gateway, litellm)) return null
  return witnessInside(docker, litellm)
}
