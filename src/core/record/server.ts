import { z } from 'zod'
import { printable } from '../show/text.ts'

const text = z.string().nullish()
const texts = z.array(z.string()).nullish()
const flag = z.boolean().nullish()

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** What a schema describes, its own fields first, with every member: what zod copies has none that is called `__proto__`. */
const whole = <T extends z.ZodObject>(schema: T) =>
  z.custom<object>(isObject).transform((value, found) => {
    const read = schema.safeParse(value)
    if (read.success) return { ...read.data, ...value }
    for (const { path, message } of read.error.issues)
      found.issues.push({ code: 'custom', path: [...path], message, input: value })
    return z.NEVER
  })

const recordFields = z.looseObject({
  server_id: z.string().min(1),
  server_name: text,
  alias: text,
  description: text,
  url: text,
  transport: text,
  spec_version: text,
  auth_type: text,
  command: text,
  args: texts,
  env: z.record(z.string(), z.unknown()).nullish(),
  mcp_info: z.record(z.string(), z.unknown()).nullish(),
  mcp_access_groups: texts,
  allow_all_keys: flag,
  available_on_public_internet: flag,
  is_byok: flag,
  byok_description: texts,
  delegate_auth_to_upstream: flag,
  oauth_passthrough: flag,
  is_config: flag,
})

/**
 * A server as `GET /v1/mcp/server/{id}` shows it: the fields this tool reads or sends back, each with its type;
 * every other field is kept as it came. Fields by release: litellm/proxy/_types.py.
 */
export const serverRecord = whole(recordFields)
export type ServerRecord = z.infer<typeof serverRecord>

const listedFields = z.object({
  server_id: z.string().min(1),
  server_name: text,
  alias: text,
  url: text,
  transport: text,
  mcp_access_groups: texts,
  is_config: flag,
  approval_status: text,
})
export type ListedServer = z.infer<typeof listedFields> & { [field: string]: unknown }

/**
 * An entry of `GET /v1/mcp/server`. Only the id is insisted on: what else the list says is a hint (LiteLLM fills
 * it from memory since 1.81 and lies in several fields), so a field of the wrong type reads as absent.
 */
export const listedServer = z.custom<ListedServer>(isObject).transform((value, found): ListedServer => {
  // Looked at, and copied only where something is wrong: there are thousands of them.
  const read = listedFields.safeParse(value)
  if (read.success) return value
  const wrong = read.error.issues.map(({ path: [field] }) => String(field))
  if (!wrong.includes('server_id'))
    return { ...value, ...Object.fromEntries(wrong.map((field) => [field, null])) }
  found.issues.push({ code: 'custom', message: 'it has no id', input: value })
  return z.NEVER
})

/**
 * Does a server wait for an admin's word, or was it refused? Then it is in no list and takes no traffic; a write leaves
 * it so (`update_server` in mcp_server_manager.py of 1.106.2).
 */
export function isUnlisted({ approval_status: status }: ListedServer): boolean {
  return status !== null && status !== undefined && !['active', 'approved'].includes(status)
}

/** Who a server is, in plans, reports and the journal. */
export const serverIdentity = z.object({
  id: z.string().min(1),
  name: z.string().nullable(),
  alias: z.string().nullable(),
  source: z.enum(['database', 'config']),
})
export type ServerIdentity = z.infer<typeof serverIdentity>

/** What to call a server on a screen: its name, else its alias, else its id. */
export function serverTitle(server: Pick<ServerIdentity, 'id' | 'name' | 'alias'>): string {
  return server.name || server.alias || server.id
}

/** The same of a listed server, fit for a screen. */
export const titleOf = (server: ListedServer): string => printable(serverTitle(identify(server, 'database')))

/** The identity of a listed server or of a record. */
export function identify(server: ListedServer | ServerRecord, source: 'database' | 'config'): ServerIdentity {
  return { id: server.server_id, name: server.server_name ?? null, alias: server.alias ?? null, source }
}
