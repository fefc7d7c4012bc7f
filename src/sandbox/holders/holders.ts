import type { StoredGrants } from '../people/accounts.ts'

/** A row of a table whose entries may name servers by their ids, and what its permission object holds. */
export interface Holder {
  readonly row: Readonly<Record<string, unknown>>
  readonly grants: StoredGrants | null
}

/** The tables besides keys and users, each in the order in which its rows were made. */
export interface Holders {
  readonly teams: Holder[]
  readonly organizations: Holder[]
  readonly accessGroups: Holder[]
  readonly toolsets: Holder[]
  readonly agents: Holder[]
  readonly customers: Holder[]
}

/** Empty tables. */
export function noHolders(): Holders {
  return { teams: [], organizations: [], accessGroups: [], toolsets: [], agents: [], customers: [] }
}

/** The routes that list and make holders. */
export const HOLDER_PATHS: readonly string[] = [
  '/key/list',
  '/v2/team/list',
  '/team/info',
  '/team/new',
  '/organization/list',
  '/organization/info',
  '/organization/new',
  '/v1/access_group',
  '/v1/mcp/toolset',
  '/v1/agents',
  '/project/list',
  '/user/list',
  '/customer/list',
  '/customer/new',
]
