import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { isLoopbackName } from '../../core/rule/host-names.ts'
import { parsedJson } from '../../core/parsed-json.ts'
import { homeFolder } from '../../core/home.ts'
import { maskUrl } from '../../core/show/redact.ts'
import type { Unavailable } from '../../core/unavailable.ts'
import { readRegular, SMALL_LIMIT } from '../../files/text-file.ts'
import { type SshTarget, sshTarget } from './ssh.ts'

/** What TLS needs, as PEM texts; what is absent is `null`. */
export interface TlsFiles {
  ca: string | null
  cert: string | null
  key: string | null
  /** Is the engine's certificate taken unseen, as its context says? */
  unverified: boolean
}

/** Where a Docker engine is, and how it is spoken to. `where`: for a person. */
export type EngineAddress = { where: string; isLocal: boolean } & (
  | { kind: 'socket'; path: string }
  /** `prefix`: the path before those of the API, as `/engine`; mostly none. */
  | { kind: 'tcp'; host: string; port: number; prefix: string; tls: TlsFiles | null }
  | ({ kind: 'ssh' } & SshTarget)
)

const configFile = z.object({ currentContext: z.string().optional() })
const contextFile = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string().min(1), SkipTLSVerify: z.boolean().optional() }),
  }),
})

/** The folder `.docker` of the home folder; of the root, as in a container, where nobody knows one. */
const dockerHome = (env: NodeJS.ProcessEnv): string =>
  join(homeFolder(env, () => userInfo().homedir) ?? '/', '.docker')

const configFolder = (env: NodeJS.ProcessEnv): string => env['DOCKER_CONFIG'] || dockerHome(env)

/** The text of a file; `null` where it cannot be read. */
async function readOrNull(path: string): Promise<string | null> {
  const contents = await readRegular(path, SMALL_LIMIT)
  return contents.kind === 'bytes' ? contents.bytes.toString() : null
}

async function tlsFrom(folder: string, unverified: boolean): Promise<TlsFiles> {
  const [ca = null, cert = null, key = null] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readOrNull(join(folder, name))),
  )
  return { ca, cert, key, unverified }
}

const SYSTEM_TRUST: TlsFiles = { ca: null, cert: null, key: null, unverified: false }

/** An engine over TCP. */
function tcpAt(
  url: URL,
  files: TlsFiles | null,
  place: Pick<EngineAddress, 'where' | 'isLocal'>,
): EngineAddress {
  const tls = files ?? (url.protocol === 'https:' ? SYSTEM_TRUST : null)
  const port = Number(url.port || (tls ? 2376 : 2375))
  const prefix = url.pathname.replace(/\/+$/, '')
  return { kind: 'tcp', host: url.hostname || 'localhost', port, prefix, tls, ...place }
}

/** Reads a host as DOCKER_HOST and contexts name it. `tls` is asked for TCP alone. */
async function readHost(
  text: string,
  source: string,
  tls: () => Promise<TlsFiles | null>,
): Promise<EngineAddress | Unavailable> {
  const socket = /^unix:\/\/(.*)$/.exec(text)
  if (socket) return socketAt(socket[1] || DEFAULT_SOCKET)
  const whole = text.includes('://') ? text : `tcp://${text}`
  const url = URL.canParse(whole) ? new URL(whole) : null
  const isLocal = url !== null && isLoopbackName(url.hostname || 'localhost')
  const ssh = url?.protocol === 'ssh:' ? sshTarget(url) : null
  if (ssh) return { kind: 'ssh', ...ssh.target, where: `${ssh.shown} (${source})`, isLocal }
  if (url && /^(tcp|https?):$/.test(url.protocol))
    return tcpAt(url, await tls(), { where: `${maskUrl(whole)} (${source})`, isLocal })
  return {
    unavailable: `${source} names no Docker engine: it should look like unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host`,
  }
}

const DEFAULT_SOCKET = '/var/run/docker.sock'

const socketAt = (path: string): EngineAddress => ({
  kind: 'socket',
  path,
  where: `unix://${path}`,
  isLocal: true,
})

/** The socket of an engine that nobody named: the system's, that of Docker Desktop, that of a rootless engine, Podman's. */
async function usualSocket(env: NodeJS.ProcessEnv): Promise<EngineAddress> {
  const candidates = [
    DEFAULT_SOCKET,
    join(dockerHome(env), 'run/docker.sock'),
    ...(env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'docker.sock')] : []),
    ...(env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'podman/podman.sock')] : []),
    '/run/podman/podman.sock',
  ]
  for (const path of candidates) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    )
    if (isThere) return socketAt(path)
  }
  return socketAt(DEFAULT_SOCKET)
}

const parsedAs = <T>(schema: z.ZodType<T>, text: string | null): T | null =>
  schema.safeParse(parsedJson(text ?? '')).data ?? null

/** A context keeps its endpoint and its certificates in folders named by the hash of its name. */
async function contextNamed(name: string, env: NodeJS.ProcessEnv): Promise<EngineAddress | Unavailable> {
  const [folder, hash] = [configFolder(env), createHash('sha256').update(name).digest('hex')]
  const text = await readOrNull(join(folder, 'contexts/meta', hash, 'meta.json'))
  const context = parsedAs(contextFile, text)
  if (!context) return { unavailable: `there is no Docker context ${name} in ${folder}` }
  const { Host, SkipTLSVerify } = context.Endpoints.docker
  const certificates = join(folder, 'contexts/tls', hash, 'docker')
  // A context says that its engine speaks TLS by what it keeps for that.
  return readHost(Host, `context ${name}`, async () => {
    const files = await tlsFrom(certificates, SkipTLSVerify === true)
    return files.ca === null && files.cert === null && !files.unverified ? null : files
  })
}

/**
 * Which engine is meant, in the order of Docker's own client: DOCKER_HOST, DOCKER_CONTEXT, the current context, the
 * usual socket. None where what is named is not an engine.
 */
export async function engineAddress(env: NodeJS.ProcessEnv): Promise<EngineAddress | Unavailable> {
  const host = env['DOCKER_HOST']
  if (host) {
    const verify = Boolean(env['DOCKER_TLS_VERIFY'])
    const folder = env['DOCKER_CERT_PATH'] || configFolder(env)
    const wantsTls = verify || Boolean(env['DOCKER_CERT_PATH'])
    return readHost(host, 'DOCKER_HOST', async () => (wantsTls ? tlsFrom(folder, !verify) : null))
  }
  const config = parsedAs(configFile, await readOrNull(join(configFolder(env), 'config.json')))
  const name = env['DOCKER_CONTEXT'] || config?.currentContext || 'default'
  return name === 'default' ? usualSocket(env) : contextNamed(name, env)
}
