import { writeFile } from 'node:fs/promises'
import { createServer as createHttp, type Server } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/cli.ts'
import { watchForLeaks } from '../support/secrets.ts'
import {
  docker,
  inNetworkOf,
  joined,
  putBack,
  recipeOf,
  replace,
  sh,
  until,
  untilProxyAnswers,
} from './containers.ts'
import { Guide, type Verified } from './guide.ts'

watchForLeaks()

const PROXY = 'mcp-proxy-sse'
/** A container that has nothing to do with it. */
const IMPOSTOR = 'a-web'
const REFUSING = fileURLToPath(new URL('refusing-server.mjs', import.meta.url))

let guide: Guide
let impostor: Server | null = null

beforeAll(async () => {
  guide = await Guide.begin()
})

afterAll(async () => {
  await guide.end()
})

/** Whatever a test has left behind when it failed. */
afterEach(async () => {
  await asBefore()
  await closeImpostor()
  const state = await docker('inspect', '-f', '{{.State.Status}}', PROXY)
  if (state !== 'running') await docker(state === 'paused' ? 'unpause' : 'start', PROXY)
  await docker('rm', '-f', IMPOSTOR).catch(() => '')
  await joined(PROXY, guide.proxy.networks)
  await joined('litellm', ['litellm-net'])
})

/** Puts the guide's proxy back into the place of another. */
const asBefore = (): Promise<void> => putBack(guide.proxy)

/** The proxy with another command, other files or ports. */
async function withProxy(more: Partial<typeof guide.proxy>): Promise<void> {
  await replace({ ...guide.proxy, ...more })
  await untilProxyAnswers(PROXY)
}

const openImpostor = (): Promise<void> =>
  new Promise((resolve, reject) => {
    impostor = createHttp((_, response) => response.end('hello'))
    impostor.once('error', reject)
    impostor.listen(8585, '127.0.0.1', resolve)
  })

async function closeImpostor(): Promise<void> {
  await new Promise((resolve) => (impostor ? impostor.close(resolve) : resolve(undefined)))
  impostor = null
}

async function servicesWithout(name: string): Promise<string[]> {
  const file = JSON.parse(await docker('exec', PROXY, 'cat', '/app/servers.json')) as {
    mcpServers: Record<string, unknown>
  }
  const mcpServers = Object.fromEntries(Object.entries(file.mcpServers).filter(([key]) => key !== name))
  const path = join(await temporaryFolder(), 'servers.json')
  await writeFile(path, JSON.stringify({ mcpServers }))
  return guide.proxy.binds.map((bind) =>
    bind.includes('/app/servers.json') ? `${path}:/app/servers.json:ro` : bind,
  )
}

const withHost = (host: string): string[] =>
  guide.proxy.command.map((part, i, all) => (all[i - 1] === '--host' ? host : part))

/** The lines of a hint that are commands of Docker, carried out as they stand. */
async function obey({ hints }: Verified): Promise<void> {
  const commands = hints.split('\n').filter((line) => /^ {2}docker /.test(line))
  expect(commands.length).toBeGreaterThan(0)
  for (const command of new Set(commands)) await sh('sh', '-c', command)
}

const dropPackets = (how: '-I' | '-D'): Promise<string> =>
  inNetworkOf(PROXY, 'iptables', how, 'INPUT', '-p', 'tcp', '--dport', '8080', '-j', 'DROP')

/** One fault: how it is made, which checks must fail and what they must say, and how it is mended. */
interface Fault {
  name: string
  make: () => Promise<unknown>
  options?: string[]
  fails: string[]
  cause: RegExp
  remedy: RegExp
  mend: (seen: Verified) => Promise<unknown>
}

const FAULTS: Fault[] = [
  {
    name: 'the old port is published again',
    make: () => withProxy({ publish: ['127.0.0.1:8585:8080'] }),
    fails: ['closed', 'published'],
    cause: /localhost:8585.* accepted by the container mcp-proxy-sse.*an MCP server answers, without any key/,
    remedy: /without publishing the port[\s\S]*docker rm -f mcp-proxy-sse/,
    mend: asBefore,
  },
  {
    name: 'something else listens on the old port',
    make: openImpostor,
    fails: ['closed'],
    cause: new RegExp(`accepted by node.* \\(pid ${process.pid}\\); no MCP server: something else listens`),
    remedy: new RegExp(`kill ${process.pid}`),
    mend: closeImpostor,
  },
  {
    name: 'the proxy is stopped',
    make: () => docker('stop', '-t', '1', PROXY),
    fails: ['networks', 'reachable'],
    cause: /mcp-proxy-sse does not run/,
    remedy: /docker start mcp-proxy-sse/,
    mend: async (seen) => {
      await obey(seen)
      await untilProxyAnswers(PROXY)
    },
  },
  {
    name: 'the proxy is paused',
    make: () => docker('pause', PROXY),
    // It is waited for whatever there is.
    options: ['--timeout', '5'],
    fails: ['networks', 'reachable'],
    cause: /mcp-proxy-sse does not run \(.*\(Paused\)\)/,
    remedy: /docker unpause mcp-proxy-sse/,
    mend: async (seen) => {
      await obey(seen)
      await untilProxyAnswers(PROXY)
    },
  },
  {
    // It comes first in the alphabet, and listens nowhere: clients go on to the next address.
    name: 'another container has the name of the proxy, too',
    make: async () => {
      const place = ['--network', 'litellm-net', '--network-alias', PROXY]
      const image = await docker('inspect', '-f', '{{.Config.Image}}', PROXY)
      await docker(
        'run',
        '-d',
        '--name',
        IMPOSTOR,
        ...place,
        '-v',
        '/usr:/usr:ro',
        image,
        'sleep',
        'infinity',
      )
    },
    fails: ['networks'],
    cause:
      /2 containers answer to the name mcp-proxy-sse on litellm-net.*: mcp-proxy-sse \(serves MCP\), a-web \(serves no MCP: /,
    remedy: /^Remove a-web from litellm-net.*\n {2}docker network disconnect litellm-net a-web$/,
    mend: obey,
  },
  {
    name: 'the proxy is on no network of LiteLLM',
    make: async () => {
      await docker('network', 'disconnect', 'postgres-net', PROXY)
      await docker('network', 'disconnect', 'litellm-net', PROXY)
    },
    fails: ['networks', 'reachable'],
    cause: /mcp-proxy-sse is not on the network litellm-net/,
    remedy: /docker network connect litellm-net mcp-proxy-sse/,
    mend: async (seen) => {
      await obey(seen)
      await docker('network', 'connect', 'postgres-net', PROXY)
    },
  },
  {
    name: 'LiteLLM is not on the MCP network',
    make: async () => {
      await docker('network', 'disconnect', 'postgres-net', PROXY)
      await docker('network', 'disconnect', 'litellm-net', 'litellm')
    },
    fails: ['networks', 'reachable'],
    cause: /litellm is not on the network litellm-net/,
    remedy: /docker network connect litellm-net litellm/,
    mend: async (seen) => {
      await obey(seen)
      await docker('network', 'connect', 'postgres-net', PROXY)
    },
  },
  {
    name: 'they meet on another network than the one for MCP',
    make: () => docker('network', 'disconnect', 'litellm-net', PROXY),
    options: ['--network', 'litellm-net'],
    fails: ['networks'],
    cause: /mcp-proxy-sse is not on the network litellm-net/,
    remedy: /docker network connect litellm-net mcp-proxy-sse/,
    mend: obey,
  },
  {
    name: 'the proxy listens on 127.0.0.1 only',
    make: () => withProxy({ command: withHost('127.0.0.1') }),
    fails: ['networks', 'reachable'],
    cause: /refused/,
    remedy: /--host 0\.0\.0\.0 --port 8080/,
    mend: asBefore,
  },
  {
    name: 'a service is missing in servers.json',
    make: async () => withProxy({ binds: await servicesWithout('n8n') }),
    fails: ['networks', 'reachable'],
    cause: /n8n is not in \/app\/servers\.json/,
    remedy: /servers\.json[\s\S]*docker restart mcp-proxy-sse/,
    mend: asBefore,
  },
  {
    name: 'an MCP server refuses the host name with 421',
    make: async () => {
      const binds = [...guide.proxy.binds, `${REFUSING}:/app/refusing-server.mjs:ro`]
      await withProxy({ binds, command: ['node', '/app/refusing-server.mjs'] })
    },
    fails: ['reachable'],
    cause: /421/,
    remedy: /host/i,
    mend: asBefore,
  },
  {
    name: 'packets to the proxy are dropped',
    make: () => dropPackets('-I'),
    // It is waited for whatever there is.
    options: ['--timeout', '5'],
    fails: ['networks', 'reachable'],
    cause: /timed out|no answer|does not answer/i,
    remedy: /iptables/,
    mend: () => dropPackets('-D'),
  },
  {
    name: 'a service has died',
    make: async () => {
      const processes = await docker('top', PROXY, '-eo', 'pid,args')
      const pid = /^\s*(\d+).*server-filesystem/m.exec(processes)?.[1] ?? ''
      await sh('kill', pid)
      await until(
        'it is gone',
        async () => !(await docker('top', PROXY, '-eo', 'pid,args')).includes('server-filesystem'),
      )
    },
    fails: ['reachable'],
    cause: /filesystem/,
    remedy: /docker (logs|restart)[^\n]* mcp-proxy-sse/,
    mend: async () => {
      await docker('restart', '-t', '1', PROXY)
      await untilProxyAnswers(PROXY)
    },
  },
  {
    name: 'a server is registered with a wrong path',
    make: () => guide.setPath('fetch', '/servers/fetch/see'),
    fails: ['reachable'],
    cause: /fetch.*404/,
    remedy: /path|URL/,
    mend: () => guide.setPath('fetch', '/servers/fetch/sse'),
  },
  {
    name: 'the dev key is granted filesystem',
    make: () => guide.grant(guide.keys.dev, guide.names),
    fails: ['keys'],
    cause: /dev × filesystem: must not reach it, and does/,
    remedy: /curl .*\/key\/update.*\$DEV_KEY/,
    mend: async ({ hints }) => {
      const command = hints.split('\n').find((line) => line.startsWith('  curl ')) ?? ''
      const env = guide.shellVariables
      await sh('sh', '-c', `${env}; ${command}`)
    },
  },
]

describe("the guide's deployment", () => {
  test('passes every check', async () => {
    const { code, failed, passed, said } = await guide.verify()
    expect([failed, said]).toEqual([[], ''])
    expect(passed).toEqual([
      'closed',
      'published',
      'networks',
      'reachable',
      'same-servers',
      'keys',
      'chat',
      'gateway',
    ])
    expect(code).toBe(0)
  })

  test.each(FAULTS)('fails where $name, says why, and passes when that is mended', async (fault) => {
    await fault.make()
    const seen = await guide.verify(...(fault.options ?? []))
    expect(seen.failed.toSorted(), seen.said).toEqual(fault.fails.toSorted())
    expect(seen.code).toBe(5)
    expect(seen.said).toMatch(fault.cause)
    expect(seen.hints).toMatch(fault.remedy)
    await fault.mend(seen)
    const after = await guide.verify()
    expect(after.failed, after.said).toEqual([])
  })

  test('is left as it was found', async () => {
    expect(await recipeOf(PROXY)).toEqual(guide.proxy)
  })
})
