import { canonical } from '../canonical.ts'
import type { Era } from './eras.ts'
import type { Edit, Effect } from '../plan/change.ts'
import type { ServerRecord } from './server.ts'
import { count } from '../show/text.ts'

// Cleared by a URL change from 1.94 on, whatever the auth type: `_AUTH_FLOW_SCOPED_FIELDS` in db.py of 1.94.3 to 1.106.2.
const CLEARED: ReadonlyMap<string, 'string' | 'boolean'> = new Map(
  Object.entries({
    issuer: 'string',
    authorization_url: 'string',
    token_url: 'string',
    registration_url: 'string',
    oauth2_flow: 'string',
    dcr_bridge: 'boolean',
    token_exchange_endpoint: 'string',
    audience: 'string',
    subject_token_type: 'string',
    token_exchange_profile: 'string',
  } as const),
)

const NAMES_OF_CLEARED = [...CLEARED.keys()]

const SIGN_IN_TYPES = [
  'oauth2',
  'oauth2_token_exchange',
  'oauth2_id_jag',
  'true_passthrough',
  'oauth_delegate',
]

/** OAuth and token-exchange settings of a server by column, those that hold something. No credentials are among them. */
export type Settings = Readonly<Record<string, unknown>>

const isNothing = (value: unknown): boolean => value === null || value === undefined

const isBlank = (value: unknown): boolean => isNothing(value) || String(value).trim() === ''

/** The settings that a record holds and a new URL would clear. */
export function settingsOf(record: ServerRecord): Settings {
  const held = NAMES_OF_CLEARED.filter((field) => !isNothing(record[field]))
  return Object.fromEntries(held.map((field) => [field, record[field]]))
}

function clearsSettings(edits: readonly Pick<Edit, 'field'>[]): boolean {
  return edits.some(({ field }) => field === 'url')
}

/**
 * The settings that a write of these edits clears beside them. One that is written anew, in the same request and as
 * something else than it was, stays as written (`stale_mcp_auth_fields` in db.py of 1.106.2).
 */
export function clearedSettings(
  record: ServerRecord,
  edits: readonly Pick<Edit, 'field'>[],
  { wipesOAuth }: Pick<Era, 'wipesOAuth'>,
): Settings {
  if (!wipesOAuth || !clearsSettings(edits)) return {}
  const others = Object.entries(settingsOf(record)).filter(
    ([name]) => !edits.some(({ field }) => field === name),
  )
  return Object.fromEntries(others)
}

/** Do they make sign-ins those of another server? `mcp_oauth_token_identity` in db.py of 1.106.2. */
export function changesIdentity(edits: readonly Pick<Edit, 'field'>[]): boolean {
  return edits.some(({ field }) => field === 'url' || field === 'spec_path')
}

/** Is a field one of those that a new URL clears? */
export function isSetting(field: string): boolean {
  return CLEARED.has(field)
}

/** The first of these that is no such column, or holds what that cannot; `null` where all are as LiteLLM has them. */
export function strangeSetting(settings: Settings): string | null {
  return Object.keys(settings).find((field) => CLEARED.get(field) !== typeof settings[field]) ?? null
}

/**
 * The settings that a second write can put back. Not the issuer of an `oauth2` server where a first issuer counts as
 * a change of it: `update_mcp_server` then empties client id, secret and the nine others (seen on 1.106.2; on 1.96.2 and
 * 1.105.7 it does not, and all ten come back).
 */
export function restorable(settings: Settings, { auth_type: type }: ServerRecord, era: Era): Settings {
  if (type !== 'oauth2' || !era.dropsClient) return settings
  const { issuer: _issuer, ...rest } = settings
  return rest
}

/** The settings among `wanted` that a record holds nothing of. What it holds something else of is somebody's edit. */
export function missingSettings(wanted: Settings, record: ServerRecord): Settings {
  return Object.fromEntries(Object.entries(wanted).filter(([field]) => isNothing(record[field])))
}

/** Does a record hold all of these? */
export function holdsSettings(record: ServerRecord, wanted: Settings): boolean {
  return Object.entries(wanted).every(([field, value]) => canonical(record[field]) === canonical(value))
}

/** Does somebody sign in at this server, or LiteLLM for them? */
export function isSignedInto(record: ServerRecord, settings: Settings = settingsOf(record)): boolean {
  const isSet = Object.values(settings).some((value) => value !== false)
  return isSet || SIGN_IN_TYPES.includes(record.auth_type ?? '')
}

function people(signIns: number | null): string {
  if (signIns === null) return 'an unknown number of people will have to sign in again'
  if (signIns === 0)
    return 'nobody is signed in now; anybody who signs in before then will have to do so again'
  return `${count(signIns, 'person', 'people')} will have to sign in again`
}

function losses(record: ServerRecord, settings: Settings, era: Era, signIns: number | null): Effect[] {
  if (!era.wipesOAuth || !isSignedInto(record, settings)) return []
  const lost = (code: string, message: string): Effect => ({ code, message, reversible: false })
  const isOAuth2 = record.auth_type === 'oauth2'
  const issuerGoes = !isBlank(record['issuer']) && !('issuer' in restorable(settings, record, era))
  return [
    lost('reauthorization', people(signIns)),
    ...(issuerGoes
      ? [lost('issuer-cleared', "the issuer is cleared and cannot be put back without the client's secret")]
      : []),
    // `oauth_credentials_for_upstream_edit` keeps a client whose issuer is known, and notes that issuer with it.
    ...(isOAuth2 && era.dropsClient && isBlank(settings['issuer'])
      ? [lost('client-loss', 'client id and secret may be lost; have them at hand')]
      : []),
  ]
}

/**
 * What edits do to a server's OAuth or token exchange besides. `settings`: what the record holds of it, and what an
 * earlier run had and could not put back. `signIns`: how many people's tokens are stored, `null` where nobody can tell.
 */
export function oauthEffects(
  record: ServerRecord,
  edits: readonly Edit[],
  settings: Settings,
  { era, signIns }: { era: Era; signIns: number | null },
): Effect[] {
  if (!changesIdentity(edits)) return []
  const lost = losses(record, { ...settingsOf(record), ...settings }, era, signIns)
  if (!clearsSettings(edits)) return lost.filter(({ code }) => code === 'reauthorization')
  const back = Object.keys(restorable(settings, record, era))
  const message = `${back.join(', ')}: cleared with the URL, and put back by a second write`
  return [...(back.length > 0 ? [{ code: 'settings-restored', message, reversible: true }] : []), ...lost]
}
