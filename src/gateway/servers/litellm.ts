import { z } from 'zod'
import { MigrateError } from '../../core/errors.ts'
import { eraOf } from '../../core/record/eras.ts'
import type { GatewayIdentity } from '../../core/plan/plan.ts'
import type { Reach } from '../../core/reach/reach.ts'
import { secretTexts } from '../../core/show/secret-fields.ts'
import { type ListedServer, listedServer, type ServerRecord, serverRecord } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import { type FieldEdit, writeBody } from '../../core/record/put-body.ts'
import { routeMissing } from '../connect/account.ts'
import { type Endpoint, get, isSilence, probe, put, refusalBefore, spoken } from '../http/http.ts'
import { checkServer } from './check.ts'
import { isLiteLlmsFailure } from '../http/front.ts'
import { findGrants } from '../grants/grants.ts'
import { namedServers } from '../grants/named.ts'
import type { Reading, WriteAnswer } from '../../core/record/place.ts'
import type { AddressToTry, Gateway, GrantSearch, NamedServer, ServerCheck } from '../port.ts'
import { countSignIns } from './sign-ins.ts'
import { listTools } from './tools.ts'
import { TransportError } from '../http/transport-errors.ts'
import type { Answer } from '../http/transport.ts'
import { tryAddress } from './try-address.ts'

const SERVERS = '/v1/mcp/server'

const submissions = z.looseObject({ items: z.array(listedServer) })

/** Reads the list. Throws `inventory-invalid` when it is no array, an entry has no id, or an id comes twice. */
function readList(answer: Answer, endpoint: Endpoint): ListedServer[] {
  const invalid = (message: string) =>
    new MigrateError(
      'inventory-invalid',
      message,
      'Is this URL really the admin API of LiteLLM? Nothing was changed.',
    )
  if (isSilence(answer))
    throw new MigrateError(
      'gateway-timeout',
      `LiteLLM did not list its MCP servers in the time that what stands in front of it allows (${spoken(answer, endpoint)})`,
      'Is LiteLLM under load, or does it hang? Look at its log.',
    )
  if (routeMissing(answer))
    throw new MigrateError(
      'not-litellm',
      `LiteLLM at ${endpoint.url} does not have its MCP admin API (${SERVERS}: ${spoken(answer, endpoint)})`,
      'LiteLLM has it since 1.74, when the Python package mcp is installed.',
    )
  if (answer.status !== 200)
    throw invalid(`The gateway did not list its MCP servers (${spoken(answer, endpoint)})`)
  const list = z.array(z.unknown()).safeParse(answer.json)
  if (!list.success) throw invalid('The list of MCP servers is not a JSON array')
  const servers = list.data.map((entry, i) => {
    const server = listedServer.safeParse(entry)
    if (!server.success) throw invalid(`Entry ${i + 1} in the list of MCP servers has no usable server_id`)
    return server.data
  })
  const seen = new Set<string>()
  const twice = servers.map((server) => server.server_id).find((id) => seen.size === seen.add(id).size)
  if (twice !== undefined)
    throw invalid(`The id ${printable(twice)} appears twice in the list of MCP servers`)
  return servers
}

/**
 * Is a record defined in config.yaml? `is_config` says so from 1.104; on 1.90 to 1.103 the registry's copy has
 * neither date nor author, which a database row always has.
 */
function isConfigDefined(record: ServerRecord): boolean {
  if (record.is_config !== null && record.is_config !== undefined) return record.is_config
  return record['created_at'] === null && record['created_by'] === null
}

function readRecord(id: string, answer: Answer, endpoint: Endpoint): Reading {
  if (answer.status === 404)
    return { kind: 'absent', message: `the gateway has no record of it (${spoken(answer, endpoint)})` }
  if (answer.status !== 200)
    return {
      kind: 'unreadable',
      message: `its record could not be read (${spoken(answer, endpoint)})`,
      silent: isSilence(answer),
    }
  const record = serverRecord.safeParse(answer.json)
  if (!record.success) {
    const field = record.error.issues[0]?.path.join('.') ?? ''
    return {
      kind: 'unreadable',
      message: `its record is not what LiteLLM sends${field ? ` (field ${printable(field)})` : ''}`,
      silent: false,
    }
  }
  if (record.data.server_id !== id) {
    return {
      kind: 'wrong-id',
      found: record.data.server_id,
      message: `asked for its record, the gateway sent that of ${printable(record.data.server_id)}`,
    }
  }
  return { kind: 'record', record: record.data, source: isConfigDefined(record.data) ? 'config' : 'database' }
}

/**
 * What an answer to a PUT says. A 5xx may come after LiteLLM has committed (edit_mcp_server refreshes its registry
 * outside any try), and what stands before LiteLLM may answer anything at any time: only reading tells.
 */
function readWriteAnswer(answer: Answer, sent: readonly string[], endpoint: Endpoint): WriteAnswer {
  const front = refusalBefore(answer, { method: 'PUT', url: endpoint.url + SERVERS }, endpoint)
  if (!front && answer.status >= 200 && answer.status < 300) {
    const record = serverRecord.safeParse(answer.json)
    return { kind: 'accepted', sent, record: record.success ? record.data : null }
  }
  const final =
    answer.status < 500 ? answer.status !== 408 : answer.status === 500 && isLiteLlmsFailure(answer)
  return {
    kind: 'unsettled',
    sent,
    message: front ? `${front.message}. ${front.hint}` : spoken(answer, endpoint),
    answered: final,
    silent: isSilence(answer),
  }
}

/** LiteLLM's admin API. `endpoint` holds a key that was proved to be a full admin's. */
export class LiteLlmGateway implements Gateway {
  readonly identity: GatewayIdentity
  readonly era
  readonly #endpoint: Endpoint
  /** By id: what was ever seen in a record that a failure about it may repeat. */
  readonly #secrets = new Map<string, ReadonlySet<string>>()

  constructor(endpoint: Endpoint, identity: GatewayIdentity) {
    this.#endpoint = endpoint
    this.identity = identity
    this.era = eraOf(identity.version).era
  }

  #learn(record: ListedServer | ServerRecord): void {
    const known = this.#secrets.get(record.server_id) ?? []
    this.#secrets.set(record.server_id, new Set([...known, ...secretTexts(record)]))
  }

  #endpointFor(id: string): Endpoint {
    return { ...this.#endpoint, secrets: [...this.#endpoint.secrets, ...(this.#secrets.get(id) ?? [])] }
  }

  async list(): Promise<ListedServer[]> {
    const listed = readList(await get(this.#endpoint, SERVERS), this.#endpoint)
    const ids = new Set(listed.map(({ server_id: id }) => id))
    const hidden = await this.#submissions()
    const servers = [...listed, ...hidden.filter(({ server_id: id }) => !ids.has(id))]
    for (const server of servers) this.#learn(server)
    return servers
  }

  /**
   * The servers that users handed in: those that wait for an admin or were rejected stand in no list
   * (`get_mcp_submissions` in db.py of 1.106.2; since 1.90). Empty where the release has none, or does not tell.
   */
  async #submissions(): Promise<ListedServer[]> {
    if (this.era.putBody !== 'changed-fields') return []
    const answer = await get(this.#endpoint, `${SERVERS}/submissions`).catch(() => null)
    const found = submissions.safeParse(answer?.status === 200 ? answer.json : null)
    return found.data?.items ?? []
  }

  async listAnew(): Promise<ListedServer[]> {
    return readList(await probe(this.#endpoint, SERVERS, { fresh: true }), this.#endpoint)
  }

  async read(id: string, patienceMs?: number): Promise<Reading> {
    const { timeoutSeconds } = this.#endpoint
    const limit =
      patienceMs === undefined ? timeoutSeconds : Math.max(1, Math.min(timeoutSeconds, patienceMs / 1000))
    try {
      const endpoint = { ...this.#endpointFor(id), timeoutSeconds: limit }
      const answer = await get(endpoint, `${SERVERS}/${encodeURIComponent(id)}`, patienceMs)
      const reading = readRecord(id, answer, endpoint)
      if (reading.kind === 'record') this.#learn(reading.record)
      return reading
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error
      return {
        kind: 'unreadable',
        message: `its record could not be read (${error.message})`,
        silent: isSilence(error),
      }
    }
  }

  signIns(id: string): Promise<number | null> {
    return countSignIns(this.#endpoint, id)
  }

  check(id: string): Promise<ServerCheck> {
    return checkServer(this.#endpointFor(id), this.era, id)
  }

  tryAddress(address: AddressToTry, limitMs?: number): Promise<Reach> {
    return tryAddress(this.#endpointFor(address.serverId), this.era, address, limitMs)
  }

  tools(id: string, limitMs?: number): Promise<Reach> {
    return listTools(this.#endpointFor(id), this.era, id, limitMs)
  }

  grants(ids: readonly string[], limitMs?: number): Promise<GrantSearch> {
    const database = this.identity.database ?? true
    return findGrants(this.#endpoint, ids, limitMs === undefined ? { database } : { limitMs, database })
  }

  named(limitMs: number): Promise<NamedServer[]> {
    return namedServers(this.#endpoint, limitMs)
  }

  async write(record: ServerRecord, edits: readonly FieldEdit[]): Promise<WriteAnswer> {
    this.#learn(record)
    const body = writeBody(this.era.putBody, record, edits)
    const sent = Object.keys(body)
    try {
      const answer = await put(this.#endpoint, SERVERS, body)
      return readWriteAnswer(answer, sent, this.#endpointFor(record.server_id))
    } catch (error) {
      if (error instanceof TransportError && !error.sent)
        return { kind: 'refused', sent: [], message: error.message }
      const foreseen = error instanceof MigrateError
      const message = foreseen ? error.message : 'the request failed'
      return { kind: 'unsettled', sent, message, answered: false, silent: foreseen && isSilence(error) }
    }
  }
}
