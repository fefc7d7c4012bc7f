import { spawn } from 'node:child_process'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import type { Agents } from 'got'
import type { EngineAddress, TlsFiles } from './address.ts'

/** Where requests go, and who makes the connections for them: one for each request, closed after its answer. */
export interface Endpoint {
  /** `http://host:port`, without a slash at its end. */
  base: string
  agent: Agents
}

const SSH_OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=3']

/**
 * A connection to an engine on another machine, as Docker's own client makes it: through the person's `ssh`, with its
 * configuration, agent and known hosts. It never asks for anything. `destination` and `port` as ssh takes them.
 */
function dialSsh(
  { destination, port }: { destination: string; port: string | null },
  env: NodeJS.ProcessEnv,
): Duplex {
  const command = [...SSH_OPTIONS, ...(port === null ? [] : ['-p', port]), '--', destination]
  const child = spawn('ssh', [...command, 'docker', 'system', 'dial-stdio'], { stdio: 'pipe', env })
  let said = ''
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    write: (chunk, _, done) => child.stdin.write(chunk, () => done()),
    final: (done) => child.stdin.end(done),
    destroy: (error, done) => {
      child.kill()
      done(error)
    },
  })
  child.stdin.on('error', () => {}) // ssh has ended; why, it says itself
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000)
  })
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause()
  })
  child.once('error', (error) => stream.destroy(error))
  child.once('close', (code) => {
    if (code === 0) stream.push(null)
    else stream.destroy(new Error(said.trim().split('\n').at(-1) || `ssh ended with ${code}`))
  })
  return stream
}

/** An sshd lets ten sign in at the same time and turns others away at random (MaxStartups). */
const SSH_AT_ONCE = 8

function connectingBy(dial: () => Duplex, atOnce = Number.POSITIVE_INFINITY): Agents {
  const http = new HttpAgent({ maxSockets: atOnce })
  http.createConnection = dial
  return { http }
}

// Agents of its own: the process's are shared, and newer releases of Node let the environment send them to a proxy.
function tlsAgents({ ca, cert, key, unverified }: TlsFiles): Agents {
  const files = { ca: ca ?? undefined, cert: cert ?? undefined, key: key ?? undefined }
  return { https: new HttpsAgent({ ...files, rejectUnauthorized: !unverified }) }
}

/** What an engine's address means to the HTTP client. `env`: what the person's ssh gets, where that leads there. */
export function endpointOf(address: EngineAddress, env: NodeJS.ProcessEnv): Endpoint {
  if (address.kind === 'tcp') {
    const { host, port, prefix, tls } = address
    const place = `${host}:${port}${prefix}`
    return tls
      ? { base: `https://${place}`, agent: tlsAgents(tls) }
      : { base: `http://${place}`, agent: { http: new HttpAgent() } }
  }
  // The host is a name for the header alone.
  const agent =
    address.kind === 'socket'
      ? connectingBy(() => connect({ path: address.path }))
      : connectingBy(() => dialSsh(address, env), SSH_AT_ONCE)
  return { base: 'http://docker', agent }
}
