import { MigrateError } from '../../core/errors.ts'
import { type ListedServer, serverRecord } from '../../core/record/server.ts'
import type { LiteLlmGateway } from '../servers/litellm.ts'
import type { Reading, WriteAnswer } from '../../core/record/place.ts'
import type { AddressToTry, Gateway, GrantSearch, NamedServer, Snapshot } from '../port.ts'
import { isSilence } from '../http/http.ts'

/** Why the API edits nothing: as an answer to a write, and as a reason why a record cannot be read. */
const NO_DATABASE = 'LiteLLM has no database connected, so its API keeps and edits no MCP server'

/** On 1.77.7 and 1.81.14 nothing in the list says so, but there is nothing else that they could be. */
const configured = (server: ListedServer): ListedServer => ({ ...server, is_config: true })

const unreadable = (message: string, silent = false): Reading => ({ kind: 'unreadable', message, silent })

/**
 * LiteLLM without a database: it lists the servers of its config.yaml, tries addresses and lists tools; reads by id and
 * writes end in `500 Database not connected` (seen on 1.77.7, 1.81.14, 1.105.7 and 1.106.2). So the list is the record,
 * and nothing is written through the API.
 */
export class WithoutDatabase implements Gateway {
  readonly identity
  readonly era
  readonly #gateway: LiteLlmGateway

  constructor(gateway: LiteLlmGateway) {
    this.#gateway = gateway
    this.identity = gateway.identity
    this.era = { ...gateway.era, listTrusted: true, probeSeconds: 0 }
  }

  async list(): Promise<ListedServer[]> {
    return (await this.#gateway.list()).map(configured)
  }

  async listAnew(): Promise<ListedServer[]> {
    return (await this.#gateway.listAnew()).map(configured)
  }

  snapshot(limitMs?: number): Promise<Snapshot> {
    return this.#gateway.snapshot(limitMs)
  }

  listed(id: string): Promise<ListedServer | null> {
    return this.#gateway.listed(id)
  }

  async read(id: string): Promise<Reading> {
    try {
      const listed = (await this.#gateway.list()).find((each) => each.server_id === id)
      // It may have been a row of the database that this LiteLLM had once.
      if (!listed) return unreadable(`its record could not be read (${NO_DATABASE})`)
      const record = serverRecord.safeParse(configured(listed))
      return record.success
        ? { kind: 'record', record: record.data, source: 'config' }
        : unreadable('its record is not what LiteLLM sends')
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error
      return unreadable(`its record could not be read (${error.message})`, isSilence(error))
    }
  }

  /** Keys, teams and access groups are rows of the database. */
  async named(): Promise<NamedServer[]> {
    return []
  }

  async write(): Promise<WriteAnswer> {
    return { kind: 'refused', sent: [], message: NO_DATABASE }
  }

  /** They are rows of the database. */
  async signIns(): Promise<number> {
    return 0
  }

  check(id: string): ReturnType<Gateway['check']> {
    return this.#gateway.check(id)
  }

  tryAddress(address: AddressToTry, limitMs?: number): ReturnType<Gateway['tryAddress']> {
    return this.#gateway.tryAddress(address, limitMs)
  }

  tools(id: string, limitMs?: number): ReturnType<Gateway['tools']> {
    return this.#gateway.tools(id, limitMs)
  }

  grants(ids: readonly string[], limitMs?: number): Promise<GrantSearch> {
    return this.#gateway.grants(ids, limitMs)
  }
}
