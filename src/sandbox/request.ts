import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from './people/accounts.ts'
import { readJson } from './json.ts'
import type { World } from './world.ts'

/** A request as the server received it. */
export interface Received {
  readonly method: string
  /** Without the root path and the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The id in the path, where the route has one. */
  readonly id: string
  /** The gateway's own address, for redirects. */
  readonly origin: string
}

/** A request that passed the key and route checks. */
export interface Ask extends Received {
  readonly world: World
  readonly caller: Caller
}

/** The body as JSON; undefined when it is no JSON. */
export function bodyOf(text: string): unknown {
  try {
    return readJson(text)
  } catch {
    return undefined
  }
}

/** A body that is a JSON object, else an empty one. */
export function fieldsOf(text: string): Record<string, unknown> {
  const body = bodyOf(text)
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : {}
}
