import { randomUUID } from 'node:crypto'
import { isLosslessNumber } from 'lossless-json'
import type { Accounts } from './people/accounts.ts'
import type { AddressFault } from './backends/addresses.ts'
import type { Holders } from './holders/holders.ts'
import { columnsOf } from './servers/columns.ts'
import type { SandboxRow, SandboxServer } from './options.ts'
import type { Release } from './release.ts'
import type { SignIn } from './servers/sign-ins.ts'
import { copyOf } from './json.ts'

/** All that a running LiteLLM has: the database's rows, and the registry that traffic uses. */
export interface World {
  readonly release: Release
  readonly hideVersion: boolean
  readonly database: boolean
  readonly rows: Map<string, SandboxRow>
  readonly registry: Map<string, SandboxRow>
  readonly config: ReadonlyMap<string, SandboxRow>
  readonly accounts: Accounts
  /** Users' stored tokens by server and user. */
  readonly signIns: Map<string, Map<string, SignIn>>
  readonly holders: Holders
  /** How addresses misbehave, by their beginnings. */
  readonly faults: Readonly<Record<string, AddressFault>>
  readonly keyHeader: string | undefined
  readonly rootPath: string
  readonly probeDelayMs: number
  /** Answers nothing at all, until it is restarted. */
  silenced: boolean
  /** Resolves after so many milliseconds, or never once the sandbox is closed. */
  readonly wait: (milliseconds: number) => Promise<void>
}

/** The servers of the guide, in the order in which it registers them. */
export const GUIDE_SERVERS = [
  'filesystem',
  'postgres',
  'fetch',
  'monitoring',
  'n8n',
  'playwright',
  'timescaledb',
] as const

/** The guide's seven as it first registers them. */
export function guideServers(): SandboxServer[] {
  return GUIDE_SERVERS.map((name) => ({
    server_name: name,
    alias: name,
    url: `http://localhost:8585/servers/${name}/sse`,
  }))
}

/** Prisma's timestamps: six digits, of which three are zero. */
export function timestamp(when = new Date()): string {
  return when.toISOString().replace('Z', '000Z')
}

/** Objects as PostgreSQL's jsonb keeps them: keys by length, then by code point. */
export function asJsonb(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonb)
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return value
  const entries = Object.entries(value).toSorted(
    ([a], [b]) => a.length - b.length || Number(a > b) - Number(a < b),
  )
  return Object.fromEntries(entries.map(([key, one]) => [key, asJsonb(one)]))
}

/** A whole row from some of its columns; unknown columns are dropped as a database would refuse them. */
export function newRow(release: Release, server: SandboxServer, creator: string | null): SandboxRow {
  const now = timestamp()
  const columns = columnsOf(release.version)
  const known = columns.map(({ name, fresh }) => [
    name,
    asJsonb(copyOf(name in server ? server[name] : fresh)),
  ])
  return {
    ...Object.fromEntries(known),
    server_id: typeof server['server_id'] === 'string' ? server['server_id'] : randomUUID(),
    created_at: typeof server['created_at'] === 'string' ? server['created_at'] : now,
    created_by: server['created_by'] ?? creator,
    updated_at: typeof server['updated_at'] === 'string' ? server['updated_at'] : now,
    updated_by: server['updated_by'] ?? creator,
  }
}

/** What a start or restart of LiteLLM does. */
export function loadRegistry(world: World): void {
  world.registry.clear()
  for (const row of world.rows.values()) register(world, row)
}

/**
 * Is a row one that LiteLLM cannot decrypt? Its headers or environment are then still the text of the database, and not
 * the map in it. Source: `SecretMapDecodeError` in encrypt_decrypt_utils.py; seen on 1.106.2 with a changed row.
 */
export function isSealed({ release }: World, row: SandboxRow): boolean {
  return release.secretMaps && ['static_headers', 'env'].some((name) => typeof row[name] === 'string')
}

/** Puts a copy of a row into the running registry. */
export function register(world: World, row: SandboxRow): void {
  const status = row['approval_status'] ?? 'active'
  // From 1.90 (seen on 1.106.2) what is not approved runs nowhere.
  const waits = world.release.submissions && status !== 'active' && status !== 'approved'
  if (waits || isSealed(world, row)) return void world.registry.delete(row.server_id)
  world.registry.set(row.server_id, copyOf(row))
}

/** What another admin's edit does to a row and to the running registry. Throws for an id that no row has. */
export function editRow(world: World, id: string, fields: Readonly<Record<string, unknown>>): void {
  const row = world.rows.get(id)
  if (!row) throw new Error(`the sandbox has no server ${id}`)
  Object.assign(row, copyOf(fields), { updated_at: timestamp(), updated_by: 'another_admin' })
  register(world, row)
}

/** The registry's view of a server, of the database or of config.yaml. */
export function running(world: World, id: string): SandboxRow | undefined {
  return world.registry.get(id) ?? world.config.get(id)
}
