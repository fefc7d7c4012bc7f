import type { IncomingHttpHeaders } from 'node:http'
import { type Caller, callerOf, hashOf, masterCaller } from './accounts.ts'
import { type Answer, proxyError } from '../answers.ts'
import type { Release } from '../release.ts'
import type { World } from '../world.ts'

/** Headers that carry a bare key, after `x-litellm-api-key` and `Authorization`. */
const BARE_HEADERS = ['api-key', 'x-api-key', 'x-goog-api-key', 'ocp-apim-subscription-key']

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value[0] : value
}

function afterScheme(value: string): string | undefined {
  return /^(?:Bearer|bearer|Basic) (.*)$/.exec(value)?.[1]
}

/** The key in the headers: undefined when no header has one, empty when a header has it in a wrong form. */
function receivedKey(world: World, headers: IncomingHttpHeaders): string | undefined {
  if (world.keyHeader !== undefined) return afterScheme(one(headers, world.keyHeader) ?? '') ?? ''
  const own = one(headers, 'x-litellm-api-key')
  if (own !== undefined) return afterScheme(own) ?? own
  const authorization = one(headers, 'authorization')
  if (authorization !== undefined) return afterScheme(authorization) ?? ''
  return BARE_HEADERS.map((name) => one(headers, name)).find((value) => value !== undefined)
}

function shownKey(release: Release, key: string): string {
  if (release.maskedKeys === 'none') return key
  return key.length <= 8 ? '****' : `${key.slice(0, 4)}****${key.slice(-4)}`
}

function notVirtual(release: Release, key: string): Answer {
  const start = release.maskedKeys === 'all' ? '' : 'Authentication Error, '
  const token =
    release.maskedKeys === 'all' && key.split('.').length === 3
      ? ' This key has the structure of a JWT, but JWT auth is not enabled on this proxy, so it was treated as a virtual key. Set `enable_jwt_auth: true` under `general_settings` in your proxy config to authenticate with JWTs.'
      : ''
  return proxyError(
    401,
    `${start}LiteLLM Virtual Key expected. Received=${shownKey(release, key)}, expected to start with 'sk-'.${token}`,
  )
}

function unknownKey(release: Release, key: string): Answer {
  const shown = `sk-...${release.maskedKeys === 'all' ? '' : key.slice(-4)}`
  return proxyError(
    401,
    `Authentication Error, Invalid proxy server token passed. Received API Key = ${shown}, Key Hash (Token) =${hashOf(key)}. Unable to find token in cache or \`LiteLLM_VerificationTokenTable\``,
    'token_not_found_in_db',
    'key',
  )
}

/**
 * Who sends these headers, or the 401 that LiteLLM gives. Source: `user_api_key_auth.py`
 * (`get_api_key`), texts as observed on 1.77.7, 1.81.14 and 1.106.2.
 */
export function authenticate(world: World, headers: IncomingHttpHeaders): Caller | Answer {
  const key = receivedKey(world, headers)
  if (world.accounts.open) return callerOf({ key: key ?? '', userId: null, role: world.release.openRole })
  if (key === undefined) return proxyError(401, 'Authentication Error, No api key passed in.')
  if (key === '') {
    return proxyError(
      401,
      'Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.',
    )
  }
  if (key === world.accounts.masterKey) return masterCaller(key)
  if (!world.database) return proxyError(400, 'No connected db.', 'no_db_connection', null)
  if (!key.startsWith('sk-')) return notVirtual(world.release, key)
  return world.accounts.keys.get(key) ?? unknownKey(world.release, key)
}
