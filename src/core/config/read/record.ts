import type { ServerRecord } from '../../record/server.ts'
import type { ConfigServer } from './servers.ts'

/** Field of such a record for the `server_id` that the entry pins, `null` where it pins none. */
export const PINNED_ID = 'pinned_id'

/** The transport of an entry: LiteLLM takes Streamable HTTP where it names none (`MCPTransport.http`, seen with 1.106.2). */
export const entryTransport = (entry: ConfigServer['entry']): string =>
  typeof entry['transport'] === 'string' ? entry['transport'] : 'http'

/** What a config.yaml, or the `.env` file that its URL comes from, holds of a server. `url` as LiteLLM will read it. */
export function configRecord(
  id: string,
  { entry }: Pick<ConfigServer, 'entry'>,
  url: string | null,
): ServerRecord {
  const { server_id: pinned = null, ...rest } = entry
  // The fields are whatever the file has under these names; of them only texts are ever written.
  return { ...rest, server_id: id, url, [PINNED_ID]: pinned }
}
