import type { Engine } from '../../core/deployment/containers.ts'
import { isUnavailable, type Unavailable } from '../../core/unavailable.ts'
import { engineAddress } from './address.ts'
import { EngineApi } from '../api/api.ts'
import { reasonOf, inTime } from '../api/ask.ts'
import { endpointOf } from './endpoint.ts'
import { DockerEngine } from '../engine.ts'
import type { Docker } from '../port.ts'

const CONNECT_MS = 3000

/** Podman names itself among the components of its answer to `GET /version`. */
const engineOf = (components: readonly string[]): Engine =>
  components.some((name) => /podman/i.test(name)) ? 'podman' : 'docker'

/**
 * The Docker engine that the environment means, or why there is none. Never throws, and takes three seconds at most.
 */
export async function connectDocker(env: NodeJS.ProcessEnv): Promise<Docker | Unavailable> {
  const address = await engineAddress(env)
  if (isUnavailable(address)) return address
  try {
    const api = new EngineApi(endpointOf(address, env))
    // More than a ping: an engine may answer that to those who may ask it nothing.
    const [components] = await inTime(CONNECT_MS, (signal) =>
      // What stands before an engine may keep its version to itself.
      Promise.all([api.components(signal).catch(() => []), api.list({ limit: '1' }, signal)]),
    )
    return new DockerEngine(api, { ...address, engine: engineOf(components) })
  } catch (error) {
    return { unavailable: `${address.where}: ${reasonOf(error)}` }
  }
}
