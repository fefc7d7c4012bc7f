import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { Mismeasured } from '../figure.ts'

/** A gateway that is measured on: its address without a slash at the end, and a key that may do everything there. */
export interface Target {
  url: string
  key: string
}

/** A stored server as the gateway's API shows it. */
export type Entry = Readonly<Record<string, unknown>> & { server_id: string; url: string }

/** How a client asks a gateway. */
export interface Client {
  /** The JSON of an answer with a status from 200 to 299. Throws `Mismeasured` at any other. */
  ask: <T>(method: string, path: string, body?: unknown) => Promise<T>
  close: () => void
}

/** The least that a client can be: `node:http`, one connection that is kept, and no check but of the status. */
export function openClient({ url, key }: Target): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return {
    ask: async (method, path, body) => {
      const sent = body === undefined ? undefined : JSON.stringify(body)
      const { status, answer } = await new Promise<{ status: number; answer: string }>((resolve, reject) => {
        const length = sent === undefined ? {} : { 'content-length': Buffer.byteLength(sent) }
        request(`${url}${path}`, { agent, method, headers: { ...headers, ...length } }, (response) => {
          text(response).then((got) => resolve({ status: response.statusCode ?? 0, answer: got }), reject)
        })
          .once('error', reject)
          .end(sent)
      })
      if (status < 200 || status > 299)
        throw new Mismeasured(
          `${method} ${path} of the gateway was answered with ${status}: ${answer.slice(0, 200)}`,
        )
      return (answer === '' ? null : JSON.parse(answer)) as never
    },
    close: () => agent.destroy(),
  }
}
