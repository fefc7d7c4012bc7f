import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { LAB } from '../support/lab.ts'
import { docker } from './containers.ts'

const run = promisify(execFile)

/** The master key of the lab's LiteLLM. */
export const MASTER_KEY = 'sk-1234'

/** The guide's servers, in the order in which the lab creates them. */
export const SERVICES = ['filesystem', 'postgres', 'fetch', 'monitoring', 'n8n', 'playwright', 'timescaledb']

export const OLD_ORIGIN = 'http://localhost:8585'
export const NEW_ORIGIN = 'http://mcp-proxy-sse:8080'

const PARTS = ['postgres', 'mcp-proxy-sse', 'litellm']

async function areRunning(): Promise<boolean> {
  const states = await docker('inspect', '-f', '{{.State.Running}}', ...PARTS).catch(() => '')
  return states === 'true\ntrue\ntrue'
}

/** Where LiteLLM is published on this machine. */
async function gatewayUrl(): Promise<string> {
  return `http://${await docker('port', 'litellm', '4000/tcp')}`
}

/** Resolves when an address answers 200. Rejects after two minutes. */
export async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 240; tries += 1) {
    if ((await fetch(url).catch(() => null))?.ok) return
    await sleep(500)
  }
  throw new Error(`${url} does not answer`)
}

/**
 * The lab's deployment, with its seven servers at `origin`; brought up where it is not. Returns the gateway's URL. Rejects
 * where there is no lab or no engine: these suites fail then, and are not skipped.
 */
export async function deployed(origin = NEW_ORIGIN): Promise<string> {
  if (!(await areRunning())) {
    await run(`${LAB}/undeploy.sh`)
    await run(`${LAB}/deploy.sh`, { maxBuffer: 16 * 1024 * 1024 })
  }
  const url = await gatewayUrl()
  await untilReady(`${url}/health/readiness`)
  await pointServers(origin)
  return url
}

const listed = z.array(
  z.object({ server_id: z.string(), server_name: z.string(), url: z.string().nullish() }),
)

/** Asks the gateway's API as an admin. Rejects what is no success. */
export async function asAdmin(path: string, method = 'GET', body?: object): Promise<unknown> {
  const answer = await fetch(`${await gatewayUrl()}${path}`, {
    method,
    headers: { Authorization: `Bearer ${MASTER_KEY}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`)
  return text === '' ? null : JSON.parse(text)
}

/** Points the seven servers at an origin, and creates those that are missing. */
export async function pointServers(origin: string): Promise<void> {
  const { port } = new URL(await gatewayUrl())
  await run(`${LAB}/seed.sh`, { env: { ...process.env, LITELLM_PORT: port, MCP_GATEWAY: origin } })
  for (const { server_id, server_name, url } of listed.parse(await asAdmin('/v1/mcp/server'))) {
    const wanted = `${origin}/servers/${server_name}/sse`
    if (url !== wanted) await asAdmin('/v1/mcp/server', 'PUT', { server_id, url: wanted })
  }
}
