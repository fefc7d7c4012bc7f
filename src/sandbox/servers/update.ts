import { type Answer, crash, noDatabase, ok, refused } from '../answers.ts'
import { DEFAULT_USER } from '../people/accounts.ts'
import { sendableOf } from './columns.ts'
import { afterWrite, waitsForEver } from './looking.ts'
import { aliasOf, nameFault, nameTaken } from './names.ts'
import { afterMove } from './oauth.ts'
import type { SandboxRow } from '../options.ts'
import type { Release } from '../release.ts'
import type { Ask } from '../request.ts'
import { tokenIdentity } from './sign-ins.ts'
import { type Accepted, isAnswer, validate } from './validate.ts'
import { stored } from './views.ts'
import { asJsonb, isSealed, register, timestamp, type World } from '../world.ts'
import { copyOf } from '../json.ts'

type Written = Readonly<Record<string, unknown>>

/** Every column that the release's PUT knows, with its default where the body has none. */
function dumped(release: Release, body: Accepted): Record<string, unknown> {
  return Object.fromEntries(
    sendableOf(release.version).map(({ name, kind, fresh }) => [
      name,
      name in body ? body[name] : kind.endsWith('?') ? null : copyOf(fresh),
    ]),
  )
}

/** Up to 1.77.1: everything, nulls too (a null mcp_info is taken: seen on 1.77.1). */
function replaced(release: Release, body: Accepted): Written {
  return { ...dumped(release, body), alias: aliasOf(body) }
}

/** 1.77.2 to 1.87: everything that is not null, and the alias in any case. */
function notNull(release: Release, body: Accepted): Written {
  const sent = Object.entries(dumped(release, body)).filter(([, value]) => value !== null)
  return { ...Object.fromEntries(sent), alias: aliasOf(body) }
}

/** What a null means where the column is a list or a map that cannot be null. */
const NULL_EMPTIES: Readonly<Record<string, unknown>> = {
  allowed_tools: [],
  tool_name_to_display_name: {},
  tool_name_to_description: {},
}

/** From 1.88: what was sent. Undefined where LiteLLM fails on a null that Prisma does not take. */
function partial(release: Release, row: SandboxRow, body: Accepted): Written | undefined {
  if (body['extra_headers'] === null) return undefined
  if (body['allowed_tools'] === null && release.rawNulls) return undefined
  const sent = Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      value === null && !release.rawNulls ? (NULL_EMPTIES[name] ?? null) : value,
    ]),
  )
  const alias = aliasOf(body)
  const named = 'alias' in body || alias !== null ? { alias } : {}
  const all = { ...sent, ...named }
  return { ...all, ...afterMove(release, row, all) }
}

function written(release: Release, row: SandboxRow, body: Accepted): Written | undefined {
  if (release.put === 'replace') return replaced(release, body)
  return release.put === 'not-null' ? notNull(release, body) : partial(release, row, body)
}

/** Writes columns to a row as Prisma does, and to the registry where the release does. */
function write(world: World, row: SandboxRow, columns: Written, userId: string | null): void {
  const own = Object.entries(columns).filter(([name]) => name in row && name !== 'server_id')
  const stored = own.map(([name, value]) => [name, asJsonb(copyOf(value))])
  Object.assign(row, Object.fromEntries(stored), {
    updated_at: timestamp(),
    updated_by: userId ?? DEFAULT_USER,
  })
  const registers = world.release.putTakesEffect || !world.registry.has(row.server_id)
  if (registers && !waitsForEver(world, row)) register(world, row)
}

/** Checks that come before the row is looked at, in LiteLLM's order. */
function refusal({ world, caller }: Ask, body: Accepted): Answer | undefined {
  if (!world.database) return noDatabase(true)
  const fault = nameFault(world.release, body)
  if (fault) return fault
  if (caller.role !== 'proxy_admin') {
    return refused(
      403,
      'Call not allowed to update MCP server. User is not a proxy admin. route=PUT /v1/mcp/server',
    )
  }
  const alias = 'alias' in body || 'server_name' in body ? aliasOf(body) : undefined
  return nameTaken(world, { alias, server_name: body['server_name'] }, String(body['server_id']))
}

/** PUT /v1/mcp/server. Source: `edit_mcp_server` and `update_mcp_server`; observed on three releases. */
export function putServer(ask: Ask): Answer {
  const { world, caller } = ask
  const body = validate(world.release, sendableOf(world.release.version), ask.text, false)
  if (isAnswer(body)) return body
  const no = refusal(ask, body)
  if (no) return no
  const id = String(body['server_id'])
  const row = world.rows.get(id)
  if (!row) return refused(404, `MCP Server not found, passed server_id=${id}`)
  const columns = written(world.release, row, body)
  if (!columns) return crash(world.release)
  const identity = tokenIdentity(row)
  write(world, row, columns, caller.userId)
  // Seen on 1.106.2: it is written all the same.
  if (isSealed(world, row)) return crash(world.release)
  if (world.release.urlWipesOAuth && tokenIdentity(row) !== identity) world.signIns.delete(id)
  return afterWrite(world, ok(stored(world, row), 202))
}
