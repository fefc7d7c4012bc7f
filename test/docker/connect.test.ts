import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createPlainServer, type Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isUnavailable } from '../../src/core/unavailable.ts'
import { engineAddress } from '../../src/docker/connect/address.ts'
import { connectDocker } from '../../src/docker/connect/connect.ts'
import { temporaryFolder } from '../support/cli.ts'
import { connected, empty, json, listen, portOf } from './fake-engine.ts'

let folder: string

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const env = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  HOME: '/nowhere',
  DOCKER_CONFIG: folder,
  ...more,
})

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
      return !isUnavailable(found) && found.kind === 'socket' ? found.path : found
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
    ['https://[::1]/engine/', { kind: 'tcp', host: '[::1]', prefix: '/engine', isLocal: true }],
    ['ssh://build', { kind: 'ssh', destination: 'build', port: null }],
    ['ssh://CORP%5Cme.too-@my_build.example.com', { destination: 'CORP\\me.too-@my_build.example.com' }],
    ['ssh://me%40corp@[::1]:22', { destination: 'me@corp@::1', port: '22' }],
  ])('%s', async (host, address) => {
    expect(await engineAddress(env({ DOCKER_HOST: host }))).toMatchObject(address)
  })

  test('TLS that is asked for is spoken, whatever certificates there are', async () => {
    const system = { ca: null, cert: null, key: null, unverified: false }
    const host = { DOCKER_HOST: 'tcp://10.0.0.7' }
    expect(await engineAddress(env(host))).toMatchObject({ port: 2375, tls: null })
    expect(await engineAddress(env({ ...host, DOCKER_TLS_VERIFY: '1' }))).toMatchObject({
      port: 2376,
      tls: system,
    })
    expect(await engineAddress(env({ DOCKER_HOST: 'https://10.0.0.7' }))).toMatchObject({ tls: system })
  })

  test.each([
    'ssh://%zz@build',
    'ssh://a%00b@build',
    'ftp://build',
    'ssh:build',
    'ssh://',
    // Options of ssh.
    'ssh://-oProxyCommand=x@build',
    'ssh://%2doProxyCommand%3Dx@build',
    'ssh://-build',
    'ssh://me@-oProxyCommand=x',
    'ssh://me@%2doProxyCommand=x',
    'ssh://%20-v@build',
    'ssh://-@build',
    // What a shell would run, where ssh is configured to hand names to one.
    'ssh://me@$(id)',
    'ssh://$(id)@build',
    'ssh://me@build;id',
    'ssh://a;id@build',
    'ssh://a%3Bid@build',
    "ssh://me@b'c",
    'ssh://me@`id`',
    'ssh://me@a&b',
    'ssh://${IFS}@build',
    'ssh://me%0Aid@build',
    'ssh://me%5C@build',
    'ssh://me@build build',
    'ssh://me@%62uild',
    'ssh://me@b%00',
  ])('%s names none', async (host) => {
    expect(await connectDocker(env({ DOCKER_HOST: host }))).toEqual({
      unavailable:
        'DOCKER_HOST names no Docker engine: it should look like unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host',
    })
  })

  test('a password in it is shown nowhere', async () => {
    for (const host of ['tcp://me:hunter2@10.0.0.7:2375', 'ssh://me:hunter2@build'])
      expect(JSON.stringify(await engineAddress(env({ DOCKER_HOST: host })))).not.toContain('hunter2')
  })
})

/** Texts from the certificate of the tests, which names localhost. */
const [cert, key] = await Promise.all(
  ['certificate.pem', 'key.pem'].map((name) =>
    readFile(new URL(`../support/tls/${name}`, import.meta.url), 'utf8'),
  ),
)

/** What the person's ssh has to know. */
const OF_SSH = {
  SSH_AUTH_SOCK: '/agent',
  LC_ALL: 'C.UTF-8',
  KRB5CCNAME: '/tickets',
  XDG_RUNTIME_DIR: '/run/me',
}

/** Names under which secrets stand in an environment, and those by which one program has another run code. */
const SECRETS = Object.fromEntries(
  [
    'LITELLM_PROXY_API_KEY LITELLM_MASTER_KEY UI_PASSWORD FRONT_LOGIN OPENAI_API_KEY DATABASE_URL SSHPASS SSH_PRIVATE_KEY',
    'LC_TOKEN XDG_TOKEN HTTPS_PROXY DOCKER_AUTH_CONFIG NODE_OPTIONS LD_PRELOAD BASH_ENV litellm_proxy_api_key',
  ].flatMap((line) => line.split(' ').map((name) => [name, 'in-the-environment'])),
)

describe('the engine is reached', () => {
  test('through a socket of any name', async () => {
    for (const name of ['plain', 'a b', 'a:b', 'a:/b', '50%', '%41', 'a?b', 'a#b', 'é', '..x', "'"]) {
      const path = join(folder, `${name}.sock`)
      await mkdir(join(path, '..'), { recursive: true })
      await listen(createServer(empty), path)
      const engine = await connected(`unix://${path}`)
      expect(isUnavailable(engine) ? engine : await engine.containers(), name).toEqual([])
    }
  })

  test('over TCP by whichever address, below the path that stands there', async () => {
    const asked: (string | undefined)[] = []
    const server = await listen(
      createServer((request, answer) => {
        asked.push(`${request.headers.host} ${request.url}`)
        json(answer, [])
      }),
      0,
    )
    const port = portOf(server)
    for (const place of [
      `tcp://127.0.0.1:${port}`,
      `[::1]:${port}`,
      `http://me:secret@localhost:${port}/some/engine/`,
    ])
      expect(isUnavailable(await connected(place)), place).toBe(false)
    expect(asked.filter((each) => each?.includes('containers'))).toEqual([
      `127.0.0.1:${port} /containers/json?limit=1`,
      `[::1]:${port} /containers/json?limit=1`,
      `localhost:${port} /some/engine/containers/json?limit=1`,
    ])
  })

  test('without the proxy that the environment names', async () => {
    const through: string[] = []
    const proxy = await listen(
      createServer((request, answer) => {
        through.push(request.url ?? '')
        json(answer, [])
      }),
      0,
    )
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, `http://127.0.0.1:${portOf(proxy)}`)
    vi.stubEnv('NO_PROXY', '')
    vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${portOf(proxy)}`)
    const path = join(folder, 'engine.sock')
    await listen(createServer(empty), path)
    expect(await connected('tcp://host.invalid:2375')).toEqual({
      unavailable: expect.stringMatching(/: unknown host$/),
    })
    expect(isUnavailable(await connected(`unix://${path}`))).toBe(false)
    expect(through).toEqual([])
  })

  test('with the certificates of a context, and not without', async () => {
    const server = await listen(createSecureServer({ cert, key }, empty), 0)
    const host = `tcp://localhost:${portOf(server)}`
    await makeContext('trusted', host, { 'ca.pem': cert ?? '' })
    await makeContext('unseen', host, {}, true)
    await makeContext('other', host, { 'cert.pem': cert ?? '', 'key.pem': key ?? '' })
    const reached = async (name: string) => {
      const found = await connectDocker(env({ DOCKER_CONTEXT: name }))
      return isUnavailable(found) ? found : found.containers()
    }
    expect(await reached('trusted')).toEqual([])
    expect(await reached('unseen')).toEqual([])
    expect(await reached('other')).toEqual({
      unavailable: expect.stringMatching(/^tcp:\/\/localhost:\d+ \(context other\): /),
    })
  })

  test('as the one to whom a certificate belongs', async () => {
    const shown: boolean[] = []
    const options = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }
    const server = createSecureServer(options, (request, answer) => {
      shown.push((request.socket as TLSSocket).authorized)
      empty(request, answer)
    })
    const host = `tcp://localhost:${portOf(await listen(server, 0))}`
    for (const [file, text] of Object.entries({ 'ca.pem': cert, 'cert.pem': cert, 'key.pem': key }))
      await writeFile(join(folder, file), text ?? '')
    const verified = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }
    expect(isUnavailable(await connectDocker(env(verified)))).toBe(false)
    expect(shown).toEqual([true, true])
    expect(isUnavailable(await connected(host))).toBe(true)
  })

  test('through the ssh of the person, whose own words are told when it fails', async () => {
    const socket = join(folder, 'engine.sock')
    await listen(createServer(empty), socket)
    const bridge = `const c = require("net").connect(${JSON.stringify(socket)}); process.stdin.pipe(c).pipe(process.stdout)`
    const ssh = join(folder, 'ssh')
    const script = (text: string) =>
      writeFile(ssh, `#!/bin/sh\necho "$*" >>"${folder}/asked"\nenv >>"${folder}/env"\n${text}\n`)
    vi.stubEnv('ONLY_THE_PROGRAM_HAS', 'this')
    const PATH = `${folder}${delimiter}${process.env['PATH']}`
    const reached = () =>
      connectDocker(env({ PATH, ...OF_SSH, ...SECRETS, DOCKER_HOST: 'ssh://me:hunter2@build:2222' }))

    await script(`exec "${process.execPath}" -e '${bridge}'`)
    await chmod(ssh, 0o755)
    const engine = await reached()
    expect(isUnavailable(engine) ? engine : await engine.containers()).toEqual([])
    expect(await readFile(join(folder, 'asked'), 'utf8')).toContain(
      '-o BatchMode=yes -o ConnectTimeout=3 -p 2222 -- me@build docker system dial-stdio',
    )
    const given = await readFile(join(folder, 'env'), 'utf8')
    for (const [name, value] of Object.entries(OF_SSH)) expect(given).toContain(`${name}=${value}\n`)
    const names = given.match(/^\w+(?==)/gm) ?? []
    // What the shell adds that stands for ssh here.
    const allowed = ['HOME', 'PATH', 'PWD', 'OLDPWD', 'SHLVL', '_', ...Object.keys(OF_SSH)]
    expect(names.filter((name) => !allowed.includes(name))).toEqual([])
    expect(given).not.toMatch(/hunter2|in-the-environment/)
    await script('echo "Permission denied (publickey)." >&2; exit 255')
    expect(await reached()).toEqual({
      unavailable: 'ssh://me@build:2222 (DOCKER_HOST): Permission denied (publickey).',
    })
    await rm(ssh)
    expect(await connectDocker(env({ PATH: folder, DOCKER_HOST: 'ssh://build' }))).toEqual({
      unavailable: 'ssh://build (DOCKER_HOST): there is no such socket or program',
    })
  })

  test('or it is given up in time, where it never answers, and its connections are closed', async () => {
    const ends: Promise<void>[] = []
    const server = await listen(
      createPlainServer((socket: Socket) => {
        socket.on('error', () => {}).resume()
        ends.push(new Promise((done) => socket.once('close', () => done())))
      }),
      0,
    )
    const ssh = join(folder, 'ssh')
    await writeFile(ssh, `#!/bin/sh\necho $$ >>"${folder}/pids"\nexec sleep 600\n`)
    await chmod(ssh, 0o755)
    const PATH = `${folder}${delimiter}${process.env['PATH']}`
    const given = await Promise.all([
      connected(`tcp://localhost:${portOf(server)}`),
      connectDocker(env({ PATH, DOCKER_HOST: 'ssh://build' })),
    ])
    for (const each of given)
      expect(each).toEqual({ unavailable: expect.stringMatching(/: no answer in 3 s$/) })
    await Promise.all(ends)
    const pids = (await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n').map(Number)
    expect([ends.length, pids.length]).toEqual([2, 2])
    for (const pid of pids) await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
  })

  test('and what is no Docker engine is none', async () => {
    const server = await listen(
      createServer((_, answer) => answer.writeHead(418).end('teapot')),
      0,
    )
    expect(await connected(`tcp://localhost:${portOf(server)}`)).toEqual({
      unavailable: expect.stringMatching(/it answers HTTP 418$/),
    })
  })
})
