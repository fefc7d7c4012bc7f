import type { Change, ChangedFile } from '../../../src/core/plan/change.ts'
import { type ServerRecord, serverRecord } from '../../../src/core/record/server.ts'

export const OLD = 'http://localhost:8585/servers/fetch/sse'
export const NEW = 'http://proxy:8080/servers/fetch/sse'

/** The move of the URL. */
export const MOVE = { field: 'url', before: OLD, after: NEW }

/** A record of the server `id-1` with the old URL, and whatever else it is given. */
export const recordOf = (fields: Record<string, unknown> = {}): ServerRecord =>
  serverRecord.parse({ server_id: 'id-1', server_name: 'fetch', alias: null, url: OLD, ...fields })

/** The entry of a server in a config.yaml, or where its URL stands in a variable that one. */
export const fileOf = (server: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  path: '/etc/config.yaml',
  config: '/etc/config.yaml',
  server,
  variable: null,
  ...more,
})

/** The change of the URL of a server of the database, or whatever else it is given. */
export function changeOf(id: string, more: Partial<Change> = {}): Change {
  const path = `/servers/${id}/sse`
  return {
    id: `change-${id}`,
    server: { id, name: id, alias: null, source: 'database' },
    file: null,
    migration: 'm',
    transport: 'sse',
    signsIn: false,
    edits: [{ field: 'url', before: `http://old${path}`, after: `http://new${path}` }],
    landed: [],
    effects: [],
    settings: {},
    fields: {},
    ...more,
  }
}

/** The change that pins the id of a server in its entry. */
export const pinOf = (id: string, more: Partial<Change> = {}): Change =>
  changeOf(id, {
    id: `pin-${id}`,
    file: fileOf(id),
    edits: [{ field: 'pinned_id', before: null, after: id }],
    ...more,
  })
