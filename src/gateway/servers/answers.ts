import { readExactBytes } from '../../core/exact-json.ts'
import type { Reading, WriteAnswer } from '../../core/record/place.ts'
import { type ServerRecord, serverRecord } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import { isLiteLlmsFailure } from '../http/front.ts'
import { type Endpoint, isSilence, refusalBefore, spoken } from '../http/http.ts'
import type { Answer } from '../http/transport.ts'

/** The route of MCP servers. */
export const SERVERS = '/v1/mcp/server'

/**
 * Is a record defined in config.yaml? `is_config` says so from 1.104; on 1.90 to 1.103 the registry's copy has
 * neither date nor author, which a database row always has.
 */
function isConfigDefined(record: ServerRecord): boolean {
  if (record.is_config !== null && record.is_config !== undefined) return record.is_config
  return record['created_at'] === null && record['created_by'] === null
}

/** What the answer to a read by id brought. */
export function readRecord(id: string, answer: Answer, endpoint: Endpoint): Reading {
  if (answer.status === 404)
    return { kind: 'absent', message: `the gateway has no record of it (${spoken(answer, endpoint)})` }
  if (answer.status !== 200)
    return {
      kind: 'unreadable',
      message: `its record could not be read (${spoken(answer, endpoint)})`,
      silent: isSilence(answer),
    }
  const read = readExactBytes(answer.body)
  if (read.kind === 'fault')
    return {
      kind: 'unreadable',
      message: `its record cannot be read exactly: ${printable(read.what)}`,
      silent: false,
    }
  const record = serverRecord.safeParse(read.value)
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
export function readWriteAnswer(answer: Answer, sent: readonly string[], endpoint: Endpoint): WriteAnswer {
  const front = refusalBefore(answer, { method: 'PUT', url: endpoint.url + SERVERS }, endpoint)
  if (!front && answer.status >= 200 && answer.status < 300) {
    const read = readExactBytes(answer.body)
    const record = serverRecord.safeParse(read.kind === 'json' ? read.value : null)
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
