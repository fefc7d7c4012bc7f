import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/core/unavailable.ts'
import { connectDocker } from '../../src/docker/connect/connect.ts'
import type { Container, Docker } from '../../src/docker/port.ts'
import { witnessInside } from '../../src/docker/witness/witness.ts'
import { askInside } from '../../src/runs/verify/scene/inside.ts'
import { docker, LINKS, MAKE_LINKS, readLinks, until } from './containers.ts'
import { deployed } from './deployment.ts'

let engine: Docker
let containers: Container[]
const called = (name: string): Container => {
  const found = containers.find((each) => each.name === name)
  if (!found) throw new Error(`no container ${name}`)
  return found
}

beforeAll(async () => {
  await deployed()
  const found = await connectDocker(process.env)
  if (isUnavailable(found)) throw new Error(found.unavailable)
  engine = found
  containers = await engine.containers()
})

describe('a real engine', () => {
  test('tells of containers: their networks, their names there, and what is published', () => {
    const { state, attachments, published, onHostNetwork } = called('litellm')
    expect([state, onHostNetwork]).toEqual(['running', false])
    expect(attachments.map(({ network }) => network)).toEqual([
      'litellm-net',
      'postgres-net',
      'traefik-proxy',
    ])
    expect(
      attachments.every(({ names, ip }) => names.includes('litellm') && (ip ?? '').startsWith('172.')),
    ).toBe(true)
    expect(published).toMatchObject([{ hostIp: '127.0.0.1', containerPort: 4000, protocol: 'tcp' }])
    expect(called('mcp-proxy-sse').published).toEqual([])
  })

  test('tells of networks', async () => {
    expect(await engine.networks()).toContainEqual({ name: 'litellm-net', driver: 'bridge', internal: false })
  })

  test('gives the last lines of a log, with their times and streams', async () => {
    const lines = await engine.logs(called('mcp-proxy-sse').id, 3)
    expect(lines).toHaveLength(3)
    for (const { time, text } of lines)
      expect([time, text]).toEqual([expect.stringMatching(/^20.*Z$/), expect.stringMatching(/\S/)])
  })

  test('reads a file that is mounted, through links, and says where there is none', async () => {
    const { id } = called('mcp-proxy-sse')
    const servers = JSON.parse((await engine.readFile(id, '/app/servers.json')) ?? '') as {
      mcpServers: object
    }
    expect(Object.keys(servers.mcpServers)).toContain('filesystem')
    expect(await engine.readFile(id, '/bin/../etc/os-release')).toContain('Debian')
    expect(await engine.readFile(id, '/app/nothing.json')).toBeNull()
    expect(await engine.readFile(id, '/app')).toBeNull()
  })

  test('reads what stands behind links of each kind, and nothing that is no file', async () => {
    await docker('exec', 'litellm', 'sh', '-c', MAKE_LINKS)
    expect(await readLinks(engine, called('litellm').id)).toEqual(LINKS)
  })

  test('gives the command line of a container', async () => {
    expect(await engine.commandOf(called('mcp-proxy-sse').id)).toEqual(
      expect.arrayContaining(['--named-server-config', '/app/servers.json', '--port', '8080']),
    )
  })

  test('runs what only looks: both streams, the code, and an end in time', async () => {
    const { id } = called('litellm')
    expect(await engine.look(id, ['sh', '-c', 'echo a; echo b >&2; exit 3'], 10_000)).toEqual({
      code: 3,
      stdout: 'a\n',
      stderr: 'b\n',
    })
    expect(await engine.look(id, ['sh', '-c', 'echo a; sleep 5'], 500)).toMatchObject({
      code: null,
      stdout: 'a\n',
    })
    expect((await engine.look(id, ['sh', '-c', 'yes | head -c 3000000'], 10_000)).stdout.length).toBeLessThan(
      1_100_000,
    )
    await expect(engine.look(id, ['no-such-program'], 5000)).rejects.toMatchObject({
      code: 'docker-failed',
      message: 'Docker could not run no-such-program inside a container: it is not there',
    })
  })

  test('says so where a container has gone', async () => {
    await expect(engine.logs('no-such-container', 3)).rejects.toMatchObject({ code: 'docker-failed' })
  })
})

describe('an engine that cannot be reached is a reason', () => {
  const reason = async (env: Record<string, string>) => connectDocker({ HOME: '/nowhere', ...env })

  test('where there is no socket, nobody listens, or what is named is none', async () => {
    expect(await reason({ DOCKER_HOST: 'unix:///no/such.sock' })).toEqual({
      unavailable: 'unix:///no/such.sock: there is no such socket or program',
    })
    expect(await reason({ DOCKER_HOST: 'tcp://127.0.0.1:9' })).toEqual({
      unavailable: 'tcp://127.0.0.1:9 (DOCKER_HOST): nothing listens there',
    })
    expect(await reason({ DOCKER_HOST: 'nonsense://x' })).toEqual({
      unavailable: expect.stringContaining('DOCKER_HOST names no Docker engine'),
    })
    expect(await reason({ DOCKER_CONTEXT: 'missing' })).toEqual({
      unavailable: 'there is no Docker context missing in /nowhere/.docker',
    })
  })
})

describe('a handshake from inside a container', () => {
  const NAMES = ['lab-421', 'lab-401', 'lab-silent']
  const serve = (name: string, answer: string) =>
    docker(
      'run',
      '-d',
      '--name',
      name,
      '--network',
      'litellm-net',
      '-v',
      '/usr:/usr:ro',
      called('litellm').image,
      'python3',
      '-c',
      answer,
    )
  const status = (code: number): string =>
    `import http.server as h
class A(h.BaseHTTPRequestHandler):
    def do_GET(self): self.send_error(${code})
h.HTTPServer(("", 80), A).serve_forever()`

  beforeAll(async () => {
    await Promise.all(NAMES.map((name) => docker('rm', '-f', name)))
    await serve('lab-421', status(421))
    await serve('lab-401', status(401))
    await serve('lab-silent', 'import socket, time\ns = socket.create_server(("", 80))\ntime.sleep(600)')
  })
  afterAll(() => Promise.all(NAMES.map((name) => docker('rm', '-f', name))))

  const PROXY = 'http://mcp-proxy-sse:8080'
  test.each([
    [`${PROXY}/servers/filesystem/sse`, 'sse', 'tools', 'it lists 14 tools'],
    [`${PROXY}/servers/filesystem/mcp`, 'http', 'tools', 'it lists 14 tools'],
    [`${PROXY}/servers/nothing/sse`, 'sse', 'not-found', 'HTTP 404 (Not Found)'],
    [
      `${PROXY}/servers/fetch/sse`,
      'http',
      'wrong-transport',
      'HTTP 405 (Method Not Allowed); over HTTP+SSE it lists 1 tool',
    ],
    [`${PROXY}/status`, 'sse', 'not-mcp', 'HTTP 200 with application/json'],
    ['http://nobody:8080/x/sse', 'sse', 'unknown-host', 'the host is unknown'],
    ['http://mcp-proxy-sse:9/x/sse', 'sse', 'refused', 'the connection is refused: nothing listens there'],
    ['http://lab-421/x/sse', 'sse', 'host-refused', 'HTTP 421'],
    ['http://lab-401/x/sse', 'sse', 'unauthorized', 'HTTP 401'],
    ['http://lab-silent/x/sse', 'sse', 'time-out', 'it does not answer within 8 s'],
  ])('%s as %s: %s', async (url, transport, kind, seen) => {
    const reach = await witnessInside(engine, called('litellm')).look(url, transport)
    expect([reach.kind, reach.evidence]).toEqual([
      kind,
      expect.stringContaining(`from inside the container litellm: ${seen}`),
    ])
    expect(reach.tools === null).toBe(kind !== 'tools')
  })

  test('prints each tool by the hash of its schema, the same over both transports', async () => {
    const witness = witnessInside(engine, called('litellm'))
    const [sse, http] = await Promise.all([
      witness.look(`${PROXY}/servers/fetch/sse`, 'sse'),
      witness.look(`${PROXY}/servers/fetch/mcp`, 'http'),
    ])
    expect(sse.tools).toEqual([{ name: 'fetch', schema: expect.stringMatching(/^[\da-f]{64}$/) }])
    expect(http.tools).toEqual(sse.tools)
  })

  test('shows the address to no list of processes and no record of the engine, and leaves nothing behind', async () => {
    const { id } = called('litellm')
    const since = String(Math.floor(Date.now() / 1000))
    const changed = async () => (await docker('diff', 'litellm')).split('\n').toSorted()
    const before = await changed()
    const scripts = async () => {
      const all = await docker('top', 'litellm', '-eo', 'pid,args', '-ww')
      return all.split('\n').filter((line) => line.includes('MCP_URL_MIGRATE_ASKED'))
    }
    const looks = Promise.all([
      witnessInside(engine, called('litellm')).look('http://lab-silent/sse?api_key=hidden-in-address', 'sse'),
      askInside(engine, id, 'http://lab-silent/status?api_key=hidden-in-address', 3000),
    ])
    let seen = ''
    await until('both are seen as they look', async () => {
      const running = await scripts()
      seen += running.join('\n')
      return running.length === 2
    })
    expect((await looks)[0]).toMatchObject({ kind: 'time-out' })
    const events = await docker('events', '--since', since, '--until', String(Math.ceil(Date.now() / 1000)))
    expect(events).toContain('exec_create: python3 -I -S -B -c')
    expect(seen + events).not.toMatch(/hidden-in-address|:\/\/lab-silent/)
    await until('nothing of it runs any more', async () => (await scripts()).length === 0)
    expect(await changed()).toEqual(before)
  })

  test('says so where there is nothing to look with', async () => {
    const bare = Object.assign(Object.create(engine) as Docker, {
      look: () => engine.look(called('litellm').id, ['no-such-python'], 5000),
    })
    expect(await witnessInside(bare, called('litellm')).look(`${PROXY}/status`, 'sse')).toEqual({
      kind: 'unclear',
      tools: null,
      evidence: 'from inside the container litellm: there is neither python3 nor python to look with',
    })
  })
})
