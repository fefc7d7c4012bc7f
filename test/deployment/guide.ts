import { join } from 'node:path'
import { z } from 'zod'
import { invoke } from '../prove/kill-recovery.ts'
import { temporaryFolder } from '../support/cli.ts'
import { secret } from '../support/secrets.ts'
import { docker, type Recipe, recipeOf } from './containers.ts'
import { asAdmin, deployed, MASTER_KEY, NEW_ORIGIN } from './deployment.ts'

/** Time enough on a machine that is busy with other suites. */
const PATIENT = ['--timeout', '20']

const verification = z.object({
  schema: z.literal('mcp-url-migrate/verify/1'),
  gateway: z.object({ url: z.string(), version: z.string().nullable() }),
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      outcome: z.enum(['pass', 'fail', 'skip']),
      evidence: z.array(z.string()),
      hint: z.string().nullable(),
    }),
  ),
  summary: z.object({ pass: z.int(), fail: z.int(), skip: z.int() }),
})
type Verification = z.infer<typeof verification>

const serverList = z.array(z.looseObject({ server_id: z.string(), server_name: z.string(), url: z.string() }))
type Server = z.infer<typeof serverList>[number]

/** What `verify` said: the exit code, the ids of the checks that failed, and all that those said. */
export interface Verified {
  code: number
  failed: string[]
  passed: string[]
  said: string
  hints: string
  document: Verification
}

/**
 * The guide's deployment with its seven servers migrated and its two keys, on a Docker engine. `end` leaves the gateway as it was found.
 */
export class Guide {
  readonly proxy: Recipe
  readonly keys: { admin: string; dev: string }
  readonly #servers: readonly Server[]
  readonly #env: Record<string, string>

  private constructor(
    proxy: Recipe,
    keys: Guide['keys'],
    servers: readonly Server[],
    env: Record<string, string>,
  ) {
    this.proxy = proxy
    this.keys = keys
    this.#servers = servers
    this.#env = env
  }

  /** The id of a server by its name. */
  idOf(name: string): string {
    const found = this.#servers.find(({ server_name: each }) => each === name)
    if (!found) throw new Error(`the gateway has no server ${name}`)
    return found.server_id
  }

  static async begin(): Promise<Guide> {
    const gateway = await deployed()
    const proxy = await recipeOf('mcp-proxy-sse')
    const servers = serverList.parse(await asAdmin('/v1/mcp/server'))
    const ids = (names: (name: string) => boolean): string[] =>
      servers.filter(({ server_name: name }) => names(name)).map(({ server_id: id }) => id)
    const keys = {
      admin: await newKey(ids(() => true)),
      dev: await newKey(ids((name) => name !== 'filesystem')),
    }
    const folder = await temporaryFolder()
    const env = {
      LITELLM_PROXY_URL: gateway,
      LITELLM_PROXY_API_KEY: secret(MASTER_KEY),
      MCP_URL_MIGRATE_JOURNAL: join(folder, 'journal'),
      MCP_URL_MIGRATE_LOCKS: join(folder, 'locks'),
      ADMIN_KEY: keys.admin,
      DEV_KEY: keys.dev,
    }
    const guide = new Guide(proxy, keys, servers, env)
    await guide.#migrate()
    return guide
  }

  /**
   * From an address at which LiteLLM can list the tools, which the guide's old one is not, to the new one: so there is
   * something to compare with.
   */
  async #migrate(): Promise<void> {
    const before = `http://${(await docker('inspect', '-f', '{{.Id}}', 'mcp-proxy-sse')).slice(0, 12)}:8080`
    for (const { server_id: id, server_name: name } of this.#servers)
      await move(id, `${before}/servers/${name}/sse`)
    const args = ['--from', before, '--to', NEW_ORIGIN, '--yes', '--quiet', '--no-wait']
    const { code, output } = await invoke({ env: this.#env, preflight: true }, args)
    if (code !== 0) throw new Error(`the migration ended with ${code}: ${output}`)
  }

  /** Verifies with the keys of the guide and the model of the lab. */
  async verify(...more: string[]): Promise<Verified> {
    const file = new URL('keys.yaml', import.meta.url).pathname
    const args = ['verify', '--json', '--keys', file, '--chat', 'fake-gpt', ...PATIENT, ...more]
    const { code, stdout } = await invoke({ env: this.#env }, args)
    const document = verification.parse(JSON.parse(stdout))
    const ids = (outcome: string): string[] =>
      document.checks.filter((check) => check.outcome === outcome).map(({ id }) => id)
    const failing = document.checks.filter(({ outcome }) => outcome === 'fail')
    return {
      code,
      failed: ids('fail'),
      passed: ids('pass'),
      said: failing.flatMap(({ evidence }) => evidence).join('\n'),
      hints: failing.flatMap(({ hint }) => hint ?? []).join('\n'),
      document,
    }
  }

  /** Puts a server's URL where it is asked for, on its new host. */
  setPath(name: string, path: string): Promise<void> {
    return move(this.idOf(name), `${NEW_ORIGIN}${path}`)
  }

  /** Grants a key exactly these servers. */
  async grant(key: string, names: readonly string[]): Promise<void> {
    const mcp_servers = names.map((name) => this.idOf(name))
    await asAdmin('/key/update', 'POST', { key, object_permission: { mcp_servers } })
  }

  /** The variables that the commands in hints name, set in a shell. */
  get shellVariables(): string {
    return `LITELLM_PROXY_API_KEY=${MASTER_KEY}; DEV_KEY=${this.keys.dev}`
  }

  /** The names of all servers. */
  get names(): string[] {
    return this.#servers.map(({ server_name: name }) => name)
  }

  async end(): Promise<void> {
    for (const { server_id: id, url } of this.#servers) await move(id, url)
    await asAdmin('/key/delete', 'POST', { keys: Object.values(this.keys) })
  }
}

const move = async (id: string, url: string): Promise<void> => {
  await asAdmin('/v1/mcp/server', 'PUT', { server_id: id, url })
}

async function newKey(servers: readonly string[]): Promise<string> {
  const answer = await asAdmin('/key/generate', 'POST', {
    models: ['fake-gpt'],
    object_permission: { mcp_servers: servers },
  })
  return secret(z.looseObject({ key: z.string() }).parse(answer).key)
}
