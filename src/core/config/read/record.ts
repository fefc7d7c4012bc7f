import type { ServerRecord } from '../../record/server.ts'
import type { ConfigServer } from './servers.ts'

/** Field of such a record for the `server_id` that the entry pins, `null` where it pins none. */
export const PINNED_ID = 'pinned_id'

/** What a config.yaml, or the `.env` file that its URL comes from, holds of a server. `url` as LiteLLM will read it. */
export function configRecord(
  id: string,
  { entry }: Pick<ConfigServer, 'entry'>,
  url: string | null,
): ServerRecord {
  const { server_id: pinned = null, ...rest } = entry
  // The fields are whatever the file has under these names; only url, server_id and the pinned id are ever written.
  return { ...rest, server_id: id, url, [PINNED_ID]: pinned }
}
