import type { StoredGrants } from '../people/accounts.ts'
import type { Release } from '../release.ts'
import { atLeast } from '../version.ts'
import { asJsonb } from '../world.ts'

/**
 * A permission object as the answers show it. Source: `LiteLLM_ObjectPermissionTable` in `proxy/schema.prisma`;
 * observed on 1.77.7, which has no column for the tools, 1.81.14, 1.96.2, 1.105.7 and 1.106.2.
 */
export function permissionView({ version }: Release, grants: StoredGrants | null): unknown {
  if (!grants) return null
  const { id, mcp_servers, mcp_access_groups, mcp_tool_permissions: tools, mcp_toolsets = [] } = grants
  return {
    object_permission_id: id,
    mcp_servers,
    mcp_access_groups,
    vector_stores: [],
    ...(atLeast(version, '1.81.0') && {
      mcp_tool_permissions: asJsonb(tools ?? null),
      agents: [],
      agent_access_groups: [],
    }),
    ...(atLeast(version, '1.96.0') && {
      models: [],
      blocked_tools: [],
      mcp_toolsets,
      search_tools: [],
      mcp_tool_search_enabled: null,
    }),
    ...(atLeast(version, '1.105.0') && { skills: [] }),
  }
}

/** A permission object and its id, as single answers show them. */
export function both(release: Release, grants: StoredGrants | null): Record<string, unknown> {
  return {
    object_permission_id: grants?.id ?? null,
    object_permission: permissionView(release, grants),
  }
}

/** The id of an object alone, as lists of teams, organizations and users show it. */
export function idAlone(grants: StoredGrants | null): Record<string, unknown> {
  return { object_permission_id: grants?.id ?? null, object_permission: null }
}
