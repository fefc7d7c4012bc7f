import { z } from 'zod'
import { type Archive, ARCHIVE_LIMIT } from './archive.ts'
import { type EngineAnswer, call, callForAll, callForJson, type EngineRequest } from './call.ts'
import { engineId, type InspectedContainer, inspectedContainer, listedContainer } from './container.ts'
import type { Endpoint } from '../connect/endpoint.ts'

const OUTPUT_LIMIT = 1024 * 1024
/** Many are read side by side; they have some 10 kB. */
const INSPECTION_LIMIT = 1024 * 1024

const versions = z.object({ Components: z.array(z.object({ Name: z.string() })).nullish() })

const listedNetwork = z.object({
  Name: z.string(),
  Driver: z.string().default(''),
  Internal: z.boolean().default(false),
})

const createdExec = z.object({ Id: engineId })
const inspectedExec = z.object({ Running: z.boolean().nullish(), ExitCode: z.number().nullish() })

/** A command to be run inside a container, and what its environment holds besides the container's own. */
export interface Exec {
  command: readonly string[]
  env: Readonly<Record<string, string>>
}

/**
 * The calls of the Docker Engine API (https://docs.docker.com/reference/api/engine/) that this tool makes, without a
 * version in their paths, so that every engine answers by its own. Podman answers the same. Each rejects as `call` does,
 * and where the answer does not fit.
 */
export class EngineApi {
  readonly #endpoint: Endpoint

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
  }

  #json<T>(
    schema: z.ZodType<T>,
    path: string,
    signal: AbortSignal,
    query: EngineRequest['query'] = {},
  ): Promise<T> {
    return callForJson(schema, this.#endpoint, { method: 'GET', path, query, signal })
  }

  #post<T>(schema: z.ZodType<T>, path: string, json: object, signal: AbortSignal): Promise<T> {
    return callForJson(schema, this.#endpoint, { method: 'POST', path, json, signal })
  }

  /** `GET /version`: the names of what the engine is made of. */
  async components(signal: AbortSignal): Promise<string[]> {
    const { Components } = await this.#json(versions, '/version', signal)
    return (Components ?? []).map(({ Name }) => Name)
  }

  /** `GET /containers/json`. */
  list(
    query: { all: 'true' } | { limit: '1' },
    signal: AbortSignal,
  ): Promise<z.infer<typeof listedContainer>[]> {
    return this.#json(z.array(listedContainer), '/containers/json', signal, query)
  }

  /** `GET /containers/{id}/json`. */
  inspect(id: string, signal: AbortSignal): Promise<InspectedContainer> {
    const path = `/containers/${encodeURIComponent(id)}/json`
    return callForJson(inspectedContainer, this.#endpoint, {
      method: 'GET',
      path,
      limit: INSPECTION_LIMIT,
      signal,
    })
  }

  /** `GET /networks`. */
  networks(signal: AbortSignal): Promise<z.infer<typeof listedNetwork>[]> {
    return this.#json(z.array(listedNetwork), '/networks', signal)
  }

  /** `GET /containers/{id}/logs`: the last lines, with time stamps, as they come. */
  async log(id: string, lines: number, signal: AbortSignal): Promise<Buffer> {
    const query = { follow: 'false', stdout: 'true', stderr: 'true', timestamps: 'true', tail: String(lines) }
    const path = `/containers/${encodeURIComponent(id)}/logs`
    return (await callForAll(this.#endpoint, { method: 'GET', path, query, signal })).body
  }

  /** `GET /containers/{id}/archive`: one path inside a container. */
  async archive(id: string, place: string, signal: AbortSignal): Promise<Archive> {
    const path = `/containers/${encodeURIComponent(id)}/archive`
    const question = { method: 'GET', path, query: { path: place }, limit: ARCHIVE_LIMIT, signal } as const
    const { headers, body, end } = await call(this.#endpoint, question)
    return { stat: String(headers['x-docker-container-path-stat'] ?? ''), tar: body, isCut: end === 'limit' }
  }

  /** `POST /containers/{id}/exec`: its id. */
  async createExec(id: string, { command, env }: Exec, signal: AbortSignal): Promise<string> {
    const Env = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const json = { Cmd: command, Env, AttachStdout: true, AttachStderr: true, Tty: false }
    return (await this.#post(createdExec, `/containers/${encodeURIComponent(id)}/exec`, json, signal)).Id
  }

  /** `POST /exec/{id}/start`: both streams as one, until they end, or 1 MB has come, or the signal. */
  startExec(exec: string, signal: AbortSignal): Promise<EngineAnswer> {
    const path = `/exec/${encodeURIComponent(exec)}/start`
    const json = { Detach: false, Tty: false }
    return call(this.#endpoint, { method: 'POST', path, json, limit: OUTPUT_LIMIT, signal })
  }

  /** `GET /exec/{id}/json`: its exit code, `null` while it runs. */
  async exitCode(exec: string, signal: AbortSignal): Promise<number | null> {
    const { Running, ExitCode } = await this.#json(
      inspectedExec,
      `/exec/${encodeURIComponent(exec)}/json`,
      signal,
    )
    return Running ? null : (ExitCode ?? null)
  }
}
