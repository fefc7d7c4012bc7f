import { z } from 'zod'
import { MigrateError } from '../../core/errors.ts'
import { compareVersions } from '../../core/record/releases.ts'
import { refuse } from './account.ts'
import { type Endpoint, get, spoken } from '../http/http.ts'

/** `user_api_key_auth.py`: without a database every key but the master key ends here (400, all releases seen). */
const notTheMasterKey = z.looseObject({ error: z.looseObject({ type: z.literal('no_db_connection') }) })

/** Reads only; answers to admins alone where there is a master key. */
const ADMINS_ONLY = '/get/internal_user_settings'

/** The oldest release known to take everybody for an ordinary user where it has no master key (by its source). */
const ORDINARY_SINCE = '1.92.2'

/**
 * Refuses a LiteLLM without a master key that takes everybody for an ordinary user, and so does not list every server:
 * from somewhere after 1.81.14 on (seen on 1.105.7 and 1.106.2; source of 1.92.2). Before, everybody is an admin. Who
 * came is told by `GET /v1/mcp/discover`, which is for admins and which releases up to 1.80 do not have. Asked with the
 * key: without one, a LiteLLM that has a master key would log an error. Only where the key is no admin's there is more to ask.
 */
export async function requireOpenAdmin(endpoint: Endpoint): Promise<void> {
  const answer = await get(endpoint, '/v1/mcp/discover')
  if (answer.status !== 403) return
  const open = await get({ ...endpoint, key: null }, '/v1/mcp/server')
  if (open.status !== 200 || !Array.isArray(open.json)) return
  throw new MigrateError(
    'not-admin',
    `LiteLLM at ${endpoint.url} has no master key, so it treats everybody as an ordinary user, to whom it does not list every MCP server (${spoken(answer, endpoint)})`,
    'Set master_key in general_settings of its config.yaml (or LITELLM_MASTER_KEY), and restart LiteLLM.',
  )
}

/** Passwords, and the sessions that they open, are kept in a database: none is sent where there is none. */
export function requireKey({ kind }: { kind: 'key' | 'password' }, url: string): void {
  if (kind === 'key') return
  throw new MigrateError(
    'no-database',
    `LiteLLM at ${url} has no database connected, and signing in with a password needs one`,
    'Use the master key: --key-file FILE, LITELLM_PROXY_API_KEY or LITELLM_MASTER_KEY.',
  )
}

/** Proves by reading alone that a key is the master key of a LiteLLM without a database, which knows no other. */
export async function proveWithoutDatabase(endpoint: Endpoint): Promise<void> {
  const answer = await get(endpoint, ADMINS_ONLY)
  if (notTheMasterKey.safeParse(answer.json).success)
    throw new MigrateError(
      'unauthorized',
      `The gateway does not accept this key: it has no database, so it knows only its master key (${spoken(answer, endpoint)})`,
      'Use the master key: master_key in general_settings of its config.yaml, or its LITELLM_MASTER_KEY.',
    )
  if (answer.status !== 200) refuse(answer, endpoint)
}

/**
 * Whose the key is that was proved so, in words. Up to the release that `requireOpenAdmin` knows, LiteLLM lets every key do
 * what an admin may where it has no master key, and only a question without a key, which it would log as an error, tells.
 */
export const masterKeyTitle = (version: string | null): string =>
  version !== null && compareVersions(version, ORDINARY_SINCE) >= 0
    ? 'master key'
    : 'master key, or any key if LiteLLM has none'
