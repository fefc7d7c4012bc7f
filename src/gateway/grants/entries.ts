import { z } from 'zod'
import { isCut } from '../../core/exact-json.ts'
import { redactText } from '../../core/show/redact.ts'
import { byServer, type Mention, mentionsOf, permissionMentions, permitted } from './permission.ts'
import type { Grant, HolderKind } from '../port.ts'

/** One entry of a list of holders. */
export interface Held {
  /** What tells it from the other entries. Never shown: a key's is the hash of its secret. */
  key: string
  holder: Grant['holder']
  mentions: Mention[]
  /** It has a permission object that the list does not show. */
  hidden: boolean
  /** It belongs to an organization. */
  organized: boolean
}

const text = z.string().nullish()

/** The entries of a list of holders that have an id and perhaps a name; `null` for what is no such entry. */
export function holderEntry(
  kind: HolderKind,
  idField: string,
  nameField: string,
): (row: unknown) => Held | null {
  const schema = z.looseObject({
    ...permitted,
    // It goes into an address.
    [idField]: z.string().refine((id) => !isCut(id)),
    [nameField]: text,
    organization_id: text,
  })
  return (row) => {
    const { data } = schema.safeParse(row)
    if (!data) return null
    const id = String(data[idField])
    const name = data[nameField]
    const object = data.object_permission
    return {
      key: id,
      holder: { kind, id, name: redactText(typeof name === 'string' && name !== '' ? name : id) },
      mentions: object ? permissionMentions(object) : [],
      hidden: !object && Boolean(data.object_permission_id),
      organized: Boolean(data.organization_id),
    }
  }
}

/** The same, where the ids stand in the entry itself. */
function naming<T>(
  entry: (row: unknown) => Held | null,
  schema: z.ZodType<T>,
  mentions: (row: T) => Mention[],
): (row: unknown) => Held | null {
  return (row) => {
    const [held, own] = [entry(row), schema.safeParse(row)]
    return held && own.success ? { ...held, mentions: mentions(own.data) } : null
  }
}

const keyRow = z.looseObject({
  ...permitted,
  token: z.string(),
  key_name: text,
  key_alias: text,
  user_id: text,
  team_id: text,
  org_id: text,
  organization_id: text,
})

/** Who a key without an alias is: what LiteLLM shows of it, `sk-...abcd`, and whose it is. */
function unaliased({ key_name: shown, user_id: user, team_id: team }: z.infer<typeof keyRow>): string {
  // A gateway may store anything under this name; only the short form is sure to hold no secret.
  const key = shown && /^[\w-]{0,4}\.{3}[\w-]{0,4}$/.test(shown) ? `key ${shown}` : 'key without a name'
  const owners = [user && `user ${redactText(user)}`, team && `team ${redactText(team)}`].filter(Boolean)
  return owners.length === 0 ? key : `${key} of ${owners.join(' in ')}`
}

/** A key of `/key/list`. */
export function keyEntry(row: unknown): Held | null {
  const { data } = keyRow.safeParse(row)
  if (!data) return null
  const object = data.object_permission
  return {
    key: data.token,
    holder: { kind: 'key', id: null, name: data.key_alias ? redactText(data.key_alias) : unaliased(data) },
    mentions: object ? permissionMentions(object) : [],
    hidden: !object && Boolean(data.object_permission_id),
    organized: Boolean(data.org_id ?? data.organization_id),
  }
}

const serverRow = z.looseObject({
  server_id: z.string(),
  mcp_info: z
    .looseObject({ is_public: z.boolean().nullish(), is_public_explicit: z.boolean().nullish() })
    .nullish(),
})

/** A server of `/v1/mcp/server`, as an entry of the public list. */
export function publicEntry(row: unknown): Held | null {
  const { data } = serverRow.safeParse(row)
  if (!data) return null
  const isPublic = data.mcp_info?.is_public_explicit ?? data.mcp_info?.is_public ?? false
  return {
    key: data.server_id,
    holder: { kind: 'public-list', id: null, name: 'the public MCP hub' },
    mentions: isPublic ? mentionsOf([data.server_id], 'public_mcp_servers') : [],
    hidden: false,
    organized: false,
  }
}

const groupRow = z.looseObject({
  access_mcp_server_ids: z.array(z.string()),
  /** Tools by server, since 1.108. */
  mcp_tool_permissions: byServer.nullish(),
})
const toolsetRow = z.looseObject({ tools: z.array(z.looseObject({ server_id: z.string() })) })

/** A group of `/v1/access_group`. */
export const accessGroupEntry = naming(
  holderEntry('access-group', 'access_group_id', 'access_group_name'),
  groupRow,
  ({ access_mcp_server_ids: ids, mcp_tool_permissions: tools }) => [
    ...mentionsOf(ids, 'access_mcp_server_ids'),
    ...mentionsOf(Object.keys(tools ?? {}), 'mcp_tool_permissions'),
  ],
)

/** A toolset of `/v1/mcp/toolset`: tools, each of some server. */
export const toolsetEntry = naming(
  holderEntry('toolset', 'toolset_id', 'toolset_name'),
  toolsetRow,
  ({ tools }) => {
    const ids = tools.map(({ server_id: id }) => id)
    return mentionsOf(ids, 'tools')
  },
)
