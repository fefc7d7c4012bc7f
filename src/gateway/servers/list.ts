import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { canonical } from '../../core/canonical.ts'
import { MigrateError } from '../../core/errors.ts'
import { readExactBytes } from '../../core/exact-json.ts'
import { type ListedServer, listedServer } from '../../core/record/server.ts'
import { parsedJson } from '../../core/parsed-json.ts'
import { routeMissing } from '../connect/account.ts'
import { type Endpoint, isSilence, spoken } from '../http/http.ts'
import type { Answer } from '../http/transport.ts'
import type { Snapshot } from '../port.ts'
import { SERVERS } from './answers.ts'
import { entriesIn } from './entries.ts'

/** A byte that is no UTF-8, as Python keeps it in a text: half of a character, which no address can hold. */
const escapedByte = (byte: string): string => String.fromCharCode(0xdc00 + byte.charCodeAt(0))

/**
 * An entry that can be read, but not exactly. What it says is not relied on, so its record is read by id, and says why it
 * cannot be used, if it cannot. Where the id is no UTF-8, it leads nowhere, and is still told from others.
 */
function vague(bytes: Buffer): unknown {
  const isText = isUtf8(bytes)
  const { data } = listedServer.safeParse(JSON.parse(bytes.toString(isText ? 'utf8' : 'latin1')))
  if (!data) return null
  const { server_id: id, server_name, alias } = data
  const server_id = isText ? id : id.replace(/[\x80-\xff]/g, escapedByte)
  return { server_id, server_name, alias, url: null }
}

/** An entry, as far as it can be read; `undefined` where it is no JSON. */
function entryOf(bytes: Buffer): unknown {
  const entry = readExactBytes(bytes)
  if (entry.kind === 'json') return entry.value
  try {
    return vague(bytes)
  } catch {
    return undefined
  }
}

/** The entries of a list; those that cannot be read exactly by their names only. `null` where it is no list. */
function entriesOf({ body }: Pick<Answer, 'body'>): unknown[] | null {
  const entries = entriesIn(body)?.map(entryOf)
  return entries?.every((entry) => entry !== undefined) ? entries : null
}

/** Each server once. Where two entries of one id differ, its record tells which is right. */
function distinct(servers: readonly ListedServer[]): ListedServer[] {
  const byId = new Map<string, ListedServer>()
  for (const server of servers) {
    const known = byId.get(server.server_id)
    const isSame = known === undefined || canonical(known) === canonical(server)
    byId.set(server.server_id, isSame ? server : { ...known, url: null })
  }
  return [...byId.values()]
}

const submissions = z.looseObject({ items: z.array(listedServer) })

/** The servers that users handed in, where an answer tells them. */
export function readSubmissions(answer: Answer | null): ListedServer[] {
  return submissions.safeParse(answer?.status === 200 ? answer.json : null).data?.items ?? []
}

/** Throws where an answer is no list of servers, and says what it is. */
function requireList(answer: Answer, endpoint: Endpoint): void {
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
}

const invalid = (message: string): MigrateError =>
  new MigrateError(
    'inventory-invalid',
    message,
    'Is this URL really the admin API of LiteLLM? Nothing was changed.',
  )

const noArray = (): MigrateError => invalid('The list of MCP servers is not a JSON array')

/** Reads the list, each server once. Throws `inventory-invalid` when it is no array or an entry has no id. */
export function readList(answer: Answer, endpoint: Endpoint): ListedServer[] {
  requireList(answer, endpoint)
  const entries = entriesOf(answer)
  if (!entries) throw noArray()
  return distinct(
    entries.map((entry, i) => {
      const server = listedServer.safeParse(entry)
      if (server.success) return server.data
      throw invalid(`Entry ${i + 1} in the list of MCP servers has no usable server_id`)
    }),
  )
}

const idOf = (entry: unknown): unknown =>
  typeof entry === 'object' && entry !== null && 'server_id' in entry ? entry.server_id : null

const lookedAt = (bytes: Buffer): unknown => parsedJson(bytes.toString())

/** Gives the memory of a body back, which V8 would keep until it looks for garbage of that age. A small one shares its own. */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength)
    structuredClone(null, { transfer: [buffer] })
}

/** The list, each entry read when somebody asks for it. Throws `inventory-invalid` when it is no array. */
export function readSnapshot(answer: Answer, endpoint: Endpoint): Snapshot {
  requireList(answer, endpoint)
  const entries = entriesIn(answer.body)
  if (!entries) throw noArray()
  const byId = new Map<unknown, Buffer | null>()
  for (const bytes of entries) {
    const id = idOf(lookedAt(bytes))
    const known = byId.get(id)
    // One that stands there twice may be either.
    byId.set(id, known === undefined || known?.equals(bytes) ? bytes : null)
  }
  return {
    entry: (id) => {
      const bytes = byId.get(id)
      return bytes ? (listedServer.safeParse(lookedAt(bytes)).data ?? null) : null
    },
    giveBack: () => {
      byId.clear()
      giveBack(answer.body)
    },
  }
}
