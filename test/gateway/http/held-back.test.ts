import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, vi } from 'vitest'
import { HeldBack } from '../../../src/gateway/http/held-back.ts'
import { type Request, send } from '../../../src/gateway/http/transport.ts'
import { TransportError } from '../../../src/gateway/http/transport-errors.ts'
import { type Listener, says } from '../../support/hostile.ts'
import { test } from '../../support/trial.ts'

const BODY = { server_id: 'a', url: 'http://new/sse', description: 'naïve — ✓' }

/** More than a system takes of a connection that nobody reads. */
const LARGE = { ...BODY, description: 'x'.repeat(20_000_000) }

const put = (
  url: string,
  mayLeave: () => Promise<boolean>,
  timeoutSeconds = 10,
  json: object = BODY,
): Promise<unknown> => {
  const request: Request = {
    method: 'PUT',
    url: `${url}/v1`,
    headers: {},
    timeoutSeconds,
    json,
    mayLeave,
  }
  return send(request)
}

/** Answers with the body that it got. */
const echo: Listener = (asked, answer) => {
  const chunks: Buffer[] = []
  asked.on('data', (chunk: Buffer) => chunks.push(chunk))
  asked.on('end', () => {
    const { 'content-length': length, 'content-type': type, 'transfer-encoding': coding } = asked.headers
    answer.writeHead(202, { 'content-type': 'application/json' })
    answer.end(JSON.stringify({ got: JSON.parse(Buffer.concat(chunks).toString()), length, type, coding }))
  })
}

/** A server of bare connections, with the bytes that each of them brought. */
async function bare(onConnection: (socket: Socket) => void) {
  const heard: string[] = []
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    const place = heard.push('') - 1
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      heard[place] += chunk.toString()
    })
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, sockets, close }
}

/** The identity of a TLS server, which is trusted whatever its name. */
async function trusted(): Promise<{ key: string; cert: string }> {
  const [key = '', cert = ''] = await Promise.all(
    ['key', 'certificate'].map((name) =>
      readFile(fileURLToPath(new URL(`../../support/tls/${name}.pem`, import.meta.url)), 'utf8'),
    ),
  )
  const { connect: connectTls, createSecureContext } = tls
  vi.spyOn(tls, 'createSecureContext').mockImplementation((options) =>
    createSecureContext({ ...options, ca: cert }),
  )
  // What the proxy's client connects with; Node's own goes to 127.0.0.1, which the certificate names.
  vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) =>
    connectTls({ ...options, checkServerIdentity: () => undefined })) as typeof tls.connect)
  syncBuiltinESMExports()
  return { key, cert }
}

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

describe('a write that may leave', () => {
  test('leaves whole, its length told', async ({ serve }) => {
    const { url } = await serve(echo)
    const { json } = (await put(url, () => Promise.resolve(true))) as { json: object }
    const length = String(Buffer.byteLength(JSON.stringify(BODY)))
    expect(json).toEqual({ got: BODY, length, type: 'application/json' })
  })

  test('is asked for once, and nothing of it has left by then, although its connection is made', async () => {
    const server = await bare(() => {})
    let connections = -1
    const asked = vi.fn(async () => {
      await vi.waitFor(() => expect(server.sockets).toHaveLength(1))
      connections = server.sockets.length
      return false
    })
    await expect(put(server.url, asked)).rejects.toThrow(HeldBack)
    expect({ connections, times: asked.mock.calls.length, heard: server.heard }).toEqual({
      connections: 1,
      times: 1,
      heard: [''],
    })
    server.close()
  })

  test('over TLS, too, after the handshake', async ({ serve }) => {
    const { url, seen } = await serve(echo, await trusted())
    const asked: number[] = []
    const answer = await put(url, () => {
      asked.push(seen.length)
      return Promise.resolve(true)
    })
    expect([asked, answer]).toMatchObject([[0], { status: 202 }])
    await expect(put(url, () => Promise.resolve(false))).rejects.toThrow(HeldBack)
    expect(seen).toHaveLength(1)
  })

  test('through a proxy, for plain HTTP', async ({ serve }) => {
    const proxy = await serve(echo)
    vi.stubEnv('http_proxy', proxy.url)
    await expect(put('http://gateway.test', () => Promise.resolve(false))).rejects.toThrow(HeldBack)
    expect(proxy.seen).toEqual([])
    expect(await put('http://gateway.test', () => Promise.resolve(true))).toMatchObject({ status: 202 })
  })

  test('through a proxy, for TLS', async ({ serve }) => {
    const { port, seen } = await serve(echo, await trusted())
    const proxy = await bare((socket) => {
      socket.once('data', () => {
        socket.removeAllListeners('data')
        const onward = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
        onward.on('error', () => socket.destroy())
        socket.on('close', () => onward.destroy())
        socket.pipe(onward).pipe(socket)
      })
    })
    vi.stubEnv('https_proxy', proxy.url)
    await expect(put('https://gateway.test', () => Promise.resolve(false))).rejects.toThrow(HeldBack)
    expect(seen).toEqual([])
    expect(await put('https://gateway.test', () => Promise.resolve(true))).toMatchObject({ status: 202 })
    proxy.close()
  })
})

describe('a write that did not leave is told from one that may have left', () => {
  test('its connection was cut while it was asked for', async () => {
    const server = await bare((socket) => socket.end())
    const cut = async (): Promise<boolean> => {
      await vi.waitFor(() => expect(server.sockets[0]?.destroyed).toBe(true))
      return true
    }
    await expect(put(server.url, cut)).rejects.toThrow(HeldBack)
    server.close()
  })

  test('something answered before it was sent anything', async () => {
    const tired = 'HTTP/1.1 408 Request Time-out\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
    const server = await bare((socket) => socket.end(tired))
    let isAsked = false
    const slowly = async (): Promise<boolean> => {
      await vi.waitFor(() => expect(server.sockets[0]?.destroyed).toBe(true))
      await new Promise((done) => setTimeout(done, 300))
      isAsked = true
      return true
    }
    await expect(put(server.url, slowly)).rejects.toThrow(HeldBack)
    // Whoever is still asked could mistake the next write for this one.
    expect({ isAsked, heard: server.heard }).toEqual({ isAsked: true, heard: [''] })
    server.close()
  })

  test('whoever was asked failed', async () => {
    const server = await bare(() => {})
    await expect(put(server.url, () => Promise.reject(new Error('no idea')))).rejects.toThrow(HeldBack)
    expect(server.heard).toEqual([''])
    server.close()
  })

  test('there was no connection: nobody was asked', async () => {
    const server = await bare(() => {})
    server.close()
    const asked = vi.fn(() => Promise.resolve(true))
    const failure = await put(server.url, asked).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TransportError)
    expect(failure).toMatchObject({ code: 'gateway-refused-connection', sent: false })
    expect(asked).not.toHaveBeenCalled()
  })

  test('a TLS handshake that nobody answers ends with the time-out, unsent', async () => {
    const server = await bare(() => {})
    const failure = await put(server.url.replace('http:', 'https:'), () => Promise.resolve(true), 1).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'gateway-timeout', sent: false })
    server.close()
  })

  test('an answer that never comes ends with the time-out, and may have been sent', async ({ serve }) => {
    const { url } = await serve(() => {})
    const failure = await put(url, () => Promise.resolve(true), 1).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'gateway-timeout', sent: true })
  })

  test('a body that is never taken ends with the time-out, and may have been sent', async () => {
    const server = await bare((socket) => socket.pause())
    const failure = await put(server.url, () => Promise.resolve(true), 1, LARGE).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'gateway-timeout', sent: true })
    server.close()
  })

  test('an answer that comes before the whole body is heard', async () => {
    const early = 'HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
    const server = await bare((socket) => socket.once('data', () => socket.pause().write(early)))
    expect(await put(server.url, () => Promise.resolve(true), 5, LARGE)).toMatchObject({ status: 413 })
    server.close()
  })

  test('the answer has its whole time although somebody was asked for longer', async ({ serve }) => {
    const { url } = await serve(says(202, {}))
    const slowly = (): Promise<boolean> => new Promise((done) => setTimeout(() => done(true), 1200))
    expect(await put(url, slowly, 1)).toMatchObject({ status: 202 })
  })
})
