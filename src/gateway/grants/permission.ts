import { z } from 'zod'
import type { Grant, GrantVia } from '../port.ts'

/** An id of a server, and where it stands. */
export type Mention = Pick<Grant, 'serverId' | 'via'>

/** What stands under the ids of servers, any of which may be called `__proto__`: zod's own records have no such member. */
export const byServer = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

/** A row of LiteLLM_ObjectPermissionTable. `mcp_tool_permissions`, tools by server, came after 1.77. */
const permission = z.looseObject({
  mcp_servers: z.array(z.string()).nullish(),
  mcp_tool_permissions: byServer.nullish(),
})

/**
 * What an entry of a list tells of its permission object: the object, only its id, or that it has none. A release
 * that keeps none for this kind of holder leaves both out.
 */
export const permitted = {
  object_permission: permission.nullish(),
  object_permission_id: z.string().nullish(),
}

/** The ids in a list of one kind. */
export function mentionsOf(ids: readonly string[], via: GrantVia): Mention[] {
  return [...new Set(ids)].map((serverId) => ({ serverId, via }))
}

/** The ids in a permission object. */
export function permissionMentions(object: z.infer<typeof permission>): Mention[] {
  return [
    ...mentionsOf(object.mcp_servers ?? [], 'mcp_servers'),
    ...mentionsOf(Object.keys(object.mcp_tool_permissions ?? {}), 'mcp_tool_permissions'),
  ]
}

const own = z.looseObject({ object_permission: permission })
const answer = z.union([z.looseObject({ team_info: own }).transform(({ team_info }) => team_info), own])

/**
 * The ids in the answer about a single holder, where its object stands under `object_permission`, a team's under
 * `team_info`. `null` when it shows none.
 */
export function shownMentions(json: unknown): Mention[] | null {
  const found = answer.safeParse(json)
  return found.success ? permissionMentions(found.data.object_permission) : null
}
