import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { engineAddress } from '../../src/docker/address.ts'
import { connectDocker } from '../../src/docker/connect.ts'
import { temporaryFolder } from '../support/cli.ts'

let folder: string
const servers: Server[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) server.close()
})

const env = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  HOME: '/nowhere',
  DOCKER_CONFIG: folder,
  ...more,
})

/** An engine without containers, as far as this goes. */
const empty: RequestListener = (request, answer) => {
  answer.writeHead(request.url?.startsWith('/containers/json') ? 200 : 404, {
    'content-type': 'application/json',
  })
  answer.end('[]')
}

async function listen<T extends Server>(server: T, place: string | number): Promise<T> {
  servers.push(server)
  await new Promise<void>((done) => server.listen(place, done))
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** What Docker's own client leaves behind for a context. */
async function makeContext(
  name: string,
  host: string,
  tls: Record<string, string> = {},
  skip = false,
): Promise<void> {
  const hash = createHash('sha256').update(name).digest('hex')
  const [meta, files] = [join(folder, 'contexts/meta', hash), join(folder, 'contexts/tls', hash, 'docker')]
  await mkdir(meta, { recursive: true })
  await mkdir(files, { recursive: true })
  const endpoint = { Host: host, SkipTLSVerify: skip }
  await writeFile(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: endpoint } }),
  )
  for (const [file, text] of Object.entries(tls)) await writeFile(join(files, file), text)
}

describe('which engine is meant', () => {
  test('DOCKER_HOST beats DOCKER_CONTEXT, which beats the current context', async () => {
    await makeContext('one', 'unix:///one.sock')
    await makeContext('two', 'unix:///two.sock')
    await writeFile(join(folder, 'config.json'), JSON.stringify({ currentContext: 'one' }))
    const path = async (more: Record<string, string> = {}) => {
      const found = await engineAddress(env(more))
      return typeof found === 'object' && found.kind === 'socket' ? found.path : found
    }
    expect(await path()).toBe('/one.sock')
    expect(await path({ DOCKER_CONTEXT: 'two' })).toBe('/two.sock')
    expect(await path({ DOCKER_CONTEXT: 'two', DOCKER_HOST: 'unix:///three.sock' })).toBe('/three.sock')
  })

  test.each([
    ['tcp://10.0.0.7:2375', { kind: 'tcp', host: '10.0.0.7', port: 2375, isLocal: false }],
    ['10.0.0.7', { kind: 'tcp', host: '10.0.0.7', port: 2375 }],
    ['tcp://localhost:2375', { isLocal: true }],
    [
      'ssh://me@build.example.com:2222',
      { kind: 'ssh', destination: 'me@build.example.com', port: '2222', isLocal: false },
    ],
    ['ssh://build', { kind: 'ssh', destination: 'build', port: null }],
  ])('%s', async (host, address) => {
    expect(await engineAddress(env({ DOCKER_HOST: host }))).toMatchObject(address)
  })

  test('a password in it is shown nowhere', async () => {
    for (const host of ['tcp://me:hunter2@10.0.0.7:2375', 'ssh://me:hunter2@build'])
      expect(JSON.stringify(await engineAddress(env({ DOCKER_HOST: host })))).not.toContain('hunter2')
  })
})

describe('the engine is reached', () => {
  test('with the certificates of a context, and not without', async () => {
    const [cert, key] = await Promise.all(
      ['certificate.pem', 'key.pem'].map((name) =>
        readFile(new URL(`../gateway/tls/${name}`, import.meta.url), 'utf8'),
      ),
    )
    const server = await listen(createSecureServer({ cert, key }, empty), 0)
    const host = `tcp://localhost:${portOf(server)}`
    await makeContext('trusted', host, { 'ca.pem': cert ?? '' })
    await makeContext('unseen', host, {}, true)
    await makeContext('other', host, { 'cert.pem': cert ?? '', 'key.pem': key ?? '' })
    const reached = async (name: string) => {
      const found = await connectDocker(env({ DOCKER_CONTEXT: name }))
      return typeof found === 'string' ? found : found.containers()
    }
    expect(await reached('trusted')).toEqual([])
    expect(await reached('unseen')).toEqual([])
    expect(await reached('other')).toMatch(/^tcp:\/\/localhost:\d+ \(context other\): /)
  })

  test('through the ssh of the person, whose own words are told when it fails', async () => {
    const socket = join(folder, 'engine.sock')
    await listen(createServer(empty), socket)
    const bridge = `const c = require("net").connect(${JSON.stringify(socket)}); process.stdin.pipe(c).pipe(process.stdout)`
    const ssh = join(folder, 'ssh')
    const script = (text: string) => writeFile(ssh, `#!/bin/sh\necho "$*" >>"${folder}/asked"\n${text}\n`)
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`)
    const connected = () => connectDocker(env({ DOCKER_HOST: 'ssh://me@build:2222' }))

    await script(`exec "${process.execPath}" -e '${bridge}'`)
    await chmod(ssh, 0o755)
    const engine = await connected()
    expect(typeof engine === 'string' ? engine : await engine.containers()).toEqual([])
    expect(await readFile(join(folder, 'asked'), 'utf8')).toContain(
      '-o BatchMode=yes -o ConnectTimeout=3 -p 2222 -- me@build docker system dial-stdio',
    )
    await script('echo "Permission denied (publickey)." >&2; exit 255')
    expect(await connected()).toBe('ssh://me@build:2222 (DOCKER_HOST): Permission denied (publickey).')
  })

  test('or it is given up in time, where it never answers', async () => {
    const server = await listen(
      createServer(() => {}),
      0,
    )
    expect(await connectDocker(env({ DOCKER_HOST: `tcp://localhost:${portOf(server)}` }))).toMatch(
      /no answer in 3 s$/,
    )
    server.closeAllConnections()
  })

  test('and what is no Docker engine is none', async () => {
    const server = await listen(
      createServer((_, answer) => answer.writeHead(418).end('teapot')),
      0,
    )
    expect(await connectDocker(env({ DOCKER_HOST: `tcp://localhost:${portOf(server)}` }))).toMatch(
      /it answers HTTP 418$/,
    )
  })
})
