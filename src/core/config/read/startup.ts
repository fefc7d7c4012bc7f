import { compareVersions, isRelease } from '../../record/releases.ts'
import type { ConfigServer } from './servers.ts'

/** Something in an entry for which LiteLLM does not start: from which release on, and what to do. */
interface StartFault {
  from: string
  applies: (server: ConfigServer) => boolean
  message: string
}

const isFlow = (value: unknown): boolean => value === 'client_credentials' || value === 'authorization_code'

/**
 * `load_servers_from_config` and `validate_mcp_server_name` of `mcp_server_manager.py`: names on 1.77.7 to 1.106.2, the OAuth
 * flow on 1.96.2 and later and not on 1.92.2, the pinned id where it is honoured.
 */
const FAULTS: readonly StartFault[] = [
  {
    from: '1.77.0',
    applies: ({ name }) => name.includes('-'),
    message:
      'has a hyphen in its name, with which LiteLLM does not start (unless MCP_TOOL_PREFIX_SEPARATOR names another separator): use _ instead',
  },
  {
    from: '1.93.0',
    applies: ({ entry }) => entry['auth_type'] === 'oauth2' && !isFlow(entry['oauth2_flow']),
    message:
      'has auth_type oauth2 without oauth2_flow, with which LiteLLM does not start: set oauth2_flow to authorization_code (people sign in) or client_credentials',
  },
  {
    from: '1.100.6',
    applies: ({ entry }) =>
      'server_id' in entry &&
      entry['server_id'] !== null &&
      (typeof entry['server_id'] !== 'string' || entry['server_id'].trim() === ''),
    message:
      'has a server_id that is empty or not text, with which LiteLLM does not start: quote it, or take it out',
  },
]

/** Why a release does not start with the entry of a server, in words that continue its name. An unknown release is the newest. */
export function startFaults(server: ConfigServer, version: string | null): string[] {
  const applies = ({ from }: StartFault): boolean =>
    version === null || !isRelease(version) || compareVersions(version, from) >= 0
  return FAULTS.filter((fault) => applies(fault) && fault.applies(server)).map(({ message }) => message)
}
