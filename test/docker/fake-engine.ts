import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { EngineApi } from '../../src/docker/api/api.ts'
import type { Unavailable } from '../../src/core/unavailable.ts'
import { connectDocker } from '../../src/docker/connect/connect.ts'
import { DockerEngine } from '../../src/docker/engine.ts'
import { endpointOf } from '../../src/docker/connect/endpoint.ts'
import type { Docker } from '../../src/docker/port.ts'
import { temporaryFolder } from '../support/cli.ts'

const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})

/** Has a server listen until the end of the test: on a free port (0), or on a Unix socket. */
export async function listen<T extends Server>(server: T, place: string | number): Promise<T> {
  servers.push(server)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((done) => server.listen(place, done))
  return server
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Answers with a document. */
export function json(answer: ServerResponse, document: unknown, status = 200): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
}

/** An engine without containers, as far as this goes. */
export const empty: RequestListener = (request, answer) => {
  const isList = request.url?.startsWith('/containers/json') === true
  json(answer, isList ? [] : {}, isList ? 200 : 404)
}

/** What one container of a fake engine is, in the words of `GET /containers/{id}/json`. */
export const inspected = (id: string, more: { Tty?: boolean } = {}): object => ({
  Id: id,
  Name: `/name-of-${id}`,
  Path: 'serve',
  Args: ['--port', '80'],
  Config: { Image: 'image', Hostname: id, Tty: more.Tty ?? false, Labels: {} },
  State: { Status: 'running' },
  HostConfig: { NetworkMode: 'bridge' },
  NetworkSettings: { Ports: {}, Networks: {} },
})

/** A part of a stream with both outputs, as Docker frames it. `length`: what it says of itself. */
export function part(stream: 1 | 2, text: string, length = Buffer.byteLength(text)): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(length, 4)
  return Buffer.concat([header, Buffer.from(text)])
}

/** Starts it to answer whatever `path` begins with, 404 for the rest. Returns it, and `METHOD url body` of each request. */
export async function fakeEngine(
  answers: Record<string, (answer: ServerResponse, request: IncomingMessage) => void>,
): Promise<{ docker: Docker; api: EngineApi; asked: string[]; socket: string }> {
  const asked: string[] = []
  const socket = join(await temporaryFolder(), 'engine.sock')
  const server = createServer((request, answer) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.push([request.method, request.url, Buffer.concat(chunks).toString()].join(' ').trim())
      const path = Object.keys(answers).find((each) => request.url?.startsWith(each))
      if (path === undefined) json(answer, { message: 'page not found' }, 404)
      else answers[path]?.(answer, request)
    })
  })
  await listen(server, socket)
  const address = { kind: 'socket', path: socket, where: 'here', isLocal: true } as const
  const api = new EngineApi(endpointOf(address, {}))
  return { docker: new DockerEngine(api, { ...address, engine: 'docker' }), api, asked, socket }
}

/** What is there, or why not. */
export const connected = (host: string): Promise<Docker | Unavailable> =>
  connectDocker({ HOME: '/nowhere', DOCKER_HOST: host })

/** The sentence with which something failed. */
export const failure = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    (found) => `did not fail: ${JSON.stringify(found)}`,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
