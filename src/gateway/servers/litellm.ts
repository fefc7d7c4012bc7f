import { MigrateError } from '../../core/errors.ts'
import { eraOf } from '../../core/record/eras.ts'
import type { GatewayIdentity } from '../../core/plan/plan.ts'
import type { Reach } from '../../core/reach/reach.ts'
import { secretTexts } from '../../core/show/secret-fields.ts'
import type { ListedServer, ServerRecord } from '../../core/record/server.ts'
import { type FieldEdit, writeBody } from '../../core/record/put-body.ts'
import { type Endpoint, get, getInTurn, isSilence, probe, put } from '../http/http.ts'
import { asStep } from '../http/ids.ts'
import { readRecord, readWriteAnswer, SERVERS } from './answers.ts'
import { checkServer } from './check.ts'
import { findGrants } from '../grants/grants.ts'
import { namedServers } from '../grants/named.ts'
import { HELD_BACK, type Reading, type WriteAnswer } from '../../core/record/place.ts'
import type { AddressToTry, Gateway, GrantSearch, NamedServer, ServerCheck, Snapshot } from '../port.ts'
import { readList, readSnapshot, readSubmissions } from './list.ts'
import { countSignIns } from './sign-ins.ts'
import { listTools } from './tools.ts'
import { HeldBack } from '../http/held-back.ts'
import { TransportError } from '../http/transport-errors.ts'
import { tryAddress } from './try-address.ts'

/** A read that takes longer waits for a backend that says nothing. */
const SILENT_MS = 2000

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
    const found = secretTexts(record)
    // Most servers have none, and there are thousands.
    if (found.length === 0) return
    const known = this.#secrets.get(record.server_id) ?? []
    this.#endpoint.redactor.learnTokens(found)
    this.#secrets.set(record.server_id, new Set([...known, ...found]))
  }

  #endpointFor(id: string): Endpoint {
    const redactor = this.#endpoint.redactor.about(this.#secrets.get(id) ?? [])
    return { ...this.#endpoint, redactor }
  }

  async list(): Promise<ListedServer[]> {
    const listed = readList(await get(this.#endpoint, SERVERS), this.#endpoint)
    const ids = new Set(listed.map(({ server_id: id }) => id))
    const hidden = await this.#submissions()
    const servers = [...listed, ...hidden.filter(({ server_id: id }) => !ids.has(id))]
    for (const server of servers) this.#learn(server)
    return servers
  }

  async listed(id: string): Promise<ListedServer | null> {
    const isIt = ({ server_id }: ListedServer): boolean => server_id === id
    const list = await this.snapshot()
    const found = list.entry(id)
    list.giveBack()
    return found ?? (await this.#submissions()).find(isIt) ?? null
  }

  async snapshot(limitMs?: number): Promise<Snapshot> {
    if (limitMs === undefined) return readSnapshot(await get(this.#endpoint, SERVERS), this.#endpoint)
    const timeoutSeconds = Math.min(limitMs / 1000, this.#endpoint.timeoutSeconds)
    return readSnapshot(await probe({ ...this.#endpoint, timeoutSeconds }, SERVERS), this.#endpoint)
  }

  /**
   * The servers that users handed in: those that wait for an admin or were rejected stand in no list
   * (`get_mcp_submissions` in db.py of 1.106.2; since 1.90). Empty where the release has none, or does not tell.
   */
  async #submissions(): Promise<ListedServer[]> {
    if (this.era.putBody !== 'changed-fields') return []
    return readSubmissions(await get(this.#endpoint, `${SERVERS}/submissions`).catch(() => null))
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
      const answer = await getInTurn(endpoint, `${SERVERS}/${asStep(id)}`, patienceMs)
      const reading = readRecord(id, answer, endpoint)
      if (reading.kind !== 'record') return reading
      this.#learn(reading.record)
      return { ...reading, silent: answer.tookMs > SILENT_MS }
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

  async write(
    record: ServerRecord,
    edits: readonly FieldEdit[],
    mayLeave?: () => Promise<boolean>,
  ): Promise<WriteAnswer> {
    this.#learn(record)
    const body = writeBody(this.era.putBody, record, edits)
    const sent = Object.keys(body)
    try {
      const answer = await put(this.#endpoint, SERVERS, body, mayLeave)
      const said = readWriteAnswer(answer, sent, this.#endpointFor(record.server_id))
      if (said.kind === 'accepted' && said.record?.server_id === record.server_id) this.#learn(said.record)
      return said
    } catch (error) {
      if (error instanceof HeldBack) return HELD_BACK
      if (error instanceof TransportError && !error.sent)
        return { kind: 'refused', sent: [], message: error.message }
      const foreseen = error instanceof MigrateError
      const message = foreseen ? error.message : 'the request failed'
      return { kind: 'unsettled', sent, message, answered: false, silent: foreseen && isSilence(error) }
    }
  }
}
