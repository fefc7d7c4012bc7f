import {
  commandTo,
  connectCommand,
  type ContainerVerb,
  disconnectCommand,
  keptByCompose,
} from '../../core/deployment/containers.ts'
import { GUIDE_NAMES } from '../../core/deployment/guide-names.ts'
import { ownMember } from '../../core/own-member.ts'
import type { Deployment } from './deployment.ts'
import type { Remedy } from '../../core/show/remedy.ts'
import type { Attachment, Container } from '../../docker/port.ts'
import { networksOf } from './names-of.ts'

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

/** What gets a container going, by the state that it is in; any other is like one that has ended. */
const BY_STATE: Readonly<Record<string, [verb: ContainerVerb, sentence: (name: string) => string]>> = {
  paused: ['unpause', (name) => `${name} is paused. Let it go on:`],
  restarting: ['logs', (name) => `${name} ends as soon as it is started, again and again. Its log says why:`],
}

/** What mends a container that does not run. */
export function startIt(container: Container): Remedy {
  const { name, state } = container
  const [verb, sentence] = ownMember(BY_STATE, state) ?? ['start', null]
  return {
    sentence:
      sentence?.(name) ?? `Start ${name}; if it does not stay up, ${commandTo('logs', container)} tells why:`,
    command: commandTo(verb, container),
  }
}

/** What mends containers that are not on a network. */
export function joinIt(absent: readonly Container[], target: string): Remedy {
  const names = absent.map(({ name }) => name).join(' and ')
  const kept = absent.map((each) => keptByCompose(each, `${target} into networks:`)).join('')
  return {
    sentence: `Join ${names} to ${target}${kept === '' ? ':' : `.${kept} Until then:`}`,
    command: absent.map((each) => connectCommand(each, target)).join('\n'),
  }
}

/** The names that somebody gave a container on a network: neither its own nor the short id that engines add. */
function givenNames({ id, name, attachments }: Container, network: string): string[] {
  const place: Attachment | undefined = attachments.find((each) => each.network === network)
  return (place?.names ?? []).filter((each) => each !== name && !id.startsWith(each))
}

/** What mends a proxy that has another name on a network. It has to leave it to get one, and keeps those that it has. */
export function renameIt(container: Container, host: string, network: string): Remedy {
  const aliases = [...new Set([...givenNames(container, network), host])]
  const kept = keptByCompose(container, `the alias ${host} into networks:, ${network}:, aliases:`)
  return {
    sentence: `Give ${container.name} the name ${host} on ${network}${kept === '' ? ':' : `.${kept} Until then:`}`,
    command: [disconnectCommand(container, network), connectCommand(container, network, aliases)].join('\n'),
  }
}
