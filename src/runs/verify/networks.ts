import { originText, readAddress } from '../../core/address.ts'
import { redactText } from '../../core/redact.ts'
import { serviceIn } from '../../core/verify/services.ts'
import type { Container, Docker } from '../../docker/port.ts'
import type { Deployment } from '../deployment.ts'
import { type Check, type Fault, type Finding, judged, mend, skipped } from './check.ts'
import { coverage } from './coverage.ts'
import type { Inside } from './inside.ts'
import { joinIt, meetingOf, type Pair, pairOf, renameIt, startIt } from './meeting.ts'
import type { Scene } from './scene.ts'

/** What was found on the way: faults, and what is fine. */
interface Found {
  faults: Fault[]
  fine: string[]
}

const found = (...all: Found[]): Found => ({
  faults: all.flatMap(({ faults }) => faults),
  fine: all.flatMap(({ fine }) => fine),
})
const fault = (line: string, hint: string | null): Found => ({ faults: [{ line, hint }], fine: [] })
const fine = (...lines: string[]): Found => ({ faults: [], fine: lines })

const isRunning = ({ state }: Container): boolean => state === 'running'

function stopped(container: Container): Found {
  if (isRunning(container)) return fine()
  const { name, status, state } = container
  return fault(`${name} does not run (${status || state})`, startIt(container))
}

type Shared = Found & { network: string | null }

/** The network that both are on, or the fault that there is none. */
function shared(pair: Pair, deployment: Deployment, named: boolean): Shared {
  const meeting = meetingOf(pair, deployment, named)
  if ('network' in meeting) {
    const { litellm, proxy } = pair
    return { ...meeting, ...fine(`${litellm.name} and ${proxy.name} share the network ${meeting.network}`) }
  }
  const { absent, target, elsewhere } = meeting
  const names = absent.map(({ name }) => name).join(' and ')
  const instead = elsewhere.length === 0 ? '' : `; they meet on ${elsewhere.join(', ')}`
  return {
    network: null,
    ...fault(`${names} is not on the network ${target}${instead}`, joinIt(absent, target)),
  }
}

/** What to do where the address resolves, and nothing answers. */
function unanswered(proxy: Container, { error }: Inside, url: string): Found {
  const { host, port } = new URL(url)
  const line = `from inside LiteLLM's container ${url} does not answer (${redactText(error ?? 'no answer')})`
  const refused = /refused/i.test(error ?? '')
  // Whoever ends a connection has taken it: no packets are lost there.
  const lost = error === null || /timed? ?out|no route|unreachable/i.test(error)
  if (isElsewhere(proxy, new URL(url).hostname) || (!refused && !lost)) return fault(line, null)
  const drops = [
    'sudo iptables -S DOCKER-USER',
    `sudo nsenter -t $(docker inspect -f '{{.State.Pid}}' ${proxy.name}) -n iptables -S`,
  ]
  const why = refused
    ? `Nothing listens at ${host} for other containers: perhaps the proxy listens on 127.0.0.1, which is its default, or on another port. Start it anew with --host 0.0.0.0 --port ${port || '80'} at the end of its command. First:`
    : 'Packets between the containers are lost. Look for rules that drop them (iptables, nftables, ufw), on this machine and inside the containers, and delete them with -D in place of -A:'
  return fault(line, mend(why, ...(refused ? [`docker rm -f ${proxy.name}`] : drops)))
}

/** Is this a host of another place, and none that the proxy's container could be called? */
const isElsewhere = ({ attachments }: Container, host: string): boolean =>
  /[.:]/.test(host) && !attachments.some(({ names, ip }) => ip === host || names.includes(host))

function resolved(proxy: Container, network: string, { addresses }: Inside, host: string): Found {
  const place = proxy.attachments.find((each) => each.network === network)
  const names = `${host} → ${addresses.join(', ')}`
  if (isElsewhere(proxy, host)) return fine(`from inside LiteLLM's container: ${names}`)
  const own = proxy.attachments.flatMap(({ ip }) => ip ?? [])
  // Docker tells the IPv4 addresses alone. One address of somebody else is enough: connections go to any of them.
  const strangers = addresses.filter((each) => !each.includes(':') && !own.includes(each))
  if (place?.ip == null || strangers.length === 0) return fine(`from inside LiteLLM's container: ${names}`)
  const who = strangers.length === addresses.length ? 'which is' : `of which ${strangers.join(', ')} is`
  return fault(
    `${names}, ${who} not ${proxy.name} (${place.ip} on ${network})`,
    renameIt(proxy, host, network),
  )
}

/** What a request from where LiteLLM stands came to. */
function judgeInside(inside: Inside | string, proxy: Container, network: string, origin: string): Found {
  if (typeof inside === 'string')
    return fine(`nothing could be asked from inside LiteLLM's container: ${inside}`)
  const { hostname } = new URL(origin)
  if (inside.addresses.length === 0)
    return fault(
      `inside LiteLLM's container the host ${hostname} is unknown`,
      isElsewhere(proxy, hostname) ? null : renameIt(proxy, hostname, network),
    )
  const name = resolved(proxy, network, inside, hostname)
  const url = `${origin}/status`
  return inside.status === null
    ? found(name, unanswered(proxy, inside, url))
    : found(name, fine(`from there ${url} answers HTTP ${inside.status}`))
}

function originOf(url: string): string[] {
  const address = readAddress(url)
  return address.kind === 'address' ? [originText(address)] : []
}

async function lookAt(docker: Docker, pair: Pair, deployment: Deployment, scene: Scene): Promise<Finding> {
  const { litellm, proxy } = pair
  const migrated = (await scene.migrated()).map(({ url }) => url)
  const origins = [
    ...new Set(migrated.length > 0 ? migrated.flatMap(originOf) : [originText(scene.migration.to)]),
  ]
  const up = found(stopped(litellm), stopped(proxy))
  const { network, ...together } = shared(pair, deployment, scene.names.network !== null)
  const able = up.faults.length === 0 && network !== null
  const answers = able ? await Promise.all(origins.map(scene.inside)) : []
  const requests = answers.map((inside, i) => judgeInside(inside, proxy, network ?? '', origins[i] ?? ''))
  const status = answers.flatMap((each) =>
    typeof each === 'string' || each.status === null ? [] : each.body,
  )[0]
  const wanted = migrated.flatMap((url) => serviceIn(url) ?? [])
  const all = found(up, together, ...requests, await coverage(docker, proxy, status ?? null, wanted))
  // What nobody could ask from there is not proved.
  const isUnknown = answers.some((each) => typeof each === 'string') && all.faults.length === 0
  return isUnknown ? skipped(...all.fine) : judged(all.faults, all.fine)
}

const NO_PROXY = mend(
  'Start the MCP proxy under the name that the new URLs have, or name its container with --proxy-container. All containers that there are:',
  'docker ps -a',
)

/** LiteLLM's container and the proxy's share a network on which the new addresses work. */
export const networks: Check = {
  id: 'networks',
  title: 'LiteLLM and the MCP proxy share a network',
  skip: ({ docker }) => (typeof docker === 'string' ? `Docker cannot be asked: ${docker}` : null),
  look: async (scene) => {
    const [{ docker }, deployment] = [scene, await scene.deployment()]
    if (typeof docker === 'string' || deployment === null) return skipped('Docker cannot be asked')
    const { litellm, proxy } = deployment
    if (litellm.found === null) return skipped(litellm.how)
    const pair = pairOf(deployment)
    return pair ? lookAt(docker, pair, deployment, scene) : judged([{ line: proxy.how, hint: NO_PROXY }], [])
  },
}
