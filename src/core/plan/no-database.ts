import type { GatewayIdentity, Note } from './plan.ts'

/** Why the API of such a gateway edits nothing. As an answer to a write, and as a reason why a record cannot be read. */
export const NO_DATABASE = 'LiteLLM has no database connected, so its API keeps and edits no MCP server'

/** What is so on a gateway without a database, as a remark; none where it has one. */
export function databaseNotes({ database }: GatewayIdentity): Note[] {
  if (database !== false) return []
  const message =
    'LiteLLM has no database connected (DATABASE_URL): it has only the MCP servers of its config.yaml, and no virtual keys, teams or users.'
  return [{ code: 'no-database', server: null, field: null, message }]
}
