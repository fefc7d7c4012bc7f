import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, openGateway } from './gateway.ts'
import { Packed } from './packed.ts'
import { Lab } from './speed/lab.ts'
import { run } from './run.ts'

/** Where things are measured: a bare environment, folders of its own, and a gateway with a run to take back. */
export interface Place {
  /** The program that is measured, as an absolute path of its JavaScript. */
  program: string
  /** All that a measured program has in its environment. */
  env: NodeJS.ProcessEnv
  /** An empty folder to stand in. */
  cwd: string
  gateway: () => Promise<Gateway>
  packed: Packed
  /** Real LiteLLM. Nothing of it is started before it is asked for. */
  lab: Lab
  close: () => Promise<void>
}

// Nothing that surrounds the bench may be read or written by what is measured; Docker is looked for where none is.
const bare = (folder: string, isCold: boolean): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: folder,
  TMPDIR: join(folder, 'tmp'),
  DOCKER_HOST: `unix://${join(folder, 'no-docker.sock')}`,
  MCP_URL_MIGRATE_JOURNAL: join(folder, 'journal'),
  MCP_URL_MIGRATE_LOCKS: join(folder, 'locks'),
  ...(isCold ? { NODE_DISABLE_COMPILE_CACHE: '1' } : {}),
})

/** A gateway all of whose servers a run of the program has just moved. */
async function migrated(program: string, env: NodeJS.ProcessEnv, cwd: string): Promise<Gateway> {
  const gateway = await openGateway(program, env)
  try {
    const args = ['--yes', '--no-wait', '--no-preflight', '--url', gateway.url]
    const signedIn = { ...env, LITELLM_PROXY_API_KEY: gateway.key }
    await run([process.execPath, program, ...args], { env: signedIn, cwd })
    return gateway
  } catch (error) {
    await gateway.close()
    throw error
  }
}

/** How many servers a real LiteLLM is given, where nothing else is said. */
export const SERVERS = 200

/**
 * Opens a place for a program. `isCold`: without Node's compile cache, which Node has from 22 on. `servers`: how many a real
 * LiteLLM is given.
 */
export async function openPlace(program: string, isCold: boolean, servers = SERVERS): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-url-migrate-bench-'))
  const env = bare(folder, isCold)
  const cwd = join(folder, 'empty')
  for (const each of [cwd, join(folder, 'tmp'), join(folder, 'packed')]) await mkdir(each)
  let gateway: Promise<Gateway> | null = null
  const lab = new Lab(servers)
  return {
    program,
    env,
    cwd,
    gateway: () => (gateway ??= migrated(program, env, cwd)),
    packed: new Packed(program, join(folder, 'packed')),
    lab,
    close: async () => {
      await lab.close()
      const opened = await gateway?.catch(() => null)
      await opened?.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
