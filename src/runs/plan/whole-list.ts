import { MigrateError } from '../../core/errors.ts'
import { identify, isUnlisted, type ListedServer, serverTitle } from '../../core/record/server.ts'
import { count, printable } from '../../core/show/text.ts'
import type { Gateway } from '../../gateway/port.ts'
import { missingFrom } from '../../core/plan/forward/inventory.ts'
import { recall, type Recalled } from './recall.ts'

/** How long the search for whoever names servers may take, in milliseconds, unless told otherwise. */
const SEARCH_MS = 10_000

/** The list of a gateway's servers, as far as anybody knows the whole of it. */
export interface WholeList {
  servers: ListedServer[]
  /**
   * Servers that no list has: some wait for review or were rejected; others LiteLLM does not tell of, as it does
   * with those that it cannot decrypt, and of these there is only the id.
   */
  unlisted: ListedServer[]
  /** Why there may be still more, or `null`. */
  doubt: string | null
}

/** Those that the list should have, and does not. */
const lackingIn = (servers: readonly ListedServer[], found: readonly Recalled[]): Recalled[] => {
  const ids = new Set(servers.map(({ server_id: id }) => id))
  return found.filter(({ id, record }) => record !== null && !isUnlisted(record) && !ids.has(id))
}

function titleOf({ id, record }: Recalled): string {
  const title = record ? serverTitle(identify(record, 'database')) : id
  return printable(title === id ? id : `${title} (${id})`)
}

function refusal(hidden: readonly Recalled[], account: string): MigrateError {
  const [first] = hidden
  const others = hidden.length > 1 ? ` and of ${count(hidden.length - 1, 'other server')}` : ''
  const what = first ? `${titleOf(first)}, which ${first.by} names` : ''
  const better =
    account === 'master key' ? 'use the key of another admin' : "use the master key, or another admin's"
  return new MigrateError(
    'key-scoped',
    `The gateway's list of MCP servers is short: it lacks ${what}, and the gateway still has its record${others}`,
    `Most likely this account (${account}) is limited to some MCP servers in a way that this tool does not know: ${better}. Or a replica of LiteLLM has not loaded the server yet: try again in a minute.`,
  )
}

const isStill = async (gateway: Gateway, { id }: Recalled): Promise<boolean> =>
  (await gateway.read(id)).kind === 'record'

function doubtAbout(late: readonly Recalled[]): string | null {
  if (late.length === 0) return null
  const names = late.slice(0, 3).map(titleOf)
  const more = late.length > 3 ? ` and ${late.length - 3} more` : ''
  return `The gateway listed ${count(late.length, 'server')} only after a read by id: ${names.join(', ')}${more}. It may have others that it does not list, and that neither an earlier run nor a grant names: after a restart some releases list nothing until an MCP server is written.`
}

/**
 * The servers of a gateway. Some releases list after a restart only what is in memory, which a read by id puts there
 * (1.81 to 1.91 without `store_model_in_db`), and what a filter hides is in no list at all. So servers that earlier
 * runs knew (`ids`) or that access groups, keys and others name are read by id where the list lacks them, and the list
 * is taken again. Throws `key-scoped` when it still lacks one that is there, and `inventory-invalid` as `Gateway.list`.
 */
export async function listWhole(
  gateway: Gateway,
  ids: readonly string[],
  limitMs?: number,
): Promise<WholeList> {
  const [first, named] = await Promise.all([gateway.list(), gateway.named(limitMs ?? SEARCH_MS)])
  const found = await recall(gateway, missingFrom(first, ids, named), limitMs)
  const late = lackingIn(first, found)
  const servers = late.length > 0 ? await gateway.list() : first
  const lacking = lackingIn(servers, late)
  // What was deleted since it was read is no proof.
  const still = await Promise.all(lacking.map((each) => isStill(gateway, each)))
  const hidden = lacking.filter((_, i) => still[i])
  if (hidden.length > 0) throw refusal(hidden, gateway.identity.account)
  const listed = new Set(servers.map(({ server_id: id }) => id))
  return {
    servers,
    unlisted: found.flatMap(({ id, record }) =>
      listed.has(id) || lacking.some((each) => each.id === id) ? [] : [record ?? listedById(id)],
    ),
    doubt: doubtAbout(late.filter(({ id }) => listed.has(id))),
  }
}

/** An entry for a server of which nothing is known but its id. */
function listedById(id: string): ListedServer {
  return {
    server_id: id,
    server_name: null,
    alias: null,
    url: null,
    transport: null,
    mcp_access_groups: null,
    is_config: null,
    approval_status: null,
  }
}
