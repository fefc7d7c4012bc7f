import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/core/unavailable.ts'
import { connectDocker } from '../../src/docker/connect/connect.ts'
import { invoke } from '../prove/kill-recovery.ts'
import { temporaryFolder } from '../support/cli.ts'
import { freePort } from '../support/free-port.ts'
import { secret, watchForLeaks } from '../support/secrets.ts'
import { docker, LINKS, MAKE_LINKS, readLinks, type Recipe, recipeOf, until } from './containers.ts'
import { deployed, MASTER_KEY, untilReady } from './deployment.ts'

watchForLeaks()
secret(MASTER_KEY)

const run = promisify(execFile)
const NETWORK = 'podman-litellm-net'
const LITELLM = 'podman-litellm'
const PROXY = 'podman-mcp-proxy'
const ORIGIN = `http://${PROXY}:8080`

let folder: string
let service: ChildProcess
let gateway: string
let env: Record<string, string>
/** The settings with which Podman works on a machine whose limits may not be raised. */
let podmanEnv: NodeJS.ProcessEnv

/** Runs Podman's own client, or podman-compose. Rejects unless it exits 0. */
async function podman(...args: string[]): Promise<string> {
  return (await run('podman', args, { env: podmanEnv })).stdout.trim()
}
const sh = (command: string): Promise<unknown> => run('sh', ['-c', command], { env: podmanEnv, cwd: '/' })

/** LiteLLM as the lab's deployment on Docker runs it, without a database and with one server in its config.yaml. */
async function startLitellm(recipe: Recipe): Promise<void> {
  const config = join(folder, 'config.yaml')
  const model =
    '{model_name: fake-gpt, litellm_params: {model: openai/fake, api_key: none, mock_response: hello}}'
  await writeFile(
    config,
    `model_list: [${model}]\nmcp_servers:\n  monitoring: {url: ${ORIGIN}/servers/monitoring/sse, transport: sse}\n`,
  )
  const left = recipe.env.filter(
    (each) => !/^(DATABASE_URL|STORE_MODEL_IN_DB|DISABLE_SCHEMA_UPDATE)=/.test(each),
  )
  const binds = recipe.binds.map((bind) =>
    bind.includes(':/app/config.yaml') ? `${config}:/app/config.yaml:ro` : bind,
  )
  const port = await freePort()
  gateway = `http://127.0.0.1:${port}`
  const options = [...left.flatMap((each) => ['-e', each]), ...binds.flatMap((each) => ['-v', each])]
  const place = ['--name', LITELLM, '--network', NETWORK, '-p', `127.0.0.1:${port}:4000`, '-w', '/tmp']
  await podman('run', '-d', ...place, ...options, recipe.image, ...recipe.command)
}

/** The MCP proxy with one server, by podman-compose. */
async function startProxy({ image, binds, command }: Recipe): Promise<string> {
  const file = join(folder, 'compose.yaml')
  const services = JSON.parse(await docker('exec', 'mcp-proxy-sse', 'cat', '/app/servers.json')) as {
    mcpServers: Record<string, unknown>
  }
  const servers = join(folder, 'servers.json')
  await writeFile(servers, JSON.stringify({ mcpServers: { monitoring: services.mcpServers['monitoring'] } }))
  const volumes = binds.map((bind) =>
    bind.includes(':/app/servers.json') ? `${servers}:/app/servers.json:ro` : bind,
  )
  const px = { image, container_name: PROXY, command, volumes, networks: [NETWORK] }
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ services: { px }, networks: { [NETWORK]: { external: true } } }))
  await sh(`podman-compose -f ${file} -p small up -d`)
  return file
}

let composeFile: string

beforeAll(async () => {
  await deployed()
  const [litellm, proxy] = [await recipeOf('litellm'), await recipeOf('mcp-proxy-sse')]
  folder = await temporaryFolder()
  const settings = join(folder, 'containers.conf')
  await writeFile(
    settings,
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\n',
  )
  podmanEnv = { ...process.env, CONTAINERS_CONF: settings }
  await remove()
  const image = join(folder, 'image.tar')
  await docker('save', '-o', image, litellm.image)
  await podman('load', '-q', '-i', image)
  await podman('network', 'create', NETWORK)
  composeFile = await startProxy(proxy)
  await startLitellm(litellm)
  const socket = join(folder, 'podman.sock')
  service = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    env: podmanEnv,
    stdio: 'ignore',
  })
  env = {
    DOCKER_HOST: `unix://${socket}`,
    LITELLM_PROXY_URL: gateway,
    LITELLM_PROXY_API_KEY: MASTER_KEY,
    MCP_URL_MIGRATE_JOURNAL: join(folder, 'journal'),
  }
  await mkdir(env['MCP_URL_MIGRATE_JOURNAL'] ?? '')
  await untilReady(`${gateway}/health/readiness`)
})

/** What a suite that was cut short may have left as well. */
async function remove(): Promise<void> {
  await podman('rm', '-f', '-t', '1', LITELLM, PROXY).catch(() => '')
  await podman('network', 'rm', '-f', NETWORK).catch(() => '')
}

afterAll(async () => {
  await remove()
  service.kill()
})

const NAMED = ['--litellm-container', LITELLM, '--proxy-container', PROXY, '--network', NETWORK]

interface Checks {
  checks: { id: string; outcome: string; evidence: string[]; hint: string | null }[]
}

async function verify(...checks: string[]) {
  const chosen = checks.flatMap((id) => ['--check', id])
  const rule = ['--from', 'http://localhost:8585', '--to', ORIGIN]
  const args = ['verify', '--json', '--timeout', '10', ...rule, ...NAMED, ...chosen]
  const { stdout } = await invoke({ env }, args)
  const found = (JSON.parse(stdout) as Checks).checks
  return {
    outcomes: Object.fromEntries(found.map(({ id, outcome }) => [id, outcome])),
    said: found.flatMap(({ evidence }) => evidence).join('\n'),
    hints: found.flatMap(({ hint }) => hint ?? []).join('\n'),
  }
}

describe('a small deployment on Podman', () => {
  test('is shown by status, as one on Docker is', async () => {
    const { stdout } = await invoke({ env }, [
      'status',
      '--verbose',
      ...NAMED,
      '--from',
      'http://localhost:8585',
      '--to',
      ORIGIN,
    ])
    expect(stdout).toMatch(/Podman {2}unix:\/\/.*podman\.sock/)
    expect(stdout).toMatch(/podman-litellm +LiteLLM, Up/)
    expect(stdout).toMatch(/podman-mcp-proxy +MCP proxy, Up/)
    expect(stdout).toContain(`networks ${NETWORK}`)
  })

  test('has its files read, through links of each kind', async () => {
    await podman('exec', LITELLM, 'sh', '-c', MAKE_LINKS)
    const engine = await connectDocker(env)
    if (isUnavailable(engine)) throw new Error(engine.unavailable)
    expect(await readLinks(engine, LITELLM)).toEqual(LINKS)
  })

  test('passes where all is well', async () => {
    const { outcomes, said } = await verify('published', 'networks', 'reachable')
    expect(outcomes, said).toMatchObject({ published: 'pass', networks: 'pass', reachable: 'pass' })
    expect(said).toContain(`from inside LiteLLM's container: ${PROXY} → `)
  })

  test('is mended by commands of Podman, and of podman-compose where that made the container', async () => {
    await podman('pause', PROXY)
    const paused = await verify('networks')
    expect(paused.hints).toContain(`\n  podman unpause ${PROXY}`)
    await sh(`podman unpause ${PROXY}`)

    await podman('stop', '-t', '1', PROXY)
    const stopped = await verify('networks')
    const command = `podman-compose -f ${composeFile} -p small start px`
    expect(stopped.hints).toContain(`\n  ${command}`)
    await sh(command)
    await until('the proxy answers', async () => (await verify('networks')).outcomes['networks'] === 'pass')
  })

  test('is told where LiteLLM is not on the network, with the command that joins it', async () => {
    await podman('network', 'disconnect', NETWORK, LITELLM)
    const { said, hints } = await verify('networks')
    expect(said).toContain(`${LITELLM} is not on the network ${NETWORK}`)
    const command = `podman network connect ${NETWORK} ${LITELLM}`
    expect(hints).toContain(`\n  ${command}`)
    await sh(command)
    expect((await verify('networks')).outcomes).toMatchObject({ networks: 'pass' })
  })
})
