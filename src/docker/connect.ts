import { Agent } from 'node:https'
import Dockerode from 'dockerode'
import { z } from 'zod'
import type { Engine } from '../core/containers.ts'
import { type EngineAddress, engineAddress } from './address.ts'
import { reasonOf, within } from './ask.ts'
import { sshAgent } from './dial-ssh.ts'
import { DockerEngine } from './engine.ts'
import type { Docker } from './port.ts'

const CONNECT_MS = 3000

// Everything is named: what is missing dockerode would take from the environment of this process.
const NOTHING = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  protocol: undefined,
  pathPrefix: '/',
}
const NO_TLS = { ca: undefined, cert: undefined, key: undefined }

/** The options of dockerode for an engine. */
function optionsFor(address: EngineAddress): object {
  const base = { ...NOTHING, ...NO_TLS }
  if (address.kind === 'socket') return { ...base, socketPath: address.path }
  if (address.kind === 'ssh') {
    const agent = sshAgent(address.destination, address.port)
    return { ...base, protocol: 'http', host: 'docker', port: 80, agent }
  }
  const { host, port, tls } = address
  if (!tls) return { ...base, protocol: 'http', host, port }
  const { ca, cert, key, unverified } = tls
  const files = { ca: ca ?? undefined, cert: cert ?? undefined, key: key ?? undefined }
  return {
    ...base,
    protocol: 'https',
    host,
    port,
    ...files,
    ...(unverified ? { agent: new Agent({ ...files, rejectUnauthorized: false }) } : {}),
  }
}

const versions = z.object({ Components: z.array(z.object({ Name: z.string() })).nullish() })

/** Podman names itself among the components of its answer to `GET /version`. */
function engineOf(answer: unknown): Engine {
  const components = versions.safeParse(answer).data?.Components ?? []
  return components.some(({ Name }) => /podman/i.test(Name)) ? 'podman' : 'docker'
}

/**
 * The Docker engine that the environment means, or why there is none, as a clause for a person. Never throws, and takes
 * three seconds at most.
 */
export async function connectDocker(env: NodeJS.ProcessEnv): Promise<Docker | string> {
  const address = await engineAddress(env)
  if (typeof address === 'string') return address
  try {
    const api = new Dockerode(optionsFor(address))
    // More than a ping: an engine may answer that to those who may ask it nothing.
    const [version] = await within(CONNECT_MS, (abortSignal) =>
      // What stands before an engine may keep its version to itself.
      Promise.all([api.version().catch(() => null), api.listContainers({ limit: 1, abortSignal })]),
    )
    return new DockerEngine(api, { ...address, engine: engineOf(version) })
  } catch (error) {
    return `${address.where}: ${reasonOf(error)}`
  }
}
