import type { SandboxRow, SandboxServer } from '../../../src/sandbox/index.ts'
import { secret } from '../../support/secrets.ts'
import { guideServer } from '../../support/trial.ts'

/** Both consents. */
export const ACCEPT = ['--accept', 'reauthorization', '--accept', 'client-loss']

const FLOW = {
  authorization_url: 'https://id.example/authorize',
  token_url: 'https://id.example/token',
  registration_url: 'https://id.example/register',
  oauth2_flow: 'authorization_code',
}
const EXCHANGE = {
  token_exchange_endpoint: 'https://id.example/exchange',
  audience: 'mcp',
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_exchange_profile: 'rfc8693',
}
const CLIENT = { client_id: 'me', client_secret: secret('geheim-client-2'), scopes: ['read'] }

/** People sign in to it, and its issuer is known. */
export const SIGNED: SandboxServer = guideServer('signed', {
  auth_type: 'oauth2',
  issuer: 'https://id.example',
  ...FLOW,
  dcr_bridge: false,
  credentials: CLIENT,
})
/** People sign in to it, and its issuer is not known: its client goes with the URL. */
export const LOOSE: SandboxServer = guideServer('loose', {
  auth_type: 'oauth2',
  ...FLOW,
  credentials: CLIENT,
})
/** LiteLLM signs in for people. */
export const EXCHANGED: SandboxServer = guideServer('exchanged', {
  auth_type: 'oauth2_token_exchange',
  issuer: 'https://id.example',
  ...EXCHANGE,
  credentials: CLIENT,
})
/** Nobody signs in, but a column is set all the same. */
const ODD: SandboxServer = guideServer('odd', { token_url: 'https://id.example/token' })
export const ALL = [SIGNED, LOOSE, EXCHANGED, ODD]

/** The settings that the sandbox's release clears with a URL, all empty. */
export const CLEARED = Object.fromEntries(
  ['issuer', 'dcr_bridge', ...Object.keys(FLOW), ...Object.keys(EXCHANGE)].map((name) => [name, null]),
)

/** A row by the name of its server, without who wrote it when. */
export function rowOf(rows: readonly SandboxRow[], name: string): Record<string, unknown> {
  const found: Record<string, unknown> = rows.find((row) => row['server_name'] === name) ?? {}
  const { updated_at: _at, updated_by: _by, ...rest } = found
  return rest
}

/** A row with another URL, and with other columns where given. */
export function moved(row: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const url = String(row['url']).replace('http://localhost:8585', 'http://mcp-proxy-sse:8080')
  return { ...row, url, ...more }
}

/** What becomes of the client of `SIGNED` after a new URL: it stays, and is bound to its issuer. */
export const bound = (row: Record<string, unknown>) => ({
  ...(row['credentials'] as object),
  dcr_issuer: 'https://id.example',
  dcr_server_url: row['url'],
})
