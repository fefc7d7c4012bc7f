import { canonical } from '../../core/canonical.ts'
import { isTimeOut, MigrateError } from '../../core/errors.ts'
import type { ListedServer, ServerRecord } from '../../core/record/server.ts'
import type { Reading } from '../../core/record/place.ts'
import type { Gateway } from '../../gateway/port.ts'

/** A read by id that took longer than this is no longer what is stored: LiteLLM reads the row first, then probes. */
const FRESH_MS = 500

/** What the list tells truly on every release, and a write would overwrite. */
const LISTED = ['url', 'alias', 'transport', 'mcp_access_groups', 'allow_all_keys', 'args', 'env']

/** What it tells truly, too, and only a write of just these would overwrite. */
const ALSO_LISTED = ['static_headers', 'spec_path']

/** Nothing, whether it is written as null, false, [] or {}: the list and the record differ in that. */
function plain(value: unknown): string {
  const empty = value === null || value === undefined || value === false
  const hollow = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return empty || hollow ? '' : canonical(value)
}

function disagreement(
  record: ServerRecord,
  listed: ListedServer | undefined,
  writes: readonly string[],
): string[] {
  if (!listed) return ['it is no longer listed']
  const compared = [...LISTED, ...ALSO_LISTED.filter((field) => writes.includes(field))]
  return compared.filter((field) => field in listed && plain(listed[field]) !== plain(record[field]))
}

/**
 * Reads the record that is about to be written. Where the gateway took its time to probe a silent backend, the
 * list, which probes nothing, has to agree with it; otherwise somebody edited the server meanwhile. `writes`: the fields
 * that are about to be written.
 */
export async function readAgain(
  gateway: Gateway,
  id: string,
  writes: readonly string[] = [],
): Promise<Reading | { kind: 'edited'; fields: string[] }> {
  const started = Date.now()
  const reading = await gateway.read(id)
  if (reading.kind !== 'record' || Date.now() - started < FRESH_MS) return reading
  try {
    const fields = disagreement(
      reading.record,
      (await gateway.list()).find((server) => server.server_id === id),
      writes,
    )
    return fields.length > 0 ? { kind: 'edited', fields } : reading
  } catch (error) {
    return {
      kind: 'unreadable',
      message: error instanceof MigrateError ? error.message : 'the list could not be read',
      silent: isTimeOut(error),
    }
  }
}
