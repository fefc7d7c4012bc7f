import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountsOf } from './people/accounts.ts'
import { configRow } from './servers/config-row.ts'
import { noHolders } from './holders/holders.ts'
import type { Sandbox, SandboxOptions, SandboxRow } from './options.ts'
import { Crowd, quirkBook } from './quirks.ts'
import { releaseOf } from './release.ts'
import { listen, portOf, shut } from './server.ts'
import { keepSignIn } from './servers/sign-ins.ts'
import { editRow, guideServers, loadRegistry, newRow, type World } from './world.ts'
import { copyOf } from './json.ts'

export type { Sandbox, SandboxOptions, SandboxRow, SandboxServer } from './options.ts'

const DEFAULT_VERSION = '1.106.2'

function byId(rows: readonly SandboxRow[]): Map<string, SandboxRow> {
  return new Map(rows.map((row) => [row.server_id, row]))
}

function worldOf(options: SandboxOptions, closing: AbortSignal): World {
  const release = releaseOf(options.version ?? DEFAULT_VERSION)
  const database = options.database ?? true
  const servers = database ? (options.servers ?? guideServers()) : []
  const world: World = {
    release,
    hideVersion: options.hideVersion ?? false,
    database,
    rows: byId(servers.map((server) => newRow(release, server, 'default_user_id'))),
    registry: new Map(),
    config: byId((options.configServers ?? []).map((server) => configRow(release, server))),
    accounts: accountsOf(options, release.userGrants === 'stored'),
    signIns: new Map(),
    holders: noHolders(),
    faults: options.faults ?? {},
    keyHeader: options.keyHeader,
    rootPath: (options.rootPath ?? '').replace(/\/+$/, ''),
    probeDelayMs: options.probeDelayMs ?? 0,
    silenced: false,
    // A wait that the end of the sandbox interrupts fails, and the connection is gone by then.
    wait: (milliseconds) => sleep(milliseconds, undefined, { signal: closing }),
  }
  loadRegistry(world)
  for (const [id, users] of Object.entries(options.signIns ?? {}))
    for (const user of users) keepSignIn(world, id, user)
  return world
}

/**
 * Starts an in-process gateway that speaks LiteLLM's admin API as one of its releases does:
 * for trying the tool, for the demo and for tests. Loopback only, on a free port; keeps nothing.
 * Throws when the version is not one.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const closing = new AbortController()
  // Each wait listens, and there may be as many as requests.
  setMaxListeners(0, closing.signal)
  const world = worldOf(options, closing.signal)
  const requests: Sandbox['requests'][number][] = []
  const quirk = quirkBook(options.quirks ?? [])
  const server = await listen({ world, log: requests, quirk, crowd: new Crowd() })
  const { accounts, release, rootPath } = world
  return {
    url: `http://127.0.0.1:${portOf(server)}${rootPath}`,
    version: release.version,
    masterKey: accounts.masterKey,
    username: accounts.username,
    password: accounts.password,
    rows: () => copyOf([...world.rows.values()]),
    edit: (id, fields) => editRow(world, id, fields),
    restart: () => {
      world.silenced = false
      if (options.storeModelInDb === false) world.registry.clear()
      else loadRegistry(world)
    },
    requests,
    close: () => {
      closing.abort()
      return shut(server)
    },
  }
}
