import { isSince } from '../contract/http.ts'

/** Values that must never be seen outside the gateway and the backends. */
export interface Secrets {
  readonly bearer: string
  readonly header: string
  readonly environment: string
  readonly variable: string
  readonly argument: string
  readonly client: string
  /** Stands in the query of a URL; the journal holds it, as a revert needs the whole URL. */
  readonly url: string
}

/** Where the fleet points: the address that it leaves and the one that it goes to. */
export interface Places {
  readonly old: string
  readonly next: string
}

/** A server of the fleet: what is posted to create it, and what a migration is to do with it. */
export interface Member {
  readonly name: string
  readonly fate: 'moves' | 'stays' | 'near-miss' | 'waits'
  readonly fields: Readonly<Record<string, unknown>>
}

/** The access group that one key of the fleet is granted through. */
export const GROUP = 'fleet_group'

const INFO = {
  server_name: 'A name of its own',
  description: 'What the info says',
  logo_url: 'https://logos.test/fleet.png',
  mcp_server_cost_info: { default_cost_per_query: 0.25 },
  custom: { nested: [1, null, { deep: true }] },
}

const moving = ({ old }: Places, name: string, fields: Member['fields'] = {}): Member => ({
  name,
  fate: 'moves',
  fields: { transport: 'sse', url: `${old}/servers/${name}/sse`, ...fields },
})

const staying = (name: string, url: string, fields: Member['fields'] = {}): Member => ({
  name,
  fate: 'stays',
  fields: { transport: 'sse', url, ...fields },
})

const near = (name: string, url: string): Member => ({ ...staying(name, url), fate: 'near-miss' })

function access(places: Places): Member[] {
  return [
    moving(places, 'fleet_plain'),
    moving(places, 'fleet_no_alias'),
    moving(places, 'fleet_http', {
      transport: 'http',
      url: `${places.old}/servers/fleet_http/mcp`,
    }),
    moving(places, 'fleet_grouped', { mcp_access_groups: [GROUP, 'fleet_second'] }),
    moving(places, 'fleet_everybody', { allow_all_keys: true, available_on_public_internet: true }),
    moving(places, 'fleet_tools', { allowed_tools: ['echo'] }),
  ]
}

/** Everything that a server reached by URL can have set; what a release has no column for, it ignores. */
function settings({ old }: Places, secrets: Secrets): Member['fields'] {
  return {
    alias: 'fleet_another_alias',
    description: 'A description of its own, ünïcödé 🚢 included',
    auth_type: 'bearer_token',
    credentials: { auth_value: secrets.bearer },
    static_headers: { 'X-Static': secrets.header },
    extra_headers: ['X-Request-Id'],
    env: { TOKEN: secrets.environment },
    env_vars: [{ name: 'VARIABLE', value: secrets.variable, scope: 'global' }],
    args: ['--token', secrets.argument],
    command: 'unused',
    mcp_info: INFO,
    mcp_access_groups: [GROUP],
    allowed_tools: ['echo'],
    allow_all_keys: true,
    available_on_public_internet: false,
    instructions: 'Ask before sailing.',
    timeout: 12.5,
    max_concurrent_requests: 3,
    rpm: 700,
    source_url: 'https://source.test/fleet',
    tool_name_to_display_name: { echo: 'Echo' },
    tool_name_to_description: { echo: 'Says it again' },
    byok_description: ['bring', 'your own'],
    byok_api_key_help_url: 'https://help.test/key',
    url: `${old}/servers/fleet_full/sse`,
  }
}

function kept({ old, next }: Places): Member[] {
  return [
    near('fleet_other_port', 'http://127.0.0.1:9/servers/fleet_other_port/sse'),
    near('fleet_other_host', `${old.replace('127.0.0.1', '127.0.0.2')}/servers/fleet_other_host/sse`),
    staying('fleet_moved', `${next}/servers/fleet_moved/sse`),
    staying('fleet_mentions', 'http://127.0.0.3:9/servers/fleet_mentions/sse', {
      static_headers: { 'X-Origin': old },
      args: ['--upstream', `${old}/servers`],
    }),
  ]
}

const ISSUED = {
  auth_type: 'oauth2',
  issuer: 'http://issuer.test',
  authorization_url: 'http://issuer.test/authorize',
  token_url: 'http://issuer.test/token',
  registration_url: 'http://issuer.test/register',
  oauth2_flow: 'authorization_code',
}
const EXCHANGED = {
  auth_type: 'oauth2_token_exchange',
  token_exchange_endpoint: 'http://issuer.test/exchange',
  audience: 'an-audience',
  subject_token_type: 'urn:test:subject',
  token_exchange_profile: 'rfc8693',
}

const waiting = (member: Member): Member => ({ ...member, fate: 'waits' })

const clientOf = ({ client }: Secrets): Member['fields'] => ({
  client_id: 'fleet-client',
  client_secret: client,
  scopes: ['read'],
})

function signedIn(places: Places, secrets: Secrets): Member[] {
  const credentials = clientOf(secrets)
  return [
    moving(places, 'fleet_oauth', { ...ISSUED, credentials }),
    moving(places, 'fleet_exchange', { ...EXCHANGED, credentials }),
  ].map(waiting)
}

/** Servers with OAuth or token exchange of every kind, as far as a release has them. */
export function signedInMembers(version: string, places: Places, secrets: Secrets): Member[] {
  const credentials = clientOf(secrets)
  const { issuer, ...flow } = ISSUED
  // 1.81.14 asks the address for its OAuth metadata within the POST, and an SSE stream never ends.
  const http = { transport: 'http', url: `${places.old}/servers/fleet_oauth/mcp` }
  if (!isSince(version, '1.96.0')) return [moving(places, 'fleet_oauth', { ...ISSUED, ...http, credentials })]
  return [
    moving(places, 'fleet_oauth', { ...ISSUED, credentials }),
    moving(places, 'fleet_loose', { ...flow, credentials }),
    moving(places, 'fleet_exchange', { ...EXCHANGED, issuer, credentials }),
    moving(places, 'fleet_odd', { token_url: 'http://issuer.test/token' }),
  ].map(waiting)
}

/** The fleet for a release: everything set that it can store, and servers that are to stay as they are. */
export function membersFor(version: string, places: Places, secrets: Secrets): Member[] {
  const query = `${places.old}/servers/fleet_query/sse?token=${secrets.url}&path=a%2Fb&x=%20`
  return [
    ...access(places),
    moving(places, 'fleet_query', { url: query }),
    moving(places, 'fleet_full', settings(places, secrets)),
    ...kept(places),
    ...(isSince(version, '1.96.0') ? signedIn(places, secrets) : []),
  ]
}
