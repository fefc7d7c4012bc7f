import { canonical, sha256 } from '../canonical.ts'
import type { Era } from '../record/eras.ts'
import { fieldHashes } from '../record/fields.ts'
import { KeptRecord } from '../record/kept.ts'
import { hangEffect, mayHang } from '../record/may-hang.ts'
import { clearedSettings, oauthEffects, type Settings, strangeSetting } from '../record/oauth.ts'
import { nameObstacle } from '../record/put-body.ts'
import type { ServerIdentity, ServerRecord } from '../record/server.ts'
import { aimOf, type Change, type ChangedFile, type Edit, type Effect } from './change.ts'
import type { SkippedCode } from './plan.ts'

const encrypted = (text: string | null): number => text?.match(/https:\/\//gi)?.length ?? 0

const tlsRemoved = (edits: readonly Edit[]): Effect[] =>
  edits.some(({ before, after }) => after !== null && encrypted(after) < encrypted(before))
    ? [
        {
          code: 'tls-removed',
          message: 'https becomes http: this connection will no longer be encrypted',
          reversible: true,
        },
      ]
    : []

/** What a change is assembled with besides the record. */
export interface Circumstances {
  era: Era
  /** How many people's sign-ins are stored, `null` where nobody can tell. */
  signIns: number | null
  /** OAuth settings that an earlier run lost and this one is to bring back. */
  lost?: Settings
  file?: ChangedFile | null
  effects?: readonly Effect[]
}

/** How LiteLLM speaks to a server; in a config.yaml it takes Streamable HTTP where nothing is said, else HTTP+SSE. */
function transportOf({ spec_path: spec, transport }: ServerRecord, file: ChangedFile | null): string {
  if (typeof spec === 'string' && spec !== '') return 'openapi'
  return transport || (file === null ? 'sse' : 'http')
}

function signsIn({ auth_type: type, static_headers: headers }: ServerRecord): boolean {
  const some = typeof headers === 'object' && headers !== null && Object.keys(headers).length > 0
  return some || !['', 'none'].includes(type ?? '')
}

/** Files tell no time, and of what stands in one LiteLLM makes it up, if any. */
function createdIn({ created_at: at }: ServerRecord, file: ChangedFile | null): Pick<Change, 'created'> {
  return file === null && typeof at === 'string' && at !== '' ? { created: at } : {}
}

/** One change of a record, made ready to apply: with its effects, and the state that it was planned for. */
export function assembleChange(
  record: ServerRecord,
  server: ServerIdentity,
  migration: string,
  edits: Edit[],
  { era, signIns, lost = {}, file = null, effects = [] }: Circumstances,
): Change {
  const settings = { ...lost, ...clearedSettings(record, edits, era) }
  return {
    id: sha256(
      canonical([server.id, edits.map(({ field, before, after }) => ({ field, before, after }))]),
    ).slice(0, 12),
    server,
    ...createdIn(record, file),
    file,
    migration,
    transport: transportOf(record, file),
    signsIn: signsIn(record),
    edits,
    landed: [],
    effects: [
      ...tlsRemoved(edits),
      ...oauthEffects(record, edits, settings, { era, signIns }),
      ...hangEffect(record, edits, era),
      ...effects,
    ],
    settings,
    fields: file === null ? new KeptRecord(record) : fieldHashes(record),
  }
}

/** The same change where its edits have landed already: the settings alone are put back, which loses nothing. */
export function puttingBack(change: Change, settings: Settings): Change {
  const message = `${Object.keys(settings).join(', ')}: put back, as a write that was cut short had not got to it`
  const hanging = change.effects.filter((each) => mayHang({ effects: [each] }))
  const effects = [{ code: 'settings-restored', message, reversible: true }, ...hanging]
  return { ...change, edits: [], landed: aimOf(change), settings: { ...settings }, effects }
}

/** What edits of a record would do that a release cannot do without damage, or that no run could take back; or `null`. */
export function obstacle(
  record: ServerRecord,
  edits: readonly Edit[],
  era: Era,
): { code: SkippedCode; message: string } | null {
  const name = nameObstacle(era.putBody, record)
  if (name) return { code: 'name-rule', message: name }
  // Neither a journal nor a second write takes such a one.
  const strange = strangeSetting(clearedSettings(record, edits, era))
  if (strange === null) return null
  const what = `a new URL clears its ${strange}, which holds a type of value that LiteLLM never has there`
  return { code: 'unreadable', message: `${what}, so that it could not be put back` }
}
