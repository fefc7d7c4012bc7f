import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, NEVER } from './answers.ts'
import { jsonText } from './json.ts'
import type { SandboxRequest, SandboxRow } from './options.ts'
import { type Crowd, deviate, type QuirkAction } from './quirks.ts'
import { bodyOf, fieldsOf, type Received } from './request.ts'
import { answer, hasPath } from './routes.ts'
import { editRow, type World } from './world.ts'

/** What the HTTP side needs to serve a world. */
export interface Serving {
  readonly world: World
  readonly log: SandboxRequest[]
  quirk(method: string, path: string): QuirkAction | undefined
  readonly crowd: Crowd
}

async function received(world: World, request: IncomingMessage): Promise<Received> {
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`
  const url = new URL(request.url ?? '/', origin)
  const { rootPath } = world
  const path = url.pathname.startsWith(`${rootPath}/`) ? url.pathname.slice(rootPath.length) : url.pathname
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const { method = 'GET', headers } = request
  return { method, path, query: url.searchParams, headers, text, id: '', origin }
}

/** Starlette sends a path with a slash too many to the path without it. */
function slashed(world: World, { path, query, origin }: Received): Answer | undefined {
  const bare = path.replace(/\/+$/, '')
  if (path === bare || bare === '' || !hasPath(world.release, bare)) return undefined
  const search = query.size > 0 ? `?${query.toString()}` : ''
  return { status: 307, headers: { location: `${origin}${world.rootPath}${bare}${search}` } }
}

function rowAskedFor(world: World, { path, text }: Received): SandboxRow | undefined {
  const inBody = fieldsOf(text)['server_id']
  const id = typeof inBody === 'string' ? inBody : path.split('/').at(-1)
  return world.rows.get(id ?? '')
}

function send(response: ServerResponse, { status, json, text, headers }: Answer): void {
  const type =
    json === undefined
      ? { 'content-type': 'text/plain; charset=utf-8' }
      : { 'content-type': 'application/json' }
  const body = json === undefined ? text : jsonText(json)
  response.writeHead(status, { ...(body !== undefined && type), ...headers })
  response.end(body)
}

async function outcome(serving: Serving, asked: Received, shown: string): Promise<Answer | 'hang' | 'reset'> {
  const { world } = serving
  const process = async (): Promise<Answer> => slashed(world, asked) ?? (await answer(world, asked))
  if (world.silenced) return 'hang'
  const action = serving.quirk(asked.method, shown)
  if (action === undefined) return process()
  const tools = {
    process,
    wait: world.wait,
    hush: () => {
      world.silenced = true
    },
    row: () => rowAskedFor(world, asked),
    edit: (name: string, fields: Readonly<Record<string, unknown>>) => {
      for (const { server_id: id, server_name: named } of world.rows.values())
        if (named === name) editRow(world, id, fields)
    },
  }
  return serving.crowd.join(action, (atOnce) => deviate(action, { ...tools, atOnce }))
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = await received(serving.world, request)
  const search = asked.query.size > 0 ? `?${asked.query.toString()}` : ''
  const path = asked.path + search
  const result = await outcome(serving, asked, path)
  const signingIn = asked.path.endsWith('/login')
  const status = typeof result === 'string' ? 0 : result.status
  serving.log.push({ method: asked.method, path, status, body: signingIn ? undefined : bodyOf(asked.text) })
  if (result === 'reset') request.socket.destroy()
  else if (result !== 'hang' && result !== NEVER) send(response, result)
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(serving: Serving): Promise<Server> {
  const server = createServer((request, response) => {
    serve(serving, request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return server
}

/** The port that a listening server has. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Stops listening and cuts every open connection. */
export function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
