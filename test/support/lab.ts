import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)

const GATEWAYS = z
  .array(
    z.object({
      version: z.string(),
      url: z.url(),
      masterKey: z.string(),
      username: z.string(),
      password: z.string(),
      databasePort: z.int(),
    }),
  )
  .min(1)

/** A real LiteLLM proxy that the lab's scripts started, and the port of its PostgreSQL on 127.0.0.1. */
export type LabGateway = z.infer<typeof GATEWAYS>[number]

const PATIENCE_MS = 400_000

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
/** What the proxies are started with. */
export const CONFIG = fileURLToPath(new URL('../lab/litellm.yaml', import.meta.url))

/** The folder of the lab's scripts: `LITELLM_LAB`, else where it lies beside the repository. */
export const LAB = resolve(REPOSITORY, process.env['LITELLM_LAB'] || '../shared/lab')

/**
 * The proxies in the environment's `LITELLM_GATEWAYS`, a JSON array. They must have been started with
 * `LITELLM_CONFIG=test/lab/litellm.yaml` and be there for these tests alone. Throws when there are none.
 */
export function labGateways(): readonly LabGateway[] {
  const text = process.env['LITELLM_GATEWAYS']
  if (!text) throw new Error('LITELLM_GATEWAYS names no proxies to test with')
  return GATEWAYS.parse(JSON.parse(text))
}

/** The proxy of one release among them. Throws when there is none. */
export function labGateway(version: string): LabGateway {
  const found = labGateways().find((gateway) => gateway.version === version)
  if (!found) throw new Error(`LITELLM_GATEWAYS names no LiteLLM ${version}`)
  return found
}

/** Resolves when a proxy answers at all. Rejects after more than six minutes, or as soon as it has ended. */
export async function untilItAnswers(url: string, hasEnded: () => boolean = () => false): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!(await fetch(`${url}/health/readiness`).catch(() => null))) {
    if (hasEnded() || Date.now() > end) throw new Error(`no LiteLLM came up at ${url}`)
    await sleep(500)
  }
}

/** Stops a proxy and starts it again with the same database. */
export async function restart({ url, version, databasePort }: LabGateway): Promise<void> {
  const env = {
    ...process.env,
    LITELLM_CONFIG: CONFIG,
    LITELLM_PORT: new URL(url).port,
    PG_PORT: String(databasePort),
  }
  await run(`${LAB}/down.sh`, ['--keep-data'], { env })
  // up.sh stops waiting after 120 s, but leaves LiteLLM to it: a busy machine may need longer.
  await run(`${LAB}/up.sh`, [version], { env }).catch(() => untilItAnswers(url))
}

/** The value of a variable of the lab's scripts, such as `CACHE`. */
export async function labVariable(name: 'CACHE' | 'PG_BIN'): Promise<string> {
  const { stdout } = await run('bash', ['-c', `. "$1/common.sh" && printf %s "$${name}"`, 'bash', LAB])
  return stdout
}
