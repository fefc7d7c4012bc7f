import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Agents } from 'got'
import type { EngineAddress, TlsFiles } from './address.ts'
import { dialSsh, SSH_AT_ONCE } from './ssh.ts'

/** Where requests go, and who makes the connections for them: one for each request, closed after its answer. */
export interface Endpoint {
  /** `http://host:port`, without a slash at its end. */
  base: string
  agent: Agents
}

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

/** What an engine's address means to the HTTP client. `env`: of which the person's ssh gets its part, where that leads there. */
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
