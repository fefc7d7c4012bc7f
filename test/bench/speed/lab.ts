import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../support/free-port.ts'
import { realGateways } from '../../support/real-gateways.ts'
import { Mismeasured } from '../figure.ts'
import { type Backend, openBackend } from './backend.ts'
import type { Target } from './client.ts'
import { Fleet, makeFleet, removeFleet } from './fleet.ts'

const run = promisify(execFile)

/** The releases of LiteLLM that are measured. */
export type Release = '1.81.14' | '1.106.2'

/** The settings of the lab's scripts, with the password of its proxies. */
const MASTER_KEY = 'sk-1234'

/** A proxy, and how it goes away. */
interface Proxy extends Target {
  stop: () => Promise<unknown>
}

/** PostgreSQL listens 10,000 above the proxy. */
const settings = (port: number): NodeJS.ProcessEnv => ({
  ...process.env,
  LITELLM_PORT: String(port),
  PG_PORT: String(port + 10_000),
  LITELLM_MASTER_KEY: MASTER_KEY,
  LITELLM_CONFIG: resolve('test/lab/litellm.yaml'),
})

/** Starts a proxy with the lab's scripts, in the folder that `LITELLM_LAB` names. */
async function startProxy(release: Release): Promise<Proxy> {
  const lab = resolve(process.env['LITELLM_LAB'] || '../shared/lab')
  const port = await freePort()
  const stop = (): Promise<unknown> => run(`${lab}/down.sh`, { env: settings(port) })
  try {
    await run(`${lab}/up.sh`, [release], { env: settings(port) })
  } catch (error) {
    await stop().catch(() => {})
    throw new Mismeasured(`LiteLLM ${release} did not come up: ${(error as Error).message}`)
  }
  return { url: `http://127.0.0.1:${port}`, key: MASTER_KEY, stop }
}

/** A real LiteLLM with servers on it that are all this bench's. */
interface Opened {
  release: Release
  fleet: Fleet
  silence: Backend['silence']
  close: () => Promise<void>
}

/** The proxy that the environment's `LITELLM_GATEWAYS` names for a release, or one of its own. */
async function proxyOf(release: Release): Promise<Proxy & { isGiven: boolean }> {
  const given = realGateways().find(({ version }) => version === release)
  if (given === undefined) return { ...(await startProxy(release)), isGiven: false }
  return { url: given.url, key: given.masterKey, stop: () => Promise.resolve(), isGiven: true }
}

async function openOn(release: Release, size: number): Promise<Opened> {
  const { isGiven, stop, ...target } = await proxyOf(release)
  const [old, next] = await Promise.all([openBackend(), openBackend()])
  const close = async (): Promise<void> => {
    for (const each of [old, next]) each.close()
    await (isGiven ? removeFleet(target) : stop())
  }
  try {
    // Of a bench that was killed.
    if (isGiven) await removeFleet(target)
    await makeFleet(target, old.origin, size)
  } catch (error) {
    await close()
    throw error
  }
  const silence = (isSilent: boolean): void => {
    for (const each of [old, next]) each.silence(isSilent)
  }
  return { release, fleet: new Fleet(target, size, { from: old.origin, to: next.origin }), silence, close }
}

/** Real LiteLLM proxies, one at a time, so that none takes the processor from another. */
export class Lab {
  readonly #size: number
  #opened: Opened | null = null

  /** `size`: how many servers each is given. */
  constructor(size: number) {
    this.#size = size
  }

  /** The proxy of a release with its fleet; that of another release is taken down. */
  async on(release: Release): Promise<Pick<Opened, 'fleet' | 'silence'>> {
    if (this.#opened?.release === release) return this.#opened
    await this.close()
    return (this.#opened = await openOn(release, this.#size))
  }

  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    await opened?.close()
  }
}
