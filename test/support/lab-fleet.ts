import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Received, type Sending } from '../contract/http.ts'
import { Backend } from './lab-backend.ts'
import { execute, type Row, rowsOf } from './lab-database.ts'
import { GROUP, type Member, membersFor, type Secrets } from './lab-members.ts'
import type { LabGateway } from './lab.ts'

const PREFIX = 'fleet_'
const PATIENCE_MS = 90_000

const secret = (): string => `hush-${randomBytes(12).toString('hex')}`

type Entry = Readonly<Record<string, unknown>>

/** Servers on a real proxy, the backends that they point at, and keys that may use some of them. */
export class Fleet {
  readonly secrets: Secrets = {
    bearer: secret(),
    header: secret(),
    environment: secret(),
    variable: secret(),
    argument: secret(),
    client: secret(),
    url: secret(),
  }
  readonly ids: Record<string, string> = {}
  members: readonly Member[] = []
  /** A key granted some servers through their access group, and one granted some by id. */
  keys = { group: '', ids: '' }

  private constructor(
    readonly gateway: LabGateway,
    readonly old: Backend,
    readonly next: Backend,
  ) {}

  /** An empty proxy with its two backends. Throws when the proxy holds servers that are nobody's of these tests. */
  static async on(gateway: LabGateway): Promise<Fleet> {
    const fleet = new Fleet(gateway, await Backend.start(), await Backend.start())
    await fleet.clearServers()
    return fleet
  }

  /** One exchange with the proxy, as the master key. */
  ask(method: string, path: string, sending?: Sending): Promise<Received> {
    return ask(this.gateway, method, path, sending)
  }

  async #asked(status: number, method: string, path: string, json: unknown): Promise<Entry> {
    const answer = await this.ask(method, path, { json })
    if (answer.status !== status)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as Entry
  }

  /** A new server. Its alias is its name unless the fields say otherwise. */
  async add(name: string, fields: Entry): Promise<string> {
    const json = { server_name: name, alias: name, ...fields }
    const id = String((await this.#asked(201, 'POST', '/v1/mcp/server', json))['server_id'])
    this.ids[name] = id
    return id
  }

  /** As another admin would: changes one server through the API. */
  async edit(name: string, fields: Entry): Promise<void> {
    const { status, body } = await this.ask('GET', `/v1/mcp/server/${this.ids[name]}`)
    if (status !== 200) throw new Error(`GET ${name}: ${status}`)
    const whole = Object.entries(body as Entry).filter(
      ([field, value]) => value !== null && field !== 'credentials',
    )
    await this.#asked(202, 'PUT', '/v1/mcp/server', { ...Object.fromEntries(whole), ...fields })
  }

  /** A virtual key with these settings. */
  async key(settings: Entry): Promise<string> {
    return String((await this.#asked(200, 'POST', '/key/generate', settings))['key'])
  }

  /** The whole fleet, with everything set that the release can store. */
  async muster(): Promise<void> {
    const places = { old: this.old.origin, next: this.next.origin }
    this.members = membersFor(this.gateway.version, places, this.secrets)
    const [first, ...rest] = this.members
    if (!first) throw new Error('the fleet is empty')
    for (const { name, fields } of rest) await this.add(name, fields)
    await this.#dropAlias('fleet_no_alias')
    await this.add(first.name, first.fields)
    await this.#until('fleet_no_alias', ({ alias }) => alias === null)
    this.keys = {
      group: await this.key({ object_permission: { mcp_access_groups: [GROUP] } }),
      ids: await this.key({ object_permission: { mcp_servers: this.idsOf(['fleet_http', 'fleet_plain']) } }),
    }
  }

  /** The ids of servers by name. */
  idsOf(names: readonly string[]): string[] {
    return names.map((name) => this.ids[name] ?? '')
  }

  /** The names of the members that a migration treats in one of these ways, in order. */
  named(...fates: Member['fate'][]): string[] {
    return this.members.flatMap(({ name, fate }) => (fates.includes(fate) ? [name] : [])).toSorted()
  }

  // LiteLLM makes an alias up where a POST has none. Its memory reloads a row only when updated_at has moved.
  async #dropAlias(name: string): Promise<void> {
    const now = "(now() at time zone 'utc')"
    await execute(
      this.gateway,
      `update "LiteLLM_MCPServerTable" set alias = null, updated_at = ${now} where server_name = '${name}'`,
    )
  }

  async #until(name: string, holds: (entry: Entry) => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS
    for (;;) {
      const found = (await this.list(this.gateway.masterKey)).find((entry) => entry['server_name'] === name)
      if (found && holds(found)) return
      if (Date.now() > end) throw new Error(`LiteLLM did not take note of the change of ${name}`)
      await sleep(1000)
    }
  }

  /** The servers that a key sees. */
  async list(key: string): Promise<Entry[]> {
    const { status, body } = await this.ask('GET', '/v1/mcp/server', { key })
    if (!Array.isArray(body)) throw new Error(`list: ${status} ${JSON.stringify(body)}`)
    return body as Entry[]
  }

  /** The ids of the servers that a key sees, in order. */
  async visibleTo(key: string): Promise<string[]> {
    return (await this.list(key)).map((entry) => String(entry['server_id'])).toSorted()
  }

  /** The names of the tools that a key may use on a server, in order. */
  async toolsOf(name: string, key: string): Promise<string[]> {
    const { body } = await this.ask('GET', `/mcp-rest/tools/list?server_id=${this.ids[name]}`, { key })
    const { tools } = body as { tools?: { name: string }[] }
    if (!tools) throw new Error(`tools of ${name}: ${JSON.stringify(body)}`)
    return tools.map((tool) => tool.name).toSorted()
  }

  /** The rows of its servers as they lie in the database, by name. */
  rows(): Promise<Record<string, Row>> {
    return rowsOf(this.gateway)
  }

  /** Removes every server of these tests. Throws when there are others: this proxy would be somebody else's. */
  async clearServers(): Promise<void> {
    const rows = await rowsOf(this.gateway)
    const foreign = Object.keys(rows).filter((name) => !name.startsWith(PREFIX))
    if (foreign.length > 0) throw new Error(`${this.gateway.url} holds other servers: ${foreign.join(', ')}`)
    for (const { server_id: id } of Object.values(rows))
      await this.ask('DELETE', `/v1/mcp/server/${String(id)}`)
  }

  /** Removes what was made, and ends the backends. */
  async end(): Promise<void> {
    await this.clearServers()
    await this.ask('POST', '/key/delete', { json: { keys: Object.values(this.keys).filter(Boolean) } })
    await this.old.close()
    await this.next.close()
  }
}
