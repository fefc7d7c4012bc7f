import { shellQuoted } from '../../core/shell.ts'
import type { Container } from '../../docker/port.ts'
import { type Deployment, GUIDE_NAMES } from '../deployment.ts'
import { mend } from './check.ts'

/** LiteLLM's container and the MCP proxy's, where both are there. */
export interface Pair {
  litellm: Container
  proxy: Container
}

/** The two containers of a deployment; `null` where one of them is not there. */
export function pairOf(deployment: Deployment | null): Pair | null {
  const [litellm, proxy] = [deployment?.litellm.found, deployment?.proxy.found]
  return litellm && proxy ? { litellm, proxy } : null
}

const networksOf = ({ attachments }: Container): string[] => attachments.map(({ network }) => network)

/** Where two containers meet, or which of them is absent from the network on which they should. */
export type Meeting = { network: string } | { absent: Container[]; target: string; elsewhere: string[] }

/** The network on which both are: the deployment's, or where nobody insists on that (`named`), any. */
export function meetingOf(
  { litellm, proxy }: Pair,
  { network: { found } }: Deployment,
  named: boolean,
): Meeting {
  const common = networksOf(litellm).filter((network) => networksOf(proxy).includes(network))
  const network = common.find((each) => each === found?.name) ?? (named ? undefined : common[0])
  if (network !== undefined) return { network }
  const target = found?.name ?? networksOf(proxy)[0] ?? networksOf(litellm)[0] ?? GUIDE_NAMES.network
  const absent = [litellm, proxy].filter((each) => !networksOf(each).includes(target))
  return { absent, target, elsewhere: common }
}

/** The hint for a container that does not run. */
export function startIt({ name }: Container): string {
  return mend(
    `Start ${name}; if it does not stay up, docker logs --tail 50 ${name} tells why:`,
    `docker start ${shellQuoted(name)}`,
  )
}

/** The hint for containers that are not on a network. */
export function joinIt(absent: readonly Container[], target: string): string {
  const names = absent.map(({ name }) => name)
  return mend(
    `Join ${names.join(' and ')} to ${target}:`,
    ...names.map((name) => `docker network connect ${shellQuoted(target)} ${shellQuoted(name)}`),
  )
}

/** The hint for a proxy that has another name on a network. It has to leave it to get one. */
export function renameIt({ name }: Container, host: string, network: string): string {
  return mend(
    `Give ${name} the name ${host} on ${network}, and take it from whoever else has it:`,
    `docker network disconnect ${shellQuoted(network)} ${shellQuoted(name)}`,
    `docker network connect --alias ${[host, network, name].map(shellQuoted).join(' ')}`,
  )
}
