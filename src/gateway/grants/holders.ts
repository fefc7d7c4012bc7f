import { z } from 'zod'
import { accessGroupEntry, type Held, holderEntry, keyEntry, publicEntry, toolsetEntry } from './entries.ts'

/** One list of holders, and how it is read. */
export interface Listing {
  /** For a person. */
  plural: string
  /** Some releases have neither the list nor such holders. */
  mayLack?: true
  /** Too long for a look in passing: end users come without pages, and servers are what is looked for. */
  isHeavy?: true
  /** It can be read, and may name servers, where LiteLLM has no database. */
  configured?: true
  path(page: number): string
  /** `null` for what is no such list. */
  page(json: unknown): { rows: unknown[]; total: number; pages: number } | null
  /** `null` for what is no such entry. */
  entry(row: unknown): Held | null
  /** Where the permission object of a holder is shown that the list hides. */
  detail?(id: string): string
}

const listed = z.array(z.unknown()).transform((rows) => ({ rows, total: rows.length, pages: 1 }))

/** A whole list in one answer. */
const whole = (path: string): Pick<Listing, 'path' | 'page'> => ({
  path: () => path,
  page: (json) => listed.safeParse(json).data ?? null,
})

/** A list in pages of 100, the most that LiteLLM gives. `path` has a query. */
function paged(path: string, rows: string, total: string): Pick<Listing, 'path' | 'page'> {
  const page = z
    .looseObject({ [rows]: z.array(z.unknown()), [total]: z.int(), total_pages: z.int() })
    .transform((found) => ({
      rows: found[rows] as unknown[],
      total: Number(found[total]),
      pages: Number(found['total_pages']),
    }))
  return {
    path: (number) => `${path}&page=${number}`,
    page: (json) => page.safeParse(json).data ?? null,
  }
}

const asking = (path: string) => (id: string) => path + encodeURIComponent(id)

/** Named apart: what it does not tell may not matter. */
export const ORGANIZATIONS: Listing = {
  plural: 'organizations',
  ...whole('/organization/list'),
  entry: holderEntry('organization', 'organization_id', 'organization_alias'),
  detail: asking('/organization/info?organization_id='),
}

/**
 * Every list that names servers by their ids, as read on 1.77.7, 1.81.14 and 1.106.2 with a master key, and in the
 * sources of 1.84, 1.88, 1.92, 1.96 and 1.100 (`litellm/proxy/management_endpoints`):
 *
 * - keys (`key_management_endpoints.py`): with their objects, on each release; sessions of the admin page left out.
 * - teams (`team_endpoints.py`): /v2/team/list has `object_permission: null` even where there is one, and its id.
 * - access groups (`access_group_endpoints.py`): since 1.81. Those of a server's own `mcp_access_groups` are names,
 *   which a new id does not touch.
 * - toolsets (`mcp_management_endpoints.py`): since 1.84 at the latest.
 * - organizations (`organization_endpoints.py`): only ids of the objects. Since 1.106 at the latest, 403 without an
 *   enterprise licence. They limit keys since 1.84 at the latest; 1.81.14 stores their grants and ignores them.
 * - projects (`project_endpoints.py`, since 1.84 of the package litellm-enterprise): with their objects, since 1.81.
 * - agents (`agent_endpoints/endpoints.py`): since 1.81, objects since 1.84 at the latest.
 * - users (`internal_user_endpoints.py`): ids of objects since 1.92 at the latest. Grants are stored and heeded, and
 *   shown by /v2/user/info, since 1.96 at the latest; on 1.77.7 and 1.81.14 POST /user/new drops them in silence.
 * - end users (`customer_endpoints.py`): with their objects since 1.81; 1.77.7 has no column for them. No pages.
 * - the public list (`litellm_settings.public_mcp_servers`): since 1.81 a mark in `mcp_info` of the listed servers.
 */
export const LISTINGS: readonly Listing[] = [
  {
    plural: 'keys',
    ...paged('/key/list?return_full_object=true&size=100', 'keys', 'total_count'),
    entry: keyEntry,
  },
  {
    plural: 'teams',
    ...paged('/v2/team/list?page_size=100&sort_by=team_id&sort_order=asc', 'teams', 'total'),
    entry: holderEntry('team', 'team_id', 'team_alias'),
    detail: asking('/team/info?team_id='),
  },
  { plural: 'access groups', mayLack: true, ...whole('/v1/access_group'), entry: accessGroupEntry },
  { plural: 'toolsets', mayLack: true, ...whole('/v1/mcp/toolset'), entry: toolsetEntry },
  ORGANIZATIONS,
  {
    plural: 'projects',
    mayLack: true,
    ...whole('/project/list'),
    entry: holderEntry('project', 'project_id', 'project_alias'),
  },
  {
    plural: 'agents',
    mayLack: true,
    configured: true,
    ...whole('/v1/agents'),
    entry: holderEntry('agent', 'agent_id', 'agent_name'),
  },
  {
    plural: 'users',
    ...paged('/user/list?page_size=100&sort_by=user_id&sort_order=asc', 'users', 'total'),
    entry: holderEntry('user', 'user_id', 'user_alias'),
    detail: asking('/v2/user/info?user_id='),
  },
  {
    plural: 'end users',
    isHeavy: true,
    ...whole('/customer/list'),
    entry: holderEntry('end-user', 'user_id', 'alias'),
  },
  {
    plural: 'the public list',
    isHeavy: true,
    configured: true,
    ...whole('/v1/mcp/server'),
    entry: publicEntry,
  },
]
