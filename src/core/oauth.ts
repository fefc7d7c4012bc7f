import type { ServerRecord } from './server.ts'

// Cleared by a URL change from 1.96 on: stale_mcp_auth_fields in mcp_management_endpoints.py of 1.106.2.
const CLEARED = [
  'issuer',
  'authorization_url',
  'token_url',
  'registration_url',
  'oauth2_flow',
  'dcr_bridge',
  'token_exchange_endpoint',
  'audience',
  'subject_token_type',
  'token_exchange_profile',
]

const SIGN_IN_TYPES = [
  'oauth2',
  'oauth2_token_exchange',
  'oauth2_id_jag',
  'true_passthrough',
  'oauth_delegate',
]

/**
 * What a URL change would lose of a server's OAuth or token-exchange settings, in words, or `null` when there is
 * nothing to lose. For releases whose era wipes them.
 */
export function oauthLosses(record: ServerRecord, dropsClient: boolean): string | null {
  const columns = CLEARED.filter(
    (field) => record[field] !== null && record[field] !== undefined && record[field] !== false,
  )
  const type = SIGN_IN_TYPES.includes(record.auth_type ?? '') ? record.auth_type : null
  if (columns.length === 0 && !type) return null
  const losses = [
    columns.length > 0 ? `the settings ${columns.join(', ')}` : null,
    "its users' stored sign-ins",
    dropsClient && type === 'oauth2' ? 'perhaps the OAuth client id and secret' : null,
  ]
  return `a new URL makes this release clear ${losses.filter((loss) => loss !== null).join(', ')}`
}
