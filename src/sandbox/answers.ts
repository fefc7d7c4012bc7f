import type { Release } from './release.ts'

/** What a route gives back; `json` undefined and no `text` is an empty body. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The request was processed, and nothing ever comes back. */
export const NEVER: Answer = { status: 0 }

/** 200 unless told, with a JSON body. */
export function ok(json: unknown, status = 200): Answer {
  return { status, json }
}

/** FastAPI's `HTTPException(detail={"error": …})`, the shape of LiteLLM's MCP routes. */
export function refused(status: number, error: string): Answer {
  return { status, json: { detail: { error } } }
}

/** FastAPI's answer to a path it does not have. */
export const NOT_FOUND: Answer = { status: 404, json: { detail: 'Not Found' } }

/** FastAPI's answer to a path it has, asked with another method than `allow`, that of its first route there. */
export const wrongMethod = (allow: string): Answer => ({
  status: 405,
  json: { detail: 'Method Not Allowed' },
  headers: { allow },
})

/** LiteLLM's `ProxyException` (`proxy_server.py`, `openai_exception_handler`). */
export function proxyError(
  status: number,
  message: string,
  type = 'auth_error',
  param: string | null = 'None',
): Answer {
  return { status, json: { error: { message, type, param, code: String(status) } } }
}

/** `ProxyException` of the key and user routes: before 1.105 its `param` is the text `None`. */
export function managementError(release: Release, status: number, message: string): Answer {
  return proxyError(status, message, 'internal_server_error', release.verboseErrors ? 'None' : null)
}

/** An exception nobody caught. Observed: plain text on 1.77.7 and 1.81.14, JSON on 1.106.2. */
export function crash(release: Release): Answer {
  return release.verboseErrors
    ? { status: 500, text: 'Internal Server Error' }
    : { status: 500, json: { error: { message: 'Internal server error', type: 'internal_server_error' } } }
}

/** The MCP routes' answer without a database; reads say less than writes. */
export function noDatabase(write: boolean): Answer {
  const where = ' - https://docs.litellm.ai/docs/simple_proxy#managing-auth---virtual-keys'
  return refused(500, `Database not connected. Connect a database to your proxy${write ? where : ''}`)
}
