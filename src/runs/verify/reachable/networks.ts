import { originText, readAddress } from '../../../core/rule/address.ts'
import { listCommand } from '../../../core/deployment/containers.ts'
import { serviceIn, transportAt } from '../../../core/verify/services.ts'
import type { Witness } from '../../../core/reach/reach.ts'
import type { Container, Docker } from '../../../docker/port.ts'
import { witnessInside } from '../../../docker/witness/witness.ts'
import type { Deployment } from '../../deployment/find.ts'
import { type Check, type Finding, hintOf, judged, mend, skipped } from '../check.ts'
import { coverage } from './coverage.ts'
import { fault, fine, found, type Found } from '../found.ts'
import { judgeInside } from './from-inside.ts'
import { lookWithin, secondLook } from '../limits.ts'
import type { Migrated } from '../scene/migrated.ts'
import { joinIt, meetingOf, type Pair, pairOf, startIt } from '../../deployment/meeting.ts'
import {
  type Address,
  areReplicas,
  askNamesakes,
  meantBy,
  type Asked,
  partNamesakes,
  sharedName,
} from '../../deployment/namesakes.ts'
import type { Scene } from '../scene/scene.ts'

const isRunning = ({ state }: Container): boolean => state === 'running'

function stopped(container: Container): Found {
  if (isRunning(container)) return fine()
  const { name, status, state } = container
  return fault(`${name} does not run (${status || state})`, hintOf(startIt(container)))
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
    ...fault(`${names} is not on the network ${target}${instead}`, hintOf(joinIt(absent, target))),
  }
}

function originOf(url: string): string[] {
  const address = readAddress(url)
  return address.kind === 'address' ? [originText(address)] : []
}

const ADDRESSES_TRIED = 3

/** MCP addresses at an origin: those of servers that are there, or are to come there, or that the proxy tells of. */
async function addressesAt(origin: string, migrated: readonly Migrated[], scene: Scene): Promise<Address[]> {
  const there = migrated.filter(({ url }) => originOf(url).includes(origin))
  if (there.length > 0) return there.slice(0, ADDRESSES_TRIED)
  const known = await scene.knownPaths()
  const paths =
    known.length > 0 ? known : ((await scene.served()) ?? []).map((name) => `/servers/${name}/sse`)
  return paths
    .slice(0, ADDRESSES_TRIED)
    .map((path) => ({ url: `${origin}${path}`, transport: transportAt(path) }))
}

/** All that answer to one host name. */
interface Sharing {
  host: string
  asked: Asked[]
}

/** Who else answers to the names of these origins, and what is behind each. */
async function askAll(
  origins: readonly string[],
  migrated: readonly Migrated[],
  deployment: Deployment,
  scene: Scene,
  witness: Witness,
): Promise<Sharing[]> {
  const look = (url: string, transport: string) => lookWithin(secondLook(scene), witness, url, transport)
  const all = origins.map(async (origin) => {
    const host = new URL(origin).hostname
    const addresses = await addressesAt(origin, migrated, scene)
    return { host, asked: await askNamesakes(host, addresses, deployment, look) }
  })
  return (await Promise.all(all)).filter(({ asked }) => asked.length > 0)
}

function judgeNamesakes({ host, asked }: Sharing): Found {
  const told = sharedName(host, asked)
  if (areReplicas(asked)) return fine(`${told}; all of them serve the same tools`)
  const remedy = partNamesakes(host, asked)
  return fault(told, remedy && hintOf(remedy))
}

/** The proxy is who has the servers' tools behind it, where several have its name. */
function theProxy(proxy: Container, shared: readonly Sharing[]): Container {
  const own = shared.find(({ asked }) => asked.some(({ container }) => container.id === proxy.id))
  return (own && meantBy(own.host, own.asked)?.container) ?? proxy
}

async function lookAt(docker: Docker, near: Pair, deployment: Deployment, scene: Scene): Promise<Finding> {
  const { litellm } = near
  const migrated = await scene.migrated()
  const urls = migrated.map(({ url }) => url)
  const origins = [...new Set(urls.length > 0 ? urls.flatMap(originOf) : [originText(scene.migration.to)])]
  const witness = witnessInside(docker, litellm)
  const namesakes = isRunning(litellm) ? await askAll(origins, migrated, deployment, scene, witness) : []
  const pair = { litellm, proxy: theProxy(near.proxy, namesakes) }
  const { proxy } = pair
  const up = found(stopped(litellm), stopped(proxy))
  const { network, ...together } = shared(pair, deployment, scene.names.network !== null)
  const able = up.faults.length === 0 && network !== null
  const answers = able ? await Promise.all(origins.map(scene.inside)) : []
  const known = namesakes.flatMap(({ asked }) => asked.flatMap(({ ip }) => ip ?? []))
  const requests = answers.map((inside, i) =>
    judgeInside(inside, pair, network ?? '', origins[i] ?? '', known),
  )
  const status = answers.flatMap((each) =>
    typeof each === 'string' || each.status === null ? [] : each.body,
  )[0]
  const wanted = urls.flatMap((url) => serviceIn(url) ?? [])
  const all = found(
    ...namesakes.map(judgeNamesakes),
    up,
    together,
    ...requests,
    await coverage(docker, proxy, status ?? null, wanted),
  )
  // What nobody could ask from there is not proved.
  const isUnknown = answers.some((each) => typeof each === 'string') && all.faults.length === 0
  return isUnknown ? skipped(...all.fine) : judged(all.faults, all.fine)
}

const noProxy = ({ engine }: Docker): string =>
  mend(
    'Start the MCP proxy under the name that the new URLs have, or name its container with --proxy-container. All containers:',
    listCommand(engine),
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
    return pair
      ? lookAt(docker, pair, deployment, scene)
      : judged([{ line: proxy.how, hint: noProxy(docker) }], [])
  },
}
