import { originText, readAddress } from '../../../core/rule/address.ts'
import { isUnavailable, type Unavailable } from '../../../core/unavailable.ts'
import { MigrateError } from '../../../core/errors.ts'
import type { ListedServer } from '../../../core/record/server.ts'
import { servicesInStatus } from '../../../core/verify/services.ts'
import { newOriginsOf } from '../../../core/rule/verdict.ts'
import { findDeployment } from '../../deployment/find.ts'
import { recollectFrom } from '../../plan/recall.ts'
import { listWhole } from '../../plan/whole-list.ts'
import { lookAround } from '../../deployment/surroundings.ts'
import { askInside, type Inside } from './inside.ts'
import { firstLook, secondLook } from '../limits.ts'
import { migratedServers } from './migrated.ts'
import type { Scene } from './scene.ts'

type Derived =
  | 'servers'
  | 'current'
  | 'migrated'
  | 'toolsOf'
  | 'knownPaths'
  | 'deployment'
  | 'around'
  | 'inside'
  | 'served'

/** What a scene is made of; the rest follows from it. */
export type SceneParts = Omit<Scene, Derived>

/** Does something the first time that it is asked for, and hands out the same result ever after. */
function once<T>(act: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null
  return () => (result ??= act())
}

/** The same for each of several keys. */
function onceEach<T>(act: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const results = new Map<string, Promise<T>>()
  return (key) => {
    const result = results.get(key) ?? act(key)
    results.set(key, result)
    return result
  }
}

function pathsOf(servers: readonly ListedServer[]): string[] {
  return servers.flatMap(({ url }) => {
    const address = readAddress(url ?? '')
    return address.kind === 'address' && /\/(sse|mcp)$/.test(address.rest) ? [address.rest] : []
  })
}

/** What Docker tells, and what is asked from inside LiteLLM's container. */
function aroundDocker(parts: SceneParts): Pick<Scene, 'deployment' | 'around' | 'inside' | 'served'> {
  const { docker, names, gatewayUrl, machine, ruleSet } = parts
  const places = newOriginsOf(ruleSet.rules)
  const request = { names, gatewayUrl, newHosts: places.map(({ host }) => host) }
  const bearings = { ...request, machine, docker: () => Promise.resolve(docker) }
  const deployment = once(async () =>
    isUnavailable(docker) ? docker : findDeployment(docker, machine, request),
  )
  const inside = onceEach(async (origin): Promise<Inside | Unavailable> => {
    const found = await deployment()
    const litellm = isUnavailable(found) ? null : found.litellm.found
    if (isUnavailable(docker) || litellm?.state !== 'running')
      return { unavailable: 'there is no container of LiteLLM to ask from' }
    return askInside(docker, litellm.id, `${origin}/status`, secondLook(parts))
  })
  const served = once(async () => {
    // Of several proxies nobody asks for all that they serve.
    const [place, more] = places
    if (!place || more) return null
    const found = await inside(originText(place)).catch(() => null)
    return found === null || isUnavailable(found) ? null : servicesInStatus(found.body)
  })
  return { deployment, around: once(() => lookAround(bearings)), inside, served }
}

/** Makes a scene: what several checks need is asked for once, when the first of them needs it. */
export function makeScene(parts: SceneParts): Scene {
  const { gateway, runs, gatewayUrl, ruleSet } = parts
  const isOpen = !(gateway instanceof MigrateError)
  const known = recollectFrom(runs, gatewayUrl).ids
  // Half of what a check may take for what is asked, and what is read, each.
  const servers = once(async () =>
    isOpen ? (await listWhole(gateway, known, secondLook(parts))).servers : [],
  )
  return {
    ...parts,
    ...aroundDocker(parts),
    servers,
    current: async () => (isOpen ? servers().catch(() => null) : null),
    migrated: once(async () => migratedServers(await servers(), runs, gatewayUrl, ruleSet.rules)),
    toolsOf: onceEach(async (id) =>
      isOpen
        ? gateway.tools(id, firstLook(parts))
        : { kind: 'untried', tools: null, evidence: 'the gateway could not be asked' },
    ),
    // The old addresses have to be tried whatever the gateway says.
    knownPaths: () => servers().then(pathsOf, () => []),
  }
}
