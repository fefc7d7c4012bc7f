import { ownMember } from '../../../core/own-member.ts'
import { isBlankUrl, originOf } from '../../../core/rule/address.ts'
import type { Rule } from '../../../core/rule/rule.ts'
import { verdictOnUrl } from '../../../core/rule/verdict.ts'
import { aimOf, type Change } from '../../../core/plan/change.ts'
import { isSignedInto } from '../../../core/record/oauth.ts'
import type { ToolPrint } from '../../../core/reach/reach.ts'
import { identify, isUnlisted, type ListedServer, type ServerIdentity } from '../../../core/record/server.ts'
import { type RecordedRun, runsOf, wasWritten } from '../../../journal/fold.ts'
import { takesBack } from '../../recover/in-force.ts'

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
  mover: RecordedRun | null
}

/** A move of a server's URL: the run that made it, and how. */
interface Move {
  run: RecordedRun
  change: Change
  /** Was it written for certain? */
  settled: boolean
  /** The origins where the server stood before this move and those before it. */
  left: string[]
}

/** How each server's URL was last moved, by id; a server that was taken back has none. */
function movers(runs: readonly RecordedRun[], gatewayUrl: string): Map<string, Move> {
  const moved = new Map<string, Move>()
  for (const run of runsOf(runs, gatewayUrl)) {
    const back = takesBack(run, runs)
    for (const { change, outcome } of run.changes.filter(wasWritten)) {
      const { id } = change.server
      const edit = aimOf(change).find(({ field }) => field === 'url')
      if (!edit) continue
      if (back) moved.delete(id)
      else {
        const left = [...(moved.get(id)?.left ?? []), originOf(edit.before ?? '')]
        const after = originOf(edit.after ?? '')
        moved.set(id, {
          run,
          change,
          settled: outcome === 'applied',
          left: left.filter((origin) => origin !== after),
        })
      }
    }
  }
  return moved
}

/** The tools of a server that were listed last before it was moved: a run that does a migration again may have found none. */
function toolsBefore(
  id: string,
  runs: readonly RecordedRun[],
  mover: RecordedRun | null,
): ToolPrint[] | null {
  if (!mover) return null
  const until = runs.slice(0, runs.indexOf(mover) + 1)
  for (const run of runsOf(until, mover.started.gateway.url).toReversed()) {
    const tools = ownMember(run.started.tools, id) ?? []
    if (tools.length > 0 && !takesBack(run, runs)) return tools
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

/** Does a URL lead to an origin that a move, or one before it, has left? */
const isBack = (url: string | null | undefined, move: Move | undefined): boolean =>
  !isBlankUrl(url) && move !== undefined && move.left.includes(originOf(url))

/** The servers that take traffic and stand where a rule moves servers to, or where a run in the journal has put them. */
export function migratedServers(
  listed: readonly ListedServer[],
  runs: readonly RecordedRun[],
  gatewayUrl: string,
  rules: readonly Rule[],
): Migrated[] {
  const moved = movers(runs, gatewayUrl)
  return listed.flatMap((server) => {
    const { server_id: id, url, transport } = server
    const move = moved.get(id)
    if (isBlankUrl(url) || isUnlisted(server) || isBack(url, move)) return []
    const { kind } = verdictOnUrl(rules, url, server)
    if (kind !== 'moved' && (move === undefined || kind === 'match')) return []
    const identity = identify(server, server.is_config ? 'config' : 'database')
    const mover = move?.run ?? null
    const before = toolsBefore(id, runs, mover)
    const signIn = { usersSignIn: usersSignInAt(server), hasCredentials: sendsCredentials(server) }
    return [{ identity, url, transport: transport ?? 'sse', ...signIn, before, mover }]
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
    const run = moved.get(server.server_id)?.run
    const isEmpty = isBlankUrl(server.url) && server.transport !== 'stdio'
    return run !== undefined && isEmpty && !isUnlisted(server) ? [{ server, run }] : []
  })
}

/** A server that a run in the journal has moved, and that stands where it stood before. */
export interface Returned extends Move {
  server: ListedServer
}

/**
 * The servers that a run in the journal has moved, and that stand at their old origins again, whatever the rule: a database
 * was restored, somebody wrote the old URL, or LiteLLM has not read its files anew.
 */
export function returnedServers(
  listed: readonly ListedServer[],
  runs: readonly RecordedRun[],
  gatewayUrl: string,
): Returned[] {
  const moved = movers(runs, gatewayUrl)
  return listed.flatMap((server) => {
    const move = moved.get(server.server_id)
    return move && isBack(server.url, move) && !isUnlisted(server) ? [{ server, ...move }] : []
  })
}

/** The servers that a rule would still move. */
export function leftServers(listed: readonly ListedServer[], rules: readonly Rule[]): ListedServer[] {
  return listed.filter(
    (server) => !isUnlisted(server) && verdictOnUrl(rules, server.url, server).kind === 'match',
  )
}
