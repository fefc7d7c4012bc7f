import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { ReachKind } from '../../../src/core/reach/reach.ts'
import { type Identity, type Listener, listen } from '../hostile.ts'
import { Backend } from '../lab-backend.ts'

/** What a client is to find: the kind, and the evidence, in which `SELF` and `OTHER` stand for the two origins. */
export type Finding = readonly [kind: ReachKind, evidence: string]

/** A place that something answers at. */
export interface Place {
  url: string
  close: () => Promise<void>
}

/** Starts what answers. `other` is the origin of a server that nobody may ask. */
export type Start = (other: string) => Promise<Place>

/** One way to answer, and what is found of it over each transport. */
export interface Answer {
  what: string
  start: Start
  sse: Finding
  http: Finding
  /** Whoever asks waits until the time is up, so that it is short: in milliseconds. */
  waits?: number
}

/** How long is waited for an answer: long enough for a busy machine. */
export const limitMs = ({ waits = 20_000 }: Answer): number => waits

const pem = (name: string): string => readFileSync(new URL(`../tls/${name}.pem`, import.meta.url), 'utf8')
const IDENTITY: Identity = { key: pem('key'), cert: pem('certificate') }

/** A listener that has to know the origin that nobody may ask. */
export const onKnowing =
  (listener: (other: string) => Listener): Start =>
  async (other) => {
    const server = await listen(listener(other))
    return { url: `${server.url}/mcp`, close: () => server.close() }
  }

/** A listener, over plain HTTP. */
export const on = (listener: Listener): Start => onKnowing(() => listener)

/** Plain HTTP at a URL that wants TLS. */
export const onPlain =
  (listener: Listener): Start =>
  async () => {
    const server = await listen(listener)
    return { url: `https://127.0.0.1:${server.port}/mcp`, close: () => server.close() }
  }

/** A listener over TLS, with a certificate that is signed by itself, at a URL that wants TLS or not. */
export const onTls =
  (listener: Listener, scheme: 'http' | 'https', options: TlsOptions = {}): Start =>
  async () => {
    const server = await listen(listener, { ...options, ...IDENTITY })
    return { url: `${scheme}://127.0.0.1:${server.port}/mcp`, close: () => server.close() }
  }

/** Whatever is done with a bare connection. */
export const onSocket =
  (serve: (socket: Socket) => void): Start =>
  async () => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      serve(socket)
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const close = (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })
    return { url: `http://127.0.0.1:${port}/mcp`, close }
  }

/** A server with two tools, by the end of its path. */
export const onBackend =
  (path: string): Start =>
  async () => {
    const backend = await Backend.start()
    return { url: `${backend.origin}/servers/one/${path}`, close: () => backend.close() }
  }

/** Nothing but a URL. */
export const nowhere = (url: string) => (): Promise<Place> =>
  Promise.resolve({ url, close: () => Promise.resolve() })

/** The same finding over both transports. */
export const both = (what: string, start: Start, kind: ReachKind, evidence: string): Answer => ({
  what,
  start,
  sse: [kind, evidence],
  http: [kind, evidence],
})

/** Content types. */
export const TEXT = { 'content-type': 'text/plain' }
export const HTML = { 'content-type': 'text/html; charset=utf-8' }
export const SSE = { 'content-type': 'text/event-stream' }

/** A page at which people sign in. */
export const LOGIN = '<html><form action="/in"><input name="p" type="password"></form></html>'

/** An error of JSON-RPC, as a server sends it that knows no message to answer. */
export const rpcError = (code: number, message: string): unknown => ({
  jsonrpc: '2.0',
  id: 'server-error',
  error: { code, message },
})
