import type { Container, Docker, Network } from '../../docker/port.ts'

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
