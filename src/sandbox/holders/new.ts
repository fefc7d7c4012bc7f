import { randomUUID } from 'node:crypto'
import { storedGrants } from '../people/accounts.ts'
import { type Answer, ok, refused } from '../answers.ts'
import { permissionView } from './grants.ts'
import type { Holder } from './holders.ts'
import { type Ask, fieldsOf } from '../request.ts'
import { atLeast } from '../version.ts'
import { timestamp } from '../world.ts'

type Fields = Record<string, unknown>

/** A field that is a text. */
export function text(body: Fields, name: string): string | null {
  const value = body[name]
  return typeof value === 'string' ? value : null
}

/** A field that is a list; an empty one when it is not. */
export function list(body: Fields, name: string): unknown[] {
  const value = body[name]
  return Array.isArray(value) ? value : []
}

/** The dates of a new row. */
export const dates = (): Fields => ({ created_at: timestamp(), updated_at: timestamp() })

/** POST /team/new. */
export function newTeam({ world, text: sent }: Ask): Answer {
  const body = fieldsOf(sent)
  const row = {
    team_alias: text(body, 'team_alias'),
    team_id: text(body, 'team_id') ?? randomUUID(),
    organization_id: text(body, 'organization_id'),
    models: [],
    blocked: false,
    spend: 0,
    ...dates(),
  }
  const grants = storedGrants(body['object_permission'])
  world.holders.teams.push({ row, grants })
  return ok({ ...row, object_permission: null, object_permission_id: grants?.id ?? null })
}

const taken = (table: readonly Holder[], column: string, name: unknown): boolean =>
  table.some(({ row }) => row[column] === name)

/** POST /v1/access_group: 201, and once for each name. */
export function newAccessGroup({ world, text: sent }: Ask): Answer {
  const body = fieldsOf(sent)
  const name = text(body, 'access_group_name') ?? ''
  if (taken(world.holders.accessGroups, 'access_group_name', name))
    return { status: 409, json: { detail: `Access group '${name}' already exists` } }
  const row = {
    access_group_id: randomUUID(),
    access_group_name: name,
    description: text(body, 'description'),
    access_model_names: list(body, 'access_model_names'),
    access_mcp_server_ids: list(body, 'access_mcp_server_ids'),
    access_agent_ids: list(body, 'access_agent_ids'),
    assigned_team_ids: list(body, 'assigned_team_ids'),
    assigned_key_ids: list(body, 'assigned_key_ids'),
    // Read in 1.108.7: tools by server, which names servers that access_mcp_server_ids need not.
    ...(atLeast(world.release.version, '1.108.0') && {
      mcp_tool_permissions: body['mcp_tool_permissions'] ?? {},
    }),
    ...dates(),
  }
  world.holders.accessGroups.push({ row, grants: null })
  return ok(row, 201)
}

/** POST /v1/mcp/toolset: 201, and once for each name. */
export function newToolset({ world, text: sent }: Ask): Answer {
  const body = fieldsOf(sent)
  const name = text(body, 'toolset_name') ?? ''
  if (taken(world.holders.toolsets, 'toolset_name', name))
    return refused(409, `A toolset named '${name}' already exists.`)
  const description = text(body, 'description')
  const row = { toolset_id: randomUUID(), toolset_name: name, description, tools: list(body, 'tools') }
  world.holders.toolsets.push({ row: { ...row, ...dates() }, grants: null })
  return ok({ ...row, ...dates() }, 201)
}

/** POST /v1/agents. */
export function newAgent({ world, text: sent }: Ask): Answer {
  const body = fieldsOf(sent)
  const row = {
    agent_id: randomUUID(),
    agent_name: text(body, 'agent_name'),
    litellm_params: {},
    agent_card_params: body['agent_card_params'] ?? {},
    ...dates(),
  }
  world.holders.agents.push({ row, grants: storedGrants(body['object_permission']) })
  return ok(row)
}

/** POST /customer/new: an end user. */
export function newCustomer({ world, text: sent }: Ask): Answer {
  const body = fieldsOf(sent)
  const row = { user_id: text(body, 'user_id'), blocked: false, alias: text(body, 'alias'), spend: 0 }
  const grants = world.release.holders === 'few' ? null : storedGrants(body['object_permission'])
  world.holders.customers.push({ row, grants })
  return ok({ ...row, ...(grants && { object_permission: permissionView(world.release, grants) }) })
}
