import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invoke } from '../prove/kill-recovery.ts'
import { factsOf } from '../support/chromium.ts'
import { temporaryFolder } from '../support/cli.ts'
import { secret, watchForLeaks } from '../support/secrets.ts'
import { docker, putBack, type Recipe, recipeOf, replace, untilProxyAnswers } from './containers.ts'
import { deployed, MASTER_KEY, NEW_ORIGIN, OLD_ORIGIN, pointServers, SERVICES } from './deployment.ts'

watchForLeaks()
secret(MASTER_KEY)

let env: Record<string, string>
const status = (...args: string[]) => invoke({ env }, ['status', ...args])

interface Document {
  servers: { state: string }[]
  docker: {
    litellm: { name: string }
    proxy: { name: string }
    network: { name: string }
    containers: {
      name: string
      networks: string[]
      ports: { hostIp: string; hostPort: number; exposed: boolean }[]
    }[]
    calls: { origin: string; servers: number; to: string | null }[]
    exposures: string[]
  }
}
const documentOf = async (...args: string[]): Promise<Document> =>
  JSON.parse((await status('--json', ...args)).stdout) as Document

beforeAll(async () => {
  const url = await deployed(NEW_ORIGIN)
  env = {
    LITELLM_PROXY_URL: url,
    LITELLM_PROXY_API_KEY: MASTER_KEY,
    MCP_URL_MIGRATE_JOURNAL: await temporaryFolder(),
    FRONT: secret('front-hush.9'),
    ...(process.env['DOCKER_HOST'] ? { DOCKER_HOST: process.env['DOCKER_HOST'] } : {}),
  }
})

describe('the hardened deployment', () => {
  test('is found, with all servers migrated and nothing exposed', async () => {
    const { servers, docker: seen } = await documentOf()
    expect(servers.map(({ state }) => state)).toEqual(SERVICES.map(() => 'migrated'))
    expect([seen.litellm.name, seen.proxy.name, seen.network.name]).toEqual([
      'litellm',
      'mcp-proxy-sse',
      'litellm-net',
    ])
    expect(seen.containers.map(({ name, networks }) => [name, networks])).toEqual([
      ['litellm', ['litellm-net', 'postgres-net', 'traefik-proxy']],
      ['mcp-proxy-sse', ['litellm-net', 'postgres-net']],
      ['postgres', ['postgres-net']],
    ])
    expect(seen.calls).toEqual([{ origin: NEW_ORIGIN, servers: 7, to: 'mcp-proxy-sse' }])
    expect(seen.exposures).toEqual([])
  })

  test('is one screen in a terminal', async () => {
    const { code, stdout } = await invoke({ env, screen: 80 }, ['status'])
    expect(code).toBe(0)
    expect(stdout).toContain('Servers  7 servers: 7 migrated')
    expect(stdout.trimEnd().split('\n').length).toBeLessThan(24)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('shows the last errors of the logs, without a key that was in them', async () => {
    const script =
      "import sys; print('ERROR: no such key: sk-abcdefghijklmnop at https://me:hunter2hunter2@host/x for front-hush.9', file=sys.stderr)"
    const network = ['--network', 'litellm-net', '--network-alias', 'noisy']
    await docker('rm', '-f', 'lab-noisy')
    const image = await docker('inspect', '-f', '{{.Config.Image}}', 'litellm')
    await docker(
      'run',
      '-d',
      '--name',
      'lab-noisy',
      ...network,
      '-v',
      '/usr:/usr:ro',
      image,
      'python3',
      '-c',
      script,
    )
    await docker('wait', 'lab-noisy')
    const { stdout } = await status('--proxy-container', 'lab-noisy', '--header', 'X-Front=FRONT').finally(
      () => docker('rm', '-f', 'lab-noisy'),
    )
    expect(stdout).toMatch(
      /lab-noisy\n {4}\d{4}-\d\d-\d\d \d\d:\d\d \S+ {2}ERROR: no such key: sk-\*\*\*\s+at\s+https:\/\/\*\*\*@host/,
    )
    expect(stdout).not.toContain('front-hush.9')
    expect(stdout).toMatch(/lab-noisy +MCP proxy, exited/)
  })

  test('is drawn', async () => {
    const { code, stdout } = await status('--diagram')
    expect(code).toBe(0)
    expect(stdout).toContain('│ mcp-proxy-sse      ├──●──●  │')
    expect(stdout).not.toMatch(/^!/m)
  })
})

describe('the deployment as it was before', () => {
  let proxy: Recipe
  beforeAll(async () => {
    proxy = await recipeOf('mcp-proxy-sse')
    await replace({ ...proxy, publish: ['127.0.0.1:8585:8080'] })
    await untilProxyAnswers('mcp-proxy-sse')
    await pointServers(OLD_ORIGIN)
  })
  afterAll(async () => {
    await putBack(proxy)
    await pointServers(NEW_ORIGIN)
  })

  test('has servers to migrate, and a port that leads past LiteLLM', async () => {
    const { servers, docker: seen } = await documentOf()
    expect(servers.map(({ state }) => state)).toEqual(SERVICES.map(() => 'to-migrate'))
    expect(seen.exposures).toEqual([
      '127.0.0.1:8585 is open to everybody on the machine, past LiteLLM and its keys, and leads to mcp-proxy-sse.',
    ])
    expect(seen.calls).toEqual([{ origin: OLD_ORIGIN, servers: 7, to: null }])
  })

  test('is drawn with that port standing out, as a text and as a page', async () => {
    const text = (await status('--diagram')).stdout
    expect(text).toContain('! 127.0.0.1:8585 → 8080 ━━▶│ mcp-proxy-sse')
    const page = (await status('--diagram', '--format', 'html')).stdout
    expect(page).toContain('<div class="port exposed"><span><b>! 127.0.0.1:8585 → 8080</b>')
    const facts = await factsOf(page, 'light')
    expect(facts.containers.map(({ name, visible }) => [name, visible])).toEqual([
      ['litellm', true],
      ['mcp-proxy-sse', true],
      ['postgres', true],
    ])
  })
})
