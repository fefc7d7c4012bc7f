import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { codeOf } from '../core/errors.ts'
import { afterListening } from '../core/in-time.ts'

const LIMIT_MS = 3000

/** An alert is TLS, too: it speaks it, and does not like this name, these versions or that there is no certificate. */
const BY_ALERT = /ALERT|UNRECOGNIZED_NAME|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE/

/**
 * Does TLS answer at a host and port? Found out by a handshake: nothing is sent, no certificate is looked at, and the
 * connection is closed. `false` where it cannot be told. Never throws.
 */
export function answersInTls({ hostname, port }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 80),
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    const end = (found: boolean): void => {
      callOff()
      socket.destroy()
      resolve(found)
    }
    const callOff = afterListening(LIMIT_MS, () => end(false))
    socket.once('secureConnect', () => end(true))
    socket.on('error', (error) => end(BY_ALERT.test(codeOf(error))))
    socket.once('close', () => end(false))
  })
}
