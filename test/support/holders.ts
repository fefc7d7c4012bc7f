import type { Endpoint } from '../../src/gateway/http/http.ts'
import type { GrantSearch } from '../../src/gateway/port.ts'
import { ask, isSince } from '../contract/http.ts'
import { Redactor } from '../../src/core/show/secrets/redactor.ts'
import { Gate } from '../../src/gateway/http/pace.ts'

/** A gateway, real or sandbox, and who asks it. */
export interface Granting {
  readonly url: string
  readonly masterKey: string
  readonly username: string
  readonly password: string
  readonly version: string
}

/** An endpoint with the master key. */
export function endpointOf({ url, masterKey }: Granting): Endpoint {
  return {
    url,
    key: masterKey,
    keyHeader: 'authorization',
    timeoutSeconds: 30,
    trouble: { since: null },
    gate: new Gate(),
    redactor: new Redactor(),
    headers: {},
  }
}

/** Makes something with a POST; its answer. Throws when the gateway refuses. */
export async function make(
  gateway: Granting,
  path: string,
  json: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const { status, body } = await ask(gateway, 'POST', path, { json })
  if (status < 200 || status > 299) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
  return body as Record<string, unknown>
}

/** What a run of tests has made, and how it is removed again. */
export interface Made {
  /** Secrets, whole keys and their hashes, that nothing may ever show. */
  readonly secrets: readonly string[]
  /** The grants that are to be found, as {@link lines} writes them. */
  readonly expected: readonly string[]
  remove(): Promise<void>
}

const card = (name: string): Record<string, unknown> => ({
  name,
  description: '',
  url: 'http://localhost:9',
  version: '1',
  protocolVersion: '1.0',
  defaultInputModes: [],
  defaultOutputModes: [],
  capabilities: {},
  skills: [],
})

type Fields = Record<string, unknown>

/** One holder: how it is made and removed, and the grants that are to be found. */
interface Holder {
  /** The first release that has it, and the first that has it no longer. */
  readonly from: string
  readonly until?: string
  readonly path: string
  readonly json: Fields
  readonly undo: (made: Fields) => readonly [method: string, path: string, json?: unknown]
  readonly grants: (made: Fields) => readonly string[]
}

function keyHolder(json: Fields, grants: Holder['grants']): Holder {
  const undo: Holder['undo'] = ({ key }) => ['POST', '/key/delete', { keys: [key] }]
  return { from: '0.0.0', path: '/key/generate', json, undo, grants }
}

/** One holder of each kind, of server `one`, and of a tool of server `two` where there are such grants. */
function holders(version: string, run: string, one: string, two: string): Holder[] {
  const object_permission = { mcp_servers: [one], mcp_tool_permissions: { [two]: ['echo'] } }
  const names = { team: `${run}-team`, user: `${run}-anna`, org: `${run}-org`, customer: `${run}-customer` }
  const both = (kind: string, name: string) => (): string[] => {
    const servers = `${kind} ${name}: mcp_servers ${one}`
    return isSince(version, '1.81.0') ? [servers, `${kind} ${name}: mcp_tool_permissions ${two}`] : [servers]
  }
  const user = { user_id: names.user, auto_create_key: false, object_permission }
  return [
    {
      from: '0.0.0',
      path: '/user/new',
      json: user,
      undo: () => ['POST', '/user/delete', { user_ids: [names.user] }],
      grants: isSince(version, '1.96.0') ? both('user', names.user) : () => [],
    },
    {
      from: '0.0.0',
      path: '/team/new',
      json: { team_id: names.team, team_alias: `${run} team`, object_permission },
      undo: () => ['POST', '/team/delete', { team_ids: [names.team] }],
      grants: both('team', `${run} team`),
    },
    keyHolder({ key_alias: `${run} ci`, object_permission }, both('key', `${run} ci`)),
    keyHolder({ key_alias: `${run} nothing` }, () => []),
    keyHolder({ user_id: names.user, object_permission: { mcp_servers: [one] } }, ({ key_name: shown }) => [
      `key key ${String(shown)} of user ${names.user}: mcp_servers ${one}`,
    ]),
    {
      from: '0.0.0',
      until: '1.106.0',
      path: '/organization/new',
      // With tool permissions 1.81.14 answers 500.
      json: {
        organization_id: names.org,
        organization_alias: names.org,
        models: [],
        object_permission: { mcp_servers: [one] },
      },
      undo: () => ['DELETE', '/organization/delete', { organization_ids: [names.org] }],
      grants: () => [`organization ${names.org}: mcp_servers ${one}`],
    },
    {
      from: '1.81.0',
      path: '/customer/new',
      json: { user_id: names.customer, object_permission },
      undo: () => ['POST', '/customer/delete', { user_ids: [names.customer] }],
      grants: both('end-user', names.customer),
    },
    ...groups(run, one, two),
    {
      from: '1.84.0',
      path: '/v1/agents',
      json: { agent_name: `${run}-agent`, agent_card_params: card(run), object_permission },
      undo: ({ agent_id: id }) => ['DELETE', `/v1/agents/${String(id)}`],
      grants: both('agent', `${run}-agent`),
    },
  ]
}

function groups(run: string, one: string, two: string): Holder[] {
  return [
    {
      from: '1.81.0',
      path: '/v1/access_group',
      json: { access_group_name: `${run}_group`, access_mcp_server_ids: [one] },
      undo: ({ access_group_id: id }) => ['DELETE', `/v1/access_group/${String(id)}`],
      grants: () => [`access-group ${run}_group: access_mcp_server_ids ${one}`],
    },
    {
      from: '1.84.0',
      path: '/v1/mcp/toolset',
      json: { toolset_name: `${run}_tools`, tools: [{ server_id: two, tool_name: 'echo' }] },
      undo: ({ toolset_id: id }) => ['DELETE', `/v1/mcp/toolset/${String(id)}`],
      grants: () => [`toolset ${run}_tools: tools ${two}`],
    },
  ]
}

/** Makes one holder of each kind that the release has. Throws when the gateway refuses one. */
export async function makeHolders(gateway: Granting, run: string, one: string, two: string): Promise<Made> {
  const had = holders(gateway.version, run, one, two).filter(
    ({ from, until }) =>
      isSince(gateway.version, from) && !(until !== undefined && isSince(gateway.version, until)),
  )
  const made: { holder: Holder; answer: Fields }[] = []
  const remove = async (): Promise<void> => {
    for (const { holder, answer } of made.toReversed()) {
      const [method, path, json] = holder.undo(answer)
      await ask(gateway, method, path, { json })
    }
  }
  try {
    for (const holder of had) made.push({ holder, answer: await make(gateway, holder.path, holder.json) })
  } catch (error) {
    await remove()
    throw error
  }
  const secrets = made.flatMap(({ answer }) => [answer['key'], answer['token']].filter(Boolean).map(String))
  const expected = made.flatMap(({ holder, answer }) => holder.grants(answer)).toSorted()
  return { secrets, expected, remove }
}

/** Grants as sorted lines, `kind name: via server`. */
export function lines({ grants }: GrantSearch): string[] {
  return grants
    .map(({ holder, via, serverId }) => `${holder.kind} ${holder.name}: ${via} ${serverId}`)
    .toSorted()
}
