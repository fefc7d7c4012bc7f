import { type Answer, ok, refused } from '../answers.ts'
import { creatableOf } from './columns.ts'
import { aliasOf, nameFault, nameTaken } from './names.ts'
import type { Ask } from '../request.ts'
import { isAnswer, validate } from './validate.ts'
import { stored } from './views.ts'
import { newRow, timestamp } from '../world.ts'

/** GET /v1/mcp/server/submissions: what users handed in, for admins. Source: `get_mcp_submissions` in db.py, 1.106.2. */
export function listSubmissions({ world, caller }: Ask): Answer {
  if (caller.role !== 'proxy_admin' && caller.role !== 'proxy_admin_viewer')
    return refused(403, 'Admin access required to view MCP server submissions.')
  const items = [...world.rows.values()].filter((row) => row['submitted_at'] !== null)
  const having = (status: string): number => items.filter((row) => row['approval_status'] === status).length
  return ok({
    total: items.length,
    pending_review: having('pending_review'),
    active: having('active'),
    rejected: having('rejected'),
    items: items.map((row) => stored(world, row)),
  })
}

/** Who may hand a server in: holders of a key that belongs to a team, and no admins, who make them at once. */
function refusal({ caller }: Ask): Answer | undefined {
  if (caller.role === 'proxy_admin')
    return refused(
      403,
      'PROXY_ADMIN users should use POST /v1/mcp/server to create servers directly instead of the submission workflow.',
    )
  return caller.teamId === null
    ? refused(400, 'Registration requires an API key associated with a team. Use a team-scoped key.')
    : undefined
}

/** POST /v1/mcp/server/register: 201 with a row that waits for review and runs nowhere. As observed on 1.106.2. */
export function registerServer(ask: Ask): Answer {
  const { world, caller } = ask
  const body = validate(world.release, creatableOf(world.release.version), ask.text, true)
  if (isAnswer(body)) return body
  const names = { alias: aliasOf(body), server_name: body['server_name'] }
  const no = nameFault(world.release, body) ?? refusal(ask) ?? nameTaken(world, names, undefined)
  if (no) return no
  const sent = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
  const review = {
    approval_status: 'pending_review',
    submitted_by: caller.userId,
    submitted_at: timestamp(),
  }
  const row = newRow(world.release, { ...sent, alias: names.alias, ...review }, caller.userId)
  world.rows.set(row.server_id, row)
  return ok(stored(world, row), 201)
}
