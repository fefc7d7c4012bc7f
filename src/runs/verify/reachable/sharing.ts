import { originText, readAddress } from '../../../core/rule/address.ts'
import type { Witness } from '../../../core/reach/reach.ts'
import { hintOf } from '../../../core/show/remedy.ts'
import { transportAt } from '../../../core/verify/services.ts'
import type { Container } from '../../../docker/port.ts'
import type { Deployment } from '../../deployment/deployment.ts'
import {
  type Address,
  areReplicas,
  type AskedNamesake,
  askNamesakes,
  meantBy,
  partNamesakes,
  sharedName,
} from '../../deployment/namesakes.ts'
import { fault, fine, type Found } from '../check.ts'
import { lookWithin, secondLook } from '../limits.ts'
import type { Migrated } from '../scene/migrated.ts'
import type { Scene } from '../scene/scene.ts'

/** The origin of a URL; none where it is no address. */
export function originIn(url: string): string[] {
  const address = readAddress(url)
  return address.kind === 'address' ? [originText(address)] : []
}

const ADDRESSES_TRIED = 3

/** MCP addresses at an origin: those of servers that are there, or are to come there, or that the proxy tells of. */
async function addressesAt(origin: string, migrated: readonly Migrated[], scene: Scene): Promise<Address[]> {
  const there = migrated.filter(({ url }) => originIn(url).includes(origin))
  if (there.length > 0) return there.slice(0, ADDRESSES_TRIED)
  const known = await scene.knownPaths()
  const paths =
    known.length > 0 ? known : ((await scene.served()) ?? []).map((name) => `/servers/${name}/sse`)
  return paths
    .slice(0, ADDRESSES_TRIED)
    .map((path) => ({ url: `${origin}${path}`, transport: transportAt(path) }))
}

/** All that answer to one host name. */
export interface Sharing {
  host: string
  asked: AskedNamesake[]
}

/** Who else answers to the names of these origins, and what is behind each. */
export async function askAll(
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

/** Several that answer to one name: a fault, unless all of them are one service. */
export function judgeNamesakes({ host, asked }: Sharing): Found {
  const told = sharedName(host, asked)
  if (areReplicas(asked)) return fine(`${told}; all of them serve the same tools`)
  const remedy = partNamesakes(host, asked)
  return fault(told, remedy && hintOf(remedy))
}

/** The proxy is who has the servers' tools behind it, where several have its name. */
export function theProxy(proxy: Container, shared: readonly Sharing[]): Container {
  const own = shared.find(({ asked }) => asked.some(({ container }) => container.id === proxy.id))
  return (own && meantBy(own.host, own.asked)?.container) ?? proxy
}
