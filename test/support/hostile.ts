import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'

/** Answers one request, in whatever way. */
export type Listener = (asked: IncomingMessage, answer: ServerResponse) => void

/** A request as a server of a test saw it. */
export interface Seen {
  readonly method: string
  /** As it stood in the request line: a path, or for a forward proxy a whole URL. */
  readonly target: string
  /** All header values in one text, for looking for a key. */
  readonly headers: string
}

/** A local server, and everything it was asked. */
export interface LocalServer {
  readonly url: string
  readonly port: number
  readonly seen: readonly Seen[]
  close(): Promise<void>
}

/** Key and certificate of a TLS server, as PEM. */
export interface Identity {
  readonly key: string
  readonly cert: string
}

/** Starts a server on a free port of 127.0.0.1, with TLS where an identity is given. */
export async function listen(listener: Listener, identity?: Identity): Promise<LocalServer> {
  const seen: Seen[] = []
  const observe: Listener = (asked, answer) => {
    const { method = '', url = '', headers } = asked
    seen.push({ method, target: url, headers: JSON.stringify(headers) })
    listener(asked, answer)
  }
  const server = identity ? createTlsServer({ ...identity }, observe) : createServer(observe)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `${identity ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Hands every request on to another server, and its answer back. Absolute targets work as in a forward proxy. */
export function forward(to: string): Listener {
  return (asked, answer) => {
    const { pathname, search } = new URL(asked.url ?? '/', to)
    const { method = 'GET', headers } = asked
    const onward = request(new URL(pathname + search, to), { method, headers: { ...headers } })
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  }
}

/** Like `forward`, but with listeners of its own for some requests, named as in `GET /key/info`. */
export function inFrontOf(to: string, own: Readonly<Record<string, Listener>>): Listener {
  const others = forward(to)
  return (asked, answer) => {
    const { pathname } = new URL(asked.url ?? '/', to)
    const listener = own[`${asked.method} ${pathname}`] ?? others
    listener(asked, answer)
  }
}

/** Answers with a status, a body and headers. */
export function says(status: number, body: unknown, headers: Record<string, string> = {}): Listener {
  return (_, answer) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    answer.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
  }
}

/** Sends blanks without an end, as fast as they are taken, or one every 50 ms. */
export function endless(pace: 'flood' | 'drip'): Listener {
  return (_, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' })
    if (pace === 'drip') {
      const timer = setInterval(() => answer.write(' '), 50)
      answer.on('close', () => clearInterval(timer))
      return
    }
    const block = Buffer.alloc(64 * 1024, ' ')
    const fill = (): void => {
      while (!answer.destroyed && answer.write(block));
    }
    answer.on('drain', fill)
    fill()
  }
}

/** A JSON text of so many megabytes. */
export function huge(megabytes: number): Listener {
  return (_, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' })
    answer.write('["')
    const block = 'x'.repeat(1024 * 1024)
    for (let i = 0; i < megabytes; i += 1) answer.write(block)
    answer.end('"]')
    finished(answer).catch(() => {})
  }
}

/** Takes the request and never answers. */
export const silent: Listener = () => {}
