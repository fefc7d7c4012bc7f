import { createHash } from 'node:crypto'
import type { SandboxRow, SandboxServer } from '../options.ts'
import type { Release } from '../release.ts'
import { newRow } from '../world.ts'

/** What LiteLLM hashes where the entry does not say: the text of the enum's member on Python 3.11 and later. */
const HASHED_DEFAULTS: Readonly<Record<string, string>> = {
  transport: 'MCPTransport.http',
  spec_version: 'MCPSpecVersion.jun_2025',
}

/** A value of the entry as Python's f-string writes it. */
const written = (value: unknown): string =>
  value === null ? 'None' : typeof value === 'string' ? value : JSON.stringify(value)

/**
 * The first 32 digits of the SHA-256 over `name|url|transport|…` (`_generate_stable_server_id` in
 * mcp_server_manager.py; seen on 1.77.7, 1.81.14, 1.105.7 and 1.106.2 for each kind of entry). An empty or absent auth
 * type or alias counts as nothing, an absent transport as `MCPTransport.http`.
 */
function stableId({ configHash }: Release, server: SandboxServer): string {
  const text = (name: string): string => {
    if (name in HASHED_DEFAULTS) return name in server ? written(server[name]) : (HASHED_DEFAULTS[name] ?? '')
    return server[name] ? written(server[name]) : ''
  }
  const identity = ['server_name', 'url', 'transport', ...configHash].map(text)
  return createHash('sha256').update(identity.join('|')).digest('hex').slice(0, 32)
}

/**
 * A server of a config.yaml as LiteLLM has it once it has started. `server`: its entry, with the key as `server_name`;
 * what the entry does not say is left out. An absent or empty URL is listed as `""`, an absent transport as `http`.
 */
export function configRow(release: Release, server: SandboxServer): SandboxRow {
  const pinned = release.configPinned && typeof server['server_id'] === 'string' && server['server_id'].trim()
  const defaults = { command: '', transport: 'http' }
  const row = newRow(release, { ...defaults, ...server, url: server['url'] || '' }, null)
  return { ...row, server_id: pinned || stableId(release, server), created_at: null, updated_at: null }
}
