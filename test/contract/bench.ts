import { randomBytes } from 'node:crypto'
import { ask, type Received, type Sending, type Target } from './http.ts'

/** A server as a JSON answer shows it. */
export type Server = Record<string, unknown>

/** Where the guide's servers answer, in the sandbox's pretence and in the laboratory. */
export const WORKS = 'http://localhost:8585/servers/filesystem/sse'
/** Another server that works. */
export const WORKS_TOO = 'http://localhost:8585/servers/fetch/sse'
/** Nothing listens there. */
export const CLOSED = 'http://localhost:9/sse'
/** The host is there, the path is not. */
export const NO_PATH = 'http://localhost:8585/none'

/** One gateway under test, with the servers, users and keys that the suite makes there and removes. */
export class Bench {
  readonly prefix = `ct${randomBytes(4).toString('hex')}`
  readonly #servers = new Set<string>()
  readonly #users: string[] = []
  readonly #keys: string[] = []
  readonly #undoing: (readonly [method: string, path: string, json?: unknown])[] = []

  constructor(
    readonly version: string,
    readonly target: Target,
  ) {}

  ask(method: string, path: string, sending?: Sending): Promise<Received> {
    return ask(this.target, method, path, sending)
  }

  put(json: unknown, sending: Sending = {}): Promise<Received> {
    return this.ask('PUT', '/v1/mcp/server', { json, ...sending })
  }

  /** POST of a server whose names start with this run's prefix. */
  async post(fields: Server, sending: Sending = {}): Promise<Received> {
    const answer = await this.ask('POST', '/v1/mcp/server', { json: fields, ...sending })
    if (answer.status === 201) this.#servers.add(String((answer.body as Server)['server_id']))
    return answer
  }

  /** A new server; its id. Throws when the gateway refuses it. */
  async make(name: string, fields: Server = {}): Promise<string> {
    const full = `${this.prefix}_${name}`
    const answer = await this.post({
      server_name: full,
      alias: full,
      transport: 'sse',
      url: WORKS,
      ...fields,
    })
    if (answer.status !== 201) throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return String((answer.body as Server)['server_id'])
  }

  async get(id: string, key?: string): Promise<Server> {
    const answer = await this.ask('GET', `/v1/mcp/server/${id}`, key === undefined ? {} : { key })
    if (answer.status !== 200) throw new Error(`GET ${id}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as Server
  }

  /** The list's entries of this run's servers, by name without the prefix. */
  async list(key?: string): Promise<Record<string, Server>> {
    const answer = await this.ask('GET', '/v1/mcp/server', key === undefined ? {} : { key })
    if (!Array.isArray(answer.body)) throw new Error(`list: ${answer.status} ${JSON.stringify(answer.body)}`)
    const own = (answer.body as Server[]).filter(({ server_id: id }) => this.#servers.has(String(id)))
    return Object.fromEntries(own.map((one) => [this.plain(String(one['server_name'])), one]))
  }

  /** A user of this run; its id. */
  async user(role: string, name = '', more: Server = {}): Promise<string> {
    const id = `${this.prefix}-${role}${name}`
    const json = { user_id: id, user_role: role, auto_create_key: false, ...more }
    const answer = await this.ask('POST', '/user/new', { json })
    if (answer.status !== 200) throw new Error(`user: ${answer.status} ${JSON.stringify(answer.body)}`)
    this.#users.push(id)
    return id
  }

  /** A virtual key of this run. */
  async key(settings: Server): Promise<string> {
    const answer = await this.ask('POST', '/key/generate', { json: settings })
    const key = (answer.body as Server)['key']
    if (typeof key !== 'string') throw new Error(`key: ${answer.status} ${JSON.stringify(answer.body)}`)
    this.#keys.push(key)
    return key
  }

  /** Remembers a server that was made by another way, to be removed. */
  own(id: string): void {
    this.#servers.add(id)
  }

  /** Remembers a request that removes what the run made. */
  undo(method: string, path: string, json?: unknown): void {
    this.#undoing.push([method, path, json])
  }

  /** A text without what differs between runs. */
  plain(text: string): string {
    return text
      .replaceAll(`${this.prefix}_`, '')
      .replaceAll(this.prefix, 'RUN')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '<id>')
      .replaceAll(/[0-9a-f]{64}/g, '<hash>')
      .replaceAll(/reference [0-9a-f]{32}/g, 'reference <id>')
  }

  /** A JSON value without what differs between runs; timestamps by what they are, not when. */
  stripped(value: unknown): unknown {
    const text = this.plain(JSON.stringify(value)).replaceAll(
      /"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?"/g,
      (_, zone?: string) => `"<date${zone ?? ''}>"`,
    )
    return JSON.parse(text)
  }

  /** Removes what the run made; a gateway without the key and user routes keeps those. */
  async clear(): Promise<void> {
    for (const id of this.#servers) await this.ask('DELETE', `/v1/mcp/server/${id}`)
    await this.ask('POST', '/key/delete', { json: { keys: this.#keys } })
    await this.ask('POST', '/user/delete', { json: { user_ids: this.#users } })
    for (const [method, path, json] of this.#undoing) await this.ask(method, path, { json })
  }
}
