import { gatewayKey, isBlankUrl } from '../../core/address.ts'
import { judgeUrl, type Migration } from '../../core/migration.ts'
import { isSignedInto } from '../../core/oauth.ts'
import type { ToolPrint } from '../../core/reach.ts'
import { identify, isUnlisted, type ListedServer, type ServerIdentity } from '../../core/server.ts'
import { type RecordedRun, wasWritten } from '../../journal/fold.ts'
import { takesBack } from '../find-run.ts'

/** A server that stands at a new address. */
export interface Migrated {
  identity: ServerIdentity
  url: string
  transport: string
  /** Does each user sign in there, so that LiteLLM alone may be turned away? */
  usersSignIn: boolean
  /** Does LiteLLM send credentials of its own? */
  hasCredentials: boolean
  /** Its tools before the migration, `null` where they were not listed then. */
  before: ToolPrint[] | null
  /** The run that moved it, `null` where the journal knows of none. */
  run: string | null
}

/** The run that last moved each server's URL, by id; a server that was taken back has none. */
function movers(runs: readonly RecordedRun[], gatewayUrl: string): Map<string, RecordedRun> {
  const moved = new Map<string, RecordedRun>()
  for (const run of runs) {
    if (gatewayKey(run.started.gateway.url) !== gatewayKey(gatewayUrl)) continue
    const back = takesBack(run, runs)
    for (const { change } of run.changes.filter(wasWritten)) {
      if (!change.edits.some(({ field }) => field === 'url')) continue
      if (back) moved.delete(change.server.id)
      else moved.set(change.server.id, run)
    }
  }
  return moved
}

/** The tools of a server that were listed last before it was moved: a run that does a migration again may have found none. */
function toolsBefore(
  id: string,
  runs: readonly RecordedRun[],
  mover: RecordedRun | undefined,
): ToolPrint[] | null {
  if (!mover) return null
  const key = gatewayKey(mover.started.gateway.url)
  for (const run of runs.slice(0, runs.indexOf(mover) + 1).toReversed()) {
    const tools = run.started.tools[id] ?? []
    if (tools.length > 0 && gatewayKey(run.started.gateway.url) === key && !takesBack(run, runs)) return tools
  }
  return null
}

const isSome = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

const SIGN_IN = ['delegate_auth_to_upstream', 'oauth_passthrough', 'is_byok']

/** Does what users send along, or their own sign-in, open the server? Then LiteLLM by itself may be turned away. */
function usersSignInAt(server: ListedServer): boolean {
  return (
    SIGN_IN.some((name) => server[name] === true) ||
    isSome(server['extra_headers']) ||
    isSignedInto(server, {})
  )
}

const sendsCredentials = (server: ListedServer): boolean =>
  ![undefined, null, '', 'none'].includes(server['auth_type'] as string | null | undefined) ||
  isSome(server['static_headers'])

/** The servers that take traffic and stand where a rule moves servers to, or where a run in the journal has put them. */
export function migratedServers(
  listed: readonly ListedServer[],
  runs: readonly RecordedRun[],
  gatewayUrl: string,
  migration: Migration,
): Migrated[] {
  const moved = movers(runs, gatewayUrl)
  return listed.flatMap((server) => {
    const { server_id: id, url, transport } = server
    const mover = moved.get(id)
    if (isBlankUrl(url) || isUnlisted(server)) return []
    const { kind } = judgeUrl(migration, url)
    if (kind !== 'moved' && (mover === undefined || kind === 'match')) return []
    const identity = identify(server, server.is_config ? 'config' : 'database')
    const before = toolsBefore(id, runs, mover)
    const signIn = { usersSignIn: usersSignInAt(server), hasCredentials: sendsCredentials(server) }
    return [{ identity, url, transport: transport ?? 'sse', ...signIn, before, run: mover?.id ?? null }]
  })
}

/** The servers that a run in the journal has moved, and that LiteLLM lists without any URL now; no programs (stdio). */
export function emptiedServers(
  listed: readonly ListedServer[],
  runs: readonly RecordedRun[],
  gatewayUrl: string,
): { server: ListedServer; run: RecordedRun }[] {
  const moved = movers(runs, gatewayUrl)
  return listed.flatMap((server) => {
    const run = moved.get(server.server_id)
    const isEmpty = isBlankUrl(server.url) && server.transport !== 'stdio'
    return run !== undefined && isEmpty && !isUnlisted(server) ? [{ server, run }] : []
  })
}

/** The servers that a rule would still move. */
export function leftServers(listed: readonly ListedServer[], migration: Migration): ListedServer[] {
  return listed.filter((server) => !isUnlisted(server) && judgeUrl(migration, server.url).kind === 'match')
}
