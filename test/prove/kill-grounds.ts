import { setImmediate as turn } from 'node:timers/promises'
import { type SandboxOptions, type SandboxServer, startSandbox } from '../../src/sandbox/index.ts'
import { secret } from '../support/secrets.ts'

/** The rows of a gateway's MCP servers by id, every column of them. */
export type Rows = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A gateway to kill programs on. Its rows are seen, and put back, without the program under test. */
export interface Grounds {
  /** What points the program at it. */
  readonly env: Readonly<Record<string, string>>
  /** The rows as they lie in its database, once no request is under way any more. */
  rows(): Promise<Rows>
  /** Makes the gateway hold these rows; `updated_at` and `updated_by` may differ. */
  restore(rows: Rows): Promise<void>
  close(): Promise<void>
}

const RICH: SandboxServer = {
  description: 'Reads and writes files, «as they are»',
  mcp_access_groups: ['engineering', 'on_call'],
  allowed_tools: ['read', 'write'],
  extra_headers: ['x-tenant'],
  static_headers: { 'x-region': 'eu' },
  env_vars: [{ name: 'REGION', value: 'eu', scope: 'global' }],
  mcp_info: { server_name: 'Files', logo_url: 'https://example.com/logo.png' },
  tool_name_to_display_name: { read: 'Read a file' },
  allow_all_keys: true,
  available_on_public_internet: false,
  timeout: 12.5,
  rpm: 60,
}

const MORE: Readonly<Record<string, SandboxServer>> = {
  filesystem: RICH,
  postgres: { auth_type: 'bearer_token', credentials: { auth_value: secret('hush-of-postgres') } },
  monitoring: { args: ['--port', '9090'], env: { TOKEN: secret('hush-of-monitoring') } },
  n8n: { alias: 'flows', mcp_access_groups: ['automation'], instructions: 'Ask before you run anything.' },
  playwright: { max_concurrent_requests: 2, source_url: 'https://example.com/playwright' },
}

const NAMES = ['filesystem', 'postgres', 'fetch', 'monitoring', 'n8n', 'playwright', 'timescaledb']

/** The guide's seven servers; five of them have more set than their URL. */
function sevenServers(): SandboxServer[] {
  return NAMES.map((name) => ({
    server_id: `id-${name}`,
    server_name: name,
    alias: name,
    url: `http://localhost:8585/servers/${name}/sse`,
    ...MORE[name],
  }))
}

/** A sandbox gateway with the guide's seven servers. */
export async function sandboxGrounds(options: SandboxOptions = {}): Promise<Grounds> {
  const sandbox = await startSandbox({ servers: sevenServers(), ...options })
  secret(sandbox.masterKey)
  return {
    env: { LITELLM_PROXY_URL: sandbox.url, LITELLM_PROXY_API_KEY: sandbox.masterKey },
    rows: async () => {
      await sandboxIsQuiet(sandbox)
      return Object.fromEntries(sandbox.rows().map((row) => [row.server_id, row]))
    },
    restore: async (rows) => {
      for (const [id, row] of Object.entries(rows)) sandbox.edit(id, row)
    },
    close: () => sandbox.close(),
  }
}

// What a killed program had sent is read and processed in a few turns of the event loop.
async function sandboxIsQuiet({ requests }: { requests: readonly unknown[] }): Promise<void> {
  for (let quiet = 0, seen = -1; quiet < 20; quiet += 1) {
    if (seen !== requests.length) [quiet, seen] = [0, requests.length]
    await turn()
  }
}
