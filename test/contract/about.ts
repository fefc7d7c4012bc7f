import { describe, expect, test } from 'vitest'
import { at, isSince, type Since } from './http.ts'
import type { Benched } from './suite.ts'

/** Keys that PUT knows, as `/openapi.json` lists them. */
const PUT_KEYS: Since<readonly string[]> = [
  [
    '1.77.1',
    'server_id server_name alias description transport spec_version auth_type url mcp_info mcp_access_groups command args env'.split(
      ' ',
    ),
  ],
  [
    '1.77.2',
    'server_id server_name alias description transport auth_type url mcp_info mcp_access_groups command args env'.split(
      ' ',
    ),
  ],
  [
    '1.81.14',
    'alias allow_all_keys allowed_tools args auth_type authorization_url available_on_public_internet command credentials description env extra_headers mcp_access_groups mcp_info registration_url server_id server_name spec_path static_headers token_url transport url'.split(
      ' ',
    ),
  ],
  [
    '1.105.7',
    'alias allow_all_keys allowed_tools args audience auth_type authorization_url available_on_public_internet byok_api_key_help_url byok_description command credentials dcr_bridge delegate_auth_to_upstream description env env_vars extra_headers instructions is_byok issuer max_concurrent_requests mcp_access_groups mcp_info oauth2_flow oauth_passthrough per_server_oauth_discovery registration_url rpm server_id server_name source_url spec_path static_headers subject_token_type timeout token_exchange_endpoint token_exchange_profile token_url tool_name_to_description tool_name_to_display_name transport url'.split(
      ' ',
    ),
  ],
]

/** Releases whose PUT keys were read; those between are interpolated, and not held to anything. */
const KNOWN_KEYS = ['1.77.1', '1.77.7', '1.81.14', '1.106.2']

/** What a gateway tells of itself. */
export function aboutIt(bench: Benched, version: string): void {
  describe('says what it is', () => {
    const hidden = isSince(version, '1.88.0')

    test('readiness needs no key, and from 1.88 hides the version', async () => {
      const answer = await bench().ask('GET', '/health/readiness', { key: null })
      expect(answer.status).toBe(200)
      const readiness = answer.body as Record<string, unknown>
      const status = isSince(version, '1.105.7') ? 'healthy' : hidden ? expect.any(String) : 'connected'
      expect(readiness).toMatchObject({ status, db: 'connected' })
      expect(readiness['litellm_version']).toBe(hidden ? undefined : version)
      if (hidden) expect(Object.keys(readiness)).toEqual(['status', 'db'])
    })

    test('readiness details need a key, and exist from 1.88', async () => {
      const answer = await bench().ask('GET', '/health/readiness/details')
      const keyless = await bench().ask('GET', '/health/readiness/details', { key: null })
      expect([answer.status, keyless.status]).toEqual(hidden ? [200, 401] : [404, 404])
      if (hidden) expect(answer.body).toMatchObject({ db: 'connected', litellm_version: version })
    })

    test('liveliness is a sentence', async () => {
      const answer = await bench().ask('GET', '/health/liveliness', { key: null })
      expect([answer.status, answer.body]).toEqual([200, "I'm alive!"])
    })

    test('openapi.json names the version and what PUT knows', async () => {
      const { body } = await bench().ask('GET', '/openapi.json', { key: null })
      expect(body).toMatchObject({ info: { title: 'LiteLLM API', version } })
      const { components } = body as {
        components: { schemas: { UpdateMCPServerRequest: { properties: object } } }
      }
      const keys = Object.keys(components.schemas.UpdateMCPServerRequest.properties).toSorted()
      if (KNOWN_KEYS.includes(version)) expect(keys).toEqual(at(version, PUT_KEYS).toSorted())
      else expect(keys).toEqual(expect.arrayContaining(['server_id', 'url', 'credentials']))
    })

    test('an unknown path is 404, another method 405 before any key, a slash too many 307', async () => {
      const unknown = await bench().ask('GET', '/no/such/path')
      expect([unknown.status, unknown.body]).toEqual([404, { detail: 'Not Found' }])
      const method = await bench().ask('GET', '/login')
      expect([method.status, method.body]).toEqual([405, { detail: 'Method Not Allowed' }])
      const test = await bench().ask('GET', '/mcp-rest/test/connection', { key: null })
      expect([test.status, test.body]).toEqual([405, { detail: 'Method Not Allowed' }])
      const list = await bench().ask('PATCH', '/v1/mcp/server', { key: null })
      expect([list.status, list.headers.get('allow')]).toEqual([405, 'GET'])
      const slash = await bench().ask('GET', '/v1/mcp/server/')
      expect(slash.status).toBe(307)
      expect(slash.headers.get('location')).toBe(`${bench().target.url}/v1/mcp/server`)
    })
  })
}
