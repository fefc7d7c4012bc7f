import { hashOf } from '../people/accounts.ts'
import { type Answer, ok, proxyError } from '../answers.ts'
import { both, idAlone, permissionView } from './grants.ts'
import type { Holder } from './holders.ts'
import { keyRow, userRow } from '../people/people.ts'
import type { Ask } from '../request.ts'
import { tooLarge } from '../servers/validate.ts'

const MOST = 100

/** One page of some rows, the number of pages, or the 422 for more on a page than LiteLLM gives. */
function pageOf<T>(
  { world, query }: Ask,
  sizeName: string,
  usual: number,
  rows: readonly T[],
): { rows: T[]; page: number; size: number; pages: number } | Answer {
  const size = Number(query.get(sizeName) ?? usual)
  const page = Number(query.get('page') ?? 1)
  if (size > MOST) return tooLarge(world.release, sizeName, String(size), MOST)
  const start = (page - 1) * size
  return { rows: rows.slice(start, start + size), page, size, pages: Math.ceil(rows.length / size) }
}

const byColumn = (rows: readonly Holder[], column: string | null): Holder[] =>
  column === null
    ? rows.toReversed()
    : rows.toSorted((a, b) => String(a.row[column]).localeCompare(String(b.row[column])))

/** GET /key/list: hashes, or with `return_full_object` the keys; sessions of the admin page are left out. */
export function keyList(ask: Ask): Answer {
  const { world, query } = ask
  const all = [...world.accounts.keys.values()].toReversed()
  const keys = all.filter(({ teamId }) => teamId !== 'litellm-dashboard')
  const found = pageOf(ask, 'size', 10, keys)
  if ('status' in found) return found
  const whole = query.get('return_full_object') === 'true'
  return ok({
    keys: found.rows.map((key) =>
      whole
        ? { token: hashOf(key.key), ...keyRow(world, key), org_id: null, ...both(world.release, key.grants) }
        : hashOf(key.key),
    ),
    total_count: keys.length,
    current_page: found.page,
    total_pages: found.pages,
  })
}

/** GET /v2/team/list. */
export function teamList(ask: Ask): Answer {
  const teams = byColumn(ask.world.holders.teams, ask.query.get('sort_by'))
  const found = pageOf(ask, 'page_size', 10, teams)
  if ('status' in found) return found
  return ok({
    teams: found.rows.map(({ row, grants }) => ({ ...row, ...idAlone(grants) })),
    total: teams.length,
    page: found.page,
    page_size: found.size,
    total_pages: found.pages,
  })
}

/** GET /team/info?team_id=. */
export function teamInfo({ world, query }: Ask): Answer {
  const id = query.get('team_id')
  const team = world.holders.teams.find(({ row }) => row['team_id'] === id)
  if (!team) return proxyError(404, `{'message': 'Team not found, passed team id: ${id}.'}`)
  const info = { ...team.row, ...both(world.release, team.grants) }
  return ok({ team_id: id, team_info: info, keys: [], team_memberships: [] })
}

/** GET /user/list. */
export function userList(ask: Ask): Answer {
  const { world, query } = ask
  const named = query.get('user_ids')?.split(',')
  const all = [...world.accounts.users.values()].toReversed().filter(({ id }) => named?.includes(id) ?? true)
  const users = query.get('sort_by') === 'user_id' ? all.toSorted((a, b) => a.id.localeCompare(b.id)) : all
  const found = pageOf(ask, 'page_size', 25, users)
  if ('status' in found) return found
  const place = world.release.userGrants !== 'none'
  return ok({
    users: found.rows.map((user) => ({
      ...userRow(user),
      ...(place ? { organization_id: null, ...idAlone(user.grants) } : { object_permission: null }),
      key_count: [...world.accounts.keys.values()].filter(({ userId }) => userId === user.id).length,
    })),
    total: users.length,
    page: found.page,
    page_size: found.size,
    total_pages: found.pages,
  })
}

/** GET /customer/list, of end users: all, without pages. */
export function customerList({ world }: Ask): Answer {
  const kept = world.release.holders !== 'few'
  return ok(
    world.holders.customers.map(({ row, grants }) => ({ ...row, ...(kept && both(world.release, grants)) })),
  )
}

/** GET /v1/agents. */
export function agentList({ world }: Ask): Answer {
  const kept = world.release.holders === 'all'
  return ok(
    world.holders.agents.map(({ row, grants }) => ({
      ...row,
      ...(kept && { object_permission: permissionView(world.release, grants) }),
    })),
  )
}

/** GET /v1/access_group and /v1/mcp/toolset: bare arrays. */
export const rowList =
  (table: 'accessGroups' | 'toolsets') =>
  ({ world }: Ask): Answer =>
    ok(world.holders[table].map(({ row }) => row).toReversed())

/** GET /project/list: none can be made without a licence. */
export function projectList(): Answer {
  return ok([])
}
