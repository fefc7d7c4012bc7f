import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { codeOf } from '../core/errors.ts'
import { afterListening } from '../core/in-time.ts'
import type { Knock } from './port.ts'

const BY_CODE: Record<string, Exclude<Knock['kind'], 'open'>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  EAI_FAIL: 'unknown-host',
  EAI_NODATA: 'unknown-host',
}

/** Names that resolve to several addresses fail with one error for all of them. */
const firstCode = (error: unknown): string =>
  error instanceof AggregateError ? codeOf(error.errors[0]) : codeOf(error)

/** Opens a TCP connection, and closes it at once: see `Machine.knock`. */
export function knock(host: string, port: number, limitMs: number): Promise<Knock> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, autoSelectFamilyAttemptTimeout: limitMs / 2 })
    const end = (answer: Knock): void => {
      callOff()
      socket.destroy()
      resolve(answer)
    }
    const callOff = afterListening(limitMs, () => end({ kind: 'silent' }))
    socket.once('connect', () => end({ kind: 'open', address: socket.remoteAddress ?? host }))
    socket.once('error', (error) => {
      const code = firstCode(error)
      end({ kind: BY_CODE[code] ?? (code === 'ETIMEDOUT' ? 'silent' : 'no-route') })
    })
  })
}

/** What an address answers to a GET: see `Machine.greet`. Only the first line of the answer is waited for. */
export function greet(url: string, limitMs: number): Promise<string> {
  return new Promise((resolve) => {
    // Who listens is asked, not whether it can prove its name.
    const options = { agent: false, rejectUnauthorized: false, headers: { accept: '*/*' } }
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options)
    const end = (text: string): void => {
      callOff()
      request.destroy()
      resolve(text)
    }
    const callOff = afterListening(limitMs, () => end('no HTTP answer'))
    request.once('response', ({ statusCode }) => end(`HTTP ${statusCode}`))
    request.on('error', (error) => end(codeOf(error).startsWith('HPE_') ? 'no HTTP' : 'no HTTP answer'))
    request.end()
  })
}
