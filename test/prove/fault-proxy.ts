import { createServer, type IncomingMessage, request as forward, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What can happen to a request on its way. `late`: the client has given up by then. */
export type Fault =
  | { kind: 'drop-request' }
  | { kind: 'drop-answer' }
  | { kind: 'truncate' }
  | { kind: 'duplicate' }
  | { kind: 'delay'; ms: number; late: boolean }
  | { kind: 'status'; status: number; body: string; retryAfter: string | null; processed: boolean }

/** A proxy between the tool and a gateway, in which the requests meet what somebody decides for them. */
export interface FaultProxy {
  readonly url: string
  /** What happened to each request, in order: `PUT pass`, `GET drop-answer`. */
  readonly log: string[]
  /** Nothing happens to requests any more. */
  calm(): void
  /** Resolves when nothing is under way any more, late requests included. */
  quiet(): Promise<void>
  close(): Promise<void>
}

interface Reply {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function passOn(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = forward(target + (url ?? '/'), { method, headers, agent: false }, (answer) => {
      bodyOf(answer).then(
        (read) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: read }),
        reject,
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function answer(response: ServerResponse, { status, headers, body }: Reply): void {
  const { 'transfer-encoding': _chunked, connection: _connection, ...rest } = headers
  response.writeHead(status, { ...rest, 'content-length': body.length })
  response.end(body)
}

/** The head and half of the body, and then nothing. */
function answerInPart(response: ServerResponse, { status, headers, body }: Reply): void {
  const { 'transfer-encoding': _chunked, connection: _connection, ...rest } = headers
  response.writeHead(status, { ...rest, 'content-length': body.length })
  response.write(body.subarray(0, body.length / 2), () => response.destroy())
}

async function serve(
  target: string,
  fault: Fault | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request)
  const process = (): Promise<Reply> => passOn(target, request, body)
  if (fault === null) return answer(response, await process())
  if (fault.kind === 'drop-request') return void response.destroy()
  if (fault.kind === 'drop-answer') {
    await process()
    return void response.destroy()
  }
  if (fault.kind === 'truncate') return answerInPart(response, await process())
  if (fault.kind === 'duplicate') {
    await process()
    return answer(response, await process())
  }
  if (fault.kind === 'delay') {
    await sleep(fault.ms)
    return answer(response, await process())
  }
  if (fault.processed) await process()
  const headers = {
    'content-type': fault.body.startsWith('{') ? 'application/json' : 'text/html',
    ...(fault.retryAfter === null ? {} : { 'retry-after': fault.retryAfter }),
  }
  answer(response, { status: fault.status, headers, body: Buffer.from(fault.body) })
}

/** Starts a proxy on a free port of 127.0.0.1. `decide` says what each request meets, `null` for nothing. */
export async function startFaultProxy(
  target: string,
  decide: (method: string) => Fault | null,
): Promise<FaultProxy> {
  let isCalm = false
  const log: string[] = []
  const underWay = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const method = request.method ?? 'GET'
    const fault = isCalm ? null : decide(method)
    log.push(`${method} ${fault === null ? 'pass' : JSON.stringify(fault)}`)
    const done = serve(target, fault, request, response)
      .catch(() => void response.destroy())
      .finally(() => underWay.delete(done))
    underWay.add(done)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    calm: () => {
      isCalm = true
    },
    quiet: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
